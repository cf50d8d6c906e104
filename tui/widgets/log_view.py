"""The log of a run: ten thousands of lines, a filter, and an end that is followed while one stands there.

Textual's own Log measures every line, and lays the whole screen out anew whenever it grows; this one
keeps its place by itself and draws only the lines that are in sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tui.detail_words import detail
from tui.follower import LogLine
from tui.text import clean, said
from tui.widgets import drawing as d

MOST_LINES = 50_000
"""Older lines are in the journal; the screen keeps the newest."""

TIME, SOURCE = 7, 16
SIDEWAYS = 16


class LogView(Widget, can_focus=True):
    """Draws log lines, all of them or those that hold a text."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--muted", "log--warning", "log--selected"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Log up", show=False),
        Binding("down,j", "move(1)", "Log down", show=False),
        Binding("left", "sideways(-1)", "Log left", show=False),
        Binding("right", "sideways(1)", "Log right", show=False),
        Binding("pageup", "page(-1)", "Log a page up", show=False),
        Binding("pagedown", "page(1)", "Log a page down", show=False),
        Binding("home", "move(-1000000)", "Start of the log", show=False),
        Binding("end", "move(1000000)", "End of the log", show=False),
    ]

    class Moved(Message):
        """Another part of the log is in sight."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[LogLine] = []
        self._shown: list[LogLine] = []
        self._filter = ""
        self._began: datetime | None = None
        self._top = 0
        self._across = 0
        self._at_end = True

    @property
    def allow_select(self) -> bool:
        return True

    @property
    def tally(self) -> tuple[int, int]:
        """How many lines are shown, of how many."""
        return len(self._shown), len(self._all)

    @property
    def below(self) -> int:
        """How many lines stand below what is in sight."""
        return max(len(self._shown) - self.top - self.size.height, 0)

    @property
    def top(self) -> int:
        """The number of the first line in sight."""
        last = max(len(self._shown) - max(self.size.height, 1), 0)
        return last if self._at_end else min(self._top, last)

    def add(self, lines: Sequence[LogLine], began: datetime | None) -> None:
        """Puts lines at the end; follows it while it is in sight."""
        self._began = began
        if not lines:
            return
        self._all.extend(lines)
        self._shown.extend(line for line in lines if self._holds(line))
        for kept in (self._all, self._shown):
            del kept[: max(len(kept) - MOST_LINES, 0)]
        self.refresh()

    def narrow(self, text: str) -> None:
        """Shows only lines that hold this text, in whichever case; all of them for an empty one."""
        self._filter = text.lower()
        self._shown = [line for line in self._all if self._holds(line)]
        self._at_end = True
        self.refresh()

    def _holds(self, line: LogLine) -> bool:
        wanted = self._filter
        return not wanted or any(
            wanted in part.lower() for part in (line.text, line.source, line.phase, line.detail)
        )

    # moving

    def action_move(self, lines: int) -> None:
        last = max(len(self._shown) - max(self.size.height, 1), 0)
        self._top = min(max(self.top + lines, 0), last)
        self._at_end = self._top >= last
        self.refresh()
        self.post_message(self.Moved())

    def action_page(self, direction: int) -> None:
        self.action_move(direction * max(self.size.height - 1, 1))

    def action_sideways(self, direction: int) -> None:
        self._across = max(self._across + direction * SIDEWAYS, 0)
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-3)

    # drawing

    def render_line(self, y: int) -> Strip:
        number, width = self.top + y, self.size.width
        if number >= len(self._shown):
            return Strip.blank(width, self.rich_style)
        strip = self._selected(self._strip(self._shown[number]), y)
        strip = strip.crop_extend(self._across, self._across + width, self.rich_style)
        return strip.apply_offsets(self._across, y)

    def _strip(self, line: LogLine) -> Strip:
        time, source, text = self._words(line)
        muted = self.get_component_rich_style("log--muted")
        warning = self.get_component_rich_style("log--warning")
        head = Segment(f"{time}{source}", muted)
        return Strip([head, Segment(text, warning if line.warning else self.rich_style)])

    def _words(self, line: LogLine) -> tuple[str, str, str]:
        """The three columns, as wide as they are drawn."""
        time = d.clock(line.at - self._began) if self._began else ""
        source = d.fitted(said(line.source or line.phase), SOURCE).plain
        text = " ".join(filter(None, (said(clean(line.text)), detail(line.detail))))
        text = text.replace("\n", " ")
        return f"{time:>{TIME}}  ", f"{source}  ", text

    def _selected(self, strip: Strip, y: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(y) if selection is not None else None
        if span is None:
            return strip
        start = cell_len(strip.text[: span[0]])
        end = strip.cell_length if span[1] == -1 else cell_len(strip.text[: span[1]])
        cuts = [cut for cut in (start, end) if 0 < cut < strip.cell_length]
        style = self.get_component_rich_style("log--selected")
        pieces, at = [], 0
        for piece in strip.divide([*cuts, strip.cell_length]):
            pieces.append(piece.apply_style(style) if start <= at < end else piece)
            at += piece.cell_length
        return Strip.join(pieces)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text of the lines in sight, as far as it is selected."""
        seen = self._shown[self.top : self.top + self.size.height]
        return selection.extract("\n".join("".join(self._words(line)) for line in seen)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002  Textual's hook
        self.refresh()
