"""A pane of lines that scrolls and can be selected; what the lines say is given to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.widgets import drawing as d


class Line(Static):
    """One line that is drawn anew only when it says something else, and never moves its neighbours."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._said = Content("")

    def show(self, line: Content) -> None:
        if not self._said.is_same(line):
            self._said = line
            self.update(line, layout=False)


class Panel(VerticalScroll):
    """Shows lines; tells its page when it has another width, so that they can be drawn for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", show=False),
        Binding("down,j", "scroll_down", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._height = -1

    def compose(self) -> ComposeResult:
        yield Static(classes="lines")

    @property
    def room(self) -> int:
        """How wide a line may be; the scrollbar's place is kept free."""
        return max(self.scrollable_content_region.width, 20)

    def show(self, lines: Sequence[Content], *, from_top: bool = False) -> None:
        place = self.query_one(Static)
        place.update(d.stacked(lines), layout=len(lines) != self._height)
        self._height = len(lines)
        if from_top:
            self.scroll_home(animate=False)
