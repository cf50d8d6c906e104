"""The sections of the form with their states: a list, or one line where there is little room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.signs import SIGNS, State, pick, sign
from tui.text import _

TITLE_WIDTH = 20
"""Cells that the titles share, so that the summaries line up."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One section as it is drawn; `title` and `summary` are in the reader's language."""

    name: str
    title: str
    state: State
    summary: str


class SectionList(Widget, can_focus=True):
    """Arrows go from section to section; the page hears of it as SectionChosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", "Section up", show=False),
        Binding("down,right", "move(1)", "Section down", show=False),
        Binding("home", "go(0)", "First section", show=False),
        Binding("end", "go(-1)", "Last section", show=False),
        Binding("enter", "enter", "To its fields", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "section-list--chosen",
        "section-list--mark",
        "section-list--summary",
        "section-list--here",
        *(f"section-list--{state}" for state in SIGNS),
    }

    entries: reactive[tuple[Entry, ...]] = reactive((), layout=True)
    chosen: reactive[str] = reactive("")
    folded: reactive[bool] = reactive(False, layout=True)

    class SectionChosen(Message):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class FieldsWanted(Message):
        """Enter: the fields of the chosen section are what is wanted."""

    def get_content_height(self, *_sizes: object) -> int:
        return 1 if self.folded else len(self.entries)

    def render(self) -> Text:
        if self.folded:
            return self._line()
        width = self.size.width
        return Text("\n").join(self._row(entry, width) for entry in self.entries)

    def _row(self, entry: Entry, width: int) -> Text:
        here = entry.name == self.chosen
        mark = pick("▌", ">") if here else " "
        row = Text(no_wrap=True, overflow="ellipsis", end="")
        row.append(mark, self._style("section-list--mark"))
        row.append(f"{sign(entry.state)} ", self._style(f"section-list--{entry.state}"))
        title = set_cell_size(_fitting(entry.title, TITLE_WIDTH), TITLE_WIDTH)
        row.append(title, self._style("section-list--chosen") if here else "")
        room = width - cell_len(row.plain)
        row.append(
            set_cell_size(_fitting(entry.summary, room), room), self._style("section-list--summary")
        )
        if here and self.has_focus:
            row.stylize(self._style("section-list--here"))
        return row

    def _line(self) -> Text:
        """Where one is, and what comes next."""
        index = self._index()
        if index < 0:
            return Text()
        entry = self.entries[index]
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        line.append(f"{pick('▲▼', '^v')} ", self._style("section-list--summary"))
        line.append(f"{sign(entry.state)} ", self._style(f"section-list--{entry.state}"))
        line.append(entry.title, self._style("section-list--chosen"))
        line.append(f"  {index + 1}/{len(self.entries)}  ", self._style("section-list--summary"))
        troubled = [
            one.title for one in self.entries if one.state == "missing" and one is not entry
        ]
        if troubled[:-1]:
            line.append(f"{sign('missing')} ", self._style("section-list--missing"))
            line.append(troubled[0])
        elif index + 1 < len(self.entries):
            following = _("next: {title}", title=self.entries[index + 1].title)
            line.append(following, self._style("section-list--summary"))
        return line

    def _style(self, name: str) -> str:
        return str(self.get_component_rich_style(name, partial=True))

    def _index(self) -> int:
        names = [entry.name for entry in self.entries]
        return names.index(self.chosen) if self.chosen in names else -1

    def action_move(self, by: int) -> None:
        if self.entries:
            at = max(0, min(self._index() + by, len(self.entries) - 1))
            self._choose(self.entries[at].name)

    def action_go(self, at: int) -> None:
        if self.entries:
            self._choose(self.entries[at].name)

    def action_enter(self) -> None:
        self.post_message(self.FieldsWanted())

    def _choose(self, name: str) -> None:
        if name != self.chosen:
            self.post_message(self.SectionChosen(name))

    def on_click(self, event: Click) -> None:
        if not self.folded and 0 <= event.y < len(self.entries):
            self._choose(self.entries[event.y].name)


def _fitting(text: str, width: int) -> str:
    """The text; where it is wider than there is room, its last parts go first, then its end."""
    while cell_len(text) > width and " · " in text:
        text = text.rpartition(" · ")[0]
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + pick("…", "~")
