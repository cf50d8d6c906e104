"""A few things to choose from, one under the other, each with a note; the one it stands on has a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from tui import signs
from tui.widgets import drawing as d


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to choose: its name, what it says, and what that means."""

    name: str
    label: str
    note: str = ""

    @property
    def height(self) -> int:
        return 2 if self.note else 1


class Menu(Widget, can_focus=True):
    """Up and down move, enter takes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "take", "Take it", key_display="⏎"),
        Binding("up,k", "move(-1)", "Choose", key_display="↑↓"),
        Binding("down,j", "move(1)", "Next", show=False),
    ]

    class Taken(Message):
        """Somebody chose this one."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Moved(Message):
        """Somebody looks at this one."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.entries = tuple(entries)
        self.at = 0

    def get_content_height(self, *_sizes: object) -> int:
        return sum(entry.height for entry in self.entries)

    def render(self) -> Content:
        return d.stacked([line for at in range(len(self.entries)) for line in self._lines(at)])

    def _lines(self, at: int) -> list[Content]:
        entry, chosen = self.entries[at], at == self.at
        bar = Content.styled(signs.pick("▌ ", "> ") if chosen else "  ", "$accent")
        label = d.styled(entry.label, "bold" if chosen else "")
        below = Content.styled(signs.pick("▌ ", "  ") if chosen else "  ", "$accent")
        note = [Content.assemble(below, d.muted(entry.note))] if entry.note else []
        return [d.cut(line, self.size.width) for line in (Content.assemble(bar, label), *note)]

    def action_move(self, step: int) -> None:
        self.at = min(max(self.at + step, 0), len(self.entries) - 1)
        self.refresh()
        self.post_message(self.Moved(self.entries[self.at].name))
        top = self.region.y + sum(entry.height for entry in self.entries[: self.at])
        region = Region(self.region.x, top, self.size.width, self.entries[self.at].height)
        if isinstance(self.parent, Widget):
            shown = self.parent.content_region
            below, above = region.bottom - shown.bottom, shown.y - region.y
            self.parent.scroll_relative(y=max(below, 0) - max(above, 0), animate=False)

    def action_take(self) -> None:
        self.post_message(self.Taken(self.entries[self.at].name))

    def on_click(self, event: events.Click) -> None:
        row = 0
        for at, entry in enumerate(self.entries):
            if row <= event.y < row + entry.height:
                self.at = at
                self.refresh()
                self.action_take()
            row += entry.height
