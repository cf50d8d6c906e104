"""The first line of a page: where one is, and at the right end what is going on. The page fills it."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from tui.widgets import drawing as d


class Heading(Widget):
    """One line: `left` in bold, `badge` in between where something must not be overlooked, `right`."""

    def __init__(self, left: str, right: str = "", badge: str = "") -> None:
        super().__init__(id="heading")
        self._said = (left, right, badge)

    def show(self, left: str, right: str = "", badge: str = "") -> None:
        if self._said != (left, right, badge):
            self._said = (left, right, badge)
            self.refresh()

    def render(self) -> Content:
        left, right, badge = self._said
        mark = Content.styled(f" {badge} ", "$warning reverse bold") if badge else Content("")
        name = Content.assemble(mark, " " if badge else "", d.styled(left, "bold"))
        return d.spread(name, d.muted(right), self.size.width)
