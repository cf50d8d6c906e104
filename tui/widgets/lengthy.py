"""A page that may be longer than the screen, and knows whether something lies below what is in sight.

How that is told is the screen's business.
"""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.reactive import var


class Lengthy(VerticalScroll, can_focus=False):
    """`more` is true while something lies below."""

    more = var(False)

    def on_resize(self) -> None:
        self._look_below()

    def watch_virtual_size(self) -> None:
        """Of what it holds; its own size is set just after that."""
        self.call_next(self._look_below)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._look_below()

    def _look_below(self) -> None:
        self.more = self.max_scroll_y > self.scroll_offset.y
