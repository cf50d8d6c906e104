"""The log of a run: ten thousands of lines, a filter, and an end that is followed while one stands there.

Textual's own Log measures every line in a worker; this one draws only what is in sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual

from tui.follower import LogLine
from tui.text import clean, said
from tui.widgets import drawing as d

MOST_LINES = 50_000
"""Older lines are in the journal; the screen keeps the newest."""

WIDEST = 2_000
TIME, SOURCE = 7, 16
SELECTED = "$screen-selection-foreground on $screen-selection-background"


class LogView(ScrollView, can_focus=True):
    """Draws log lines, all of them or those that hold a text."""

    ALLOW_SELECT = True

    def __init__(self) -> None:
        super().__init__()
        self._all: list[LogLine] = []
        self._shown: list[LogLine] = []
        self._filter = ""
        self._began: datetime | None = None
        self._width = 0
        self._at_end = True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value >= self.max_scroll_y:
            self._at_end = True
        elif new_value < old_value:
            self._at_end = False

    def on_resize(self) -> None:
        if self._at_end:
            self._to_end()

    def _to_end(self) -> None:
        self.call_after_refresh(self.scroll_end, animate=False, immediate=True, x_axis=False)

    @property
    def allow_select(self) -> bool:
        return True

    @property
    def tally(self) -> tuple[int, int]:
        """How many lines are shown, of how many."""
        return len(self._shown), len(self._all)

    def add(self, lines: Sequence[LogLine], began: datetime | None) -> None:
        """Puts lines at the end; follows it when the end is in sight."""
        self._began = began
        if not lines:
            return
        at_end = self._at_end
        self._all.extend(lines)
        self._shown.extend(line for line in lines if self._holds(line))
        for kept in (self._all, self._shown):
            del kept[: max(len(kept) - MOST_LINES, 0)]
        self._measure(lines)
        if at_end:
            self._to_end()
        self.refresh()

    def narrow(self, text: str) -> None:
        """Shows only lines that hold this text, in whichever case; all of them for an empty one."""
        self._filter = text.lower()
        self._shown = [line for line in self._all if self._holds(line)]
        self._measure(())
        self._at_end = True
        self._to_end()
        self.refresh()

    def _holds(self, line: LogLine) -> bool:
        wanted = self._filter
        return not wanted or any(
            wanted in part.lower() for part in (line.text, line.source, line.phase)
        )

    def _measure(self, lines: Sequence[LogLine]) -> None:
        """The widest line counts two cells per character, so that none has to be measured."""
        longest = max((len(line.text) for line in lines), default=0)
        wide = longest + TIME + SOURCE + 4
        self._width = min(max(self._width, wide), WIDEST)
        self.virtual_size = Size(self._width, len(self._shown))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        across, down = self.scroll_offset
        number = down + y
        if number >= len(self._shown):
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._strip(number)
        strip = strip.crop_extend(across, across + self.size.width, self.rich_style)
        return strip.apply_offsets(across, number)

    def _strip(self, number: int) -> Strip:
        content = self._content(self._shown[number])
        selection = self.text_selection
        if selection is not None and (found := selection.get_span(number)) is not None:
            start, end = found
            content = content.stylize(SELECTED, start, len(content.plain) if end == -1 else end)
        width = max(content.cell_length, 1)
        strips = Visual.to_strips(self, content, width, 1, self.visual_style)
        return strips[0] if strips else Strip.blank(width)

    def _content(self, line: LogLine) -> Content:
        time = d.clock(line.at - self._began) if self._began else ""
        text = d.styled(
            said(clean(line.text)).replace("\n", " "), "$warning" if line.warning else ""
        )
        source = said(line.source or line.phase)
        return d.row([(d.muted(f"{time:>{TIME}}"), TIME), (d.muted(source), SOURCE), (text, 0)])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        text = "\n".join(self._content(line).plain for line in self._shown)
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002  Textual's hook
        self.refresh()
