"""The editor for a program's flags: `name=value` lines, completed with the flags that it knows."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.fields.notes import Proposal, about, proposals
from tui.signs import pick
from tui.text import _
from tui.widgets.field_editors import LinesEditor

SHOWN = 5


class ArgumentList(LinesEditor):
    """The rest of a flag stands behind the cursor: right or end takes it, up and down choose another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+space,ctrl+@", "complete", "Complete", show=False),
    ]

    class Chosen(Message):
        """Another of the proposals stands behind the cursor."""

    def __init__(self, path: str, text: str, placeholder: str, program: str) -> None:
        self._at = 0
        self._begun = ""
        super().__init__(path, text, placeholder)
        self.program = program

    def proposals(self) -> tuple[Proposal, ...]:
        """The flags that begin with what stands before the cursor, the common ones first."""
        row, column = self.cursor_location
        return proposals(self.program, self.document.get_line(row)[:column])[:SHOWN]

    def open(self) -> tuple[Proposal, ...]:
        """Those that the rest of the line could be: there is none behind a whole flag, or inside one."""
        row, column = self.cursor_location
        at_end = bool(column) and column == len(self.document.get_line(row))
        return self.proposals() if at_end else ()

    def update_suggestion(self) -> None:
        """TextArea asks for it whenever the text has changed."""
        typed = self.document.get_line(self.cursor_location[0]).strip().removeprefix("--")
        if typed != self._begun:
            self._begun, self._at = typed, 0
        found = self.open()
        chosen = found[min(self._at, len(found) - 1)] if found else None
        self.suggestion = f"{chosen.name}="[len(typed) :] if chosen else ""

    def _choose(self, by: int) -> bool:
        """Whether there was another one to choose."""
        count = len(self.open())
        if count < 2:
            return False
        self._at = (self._at + by) % count
        self.update_suggestion()
        self.post_message(self.Chosen())
        return True

    def action_cursor_down(self, select: bool = False) -> None:
        if select or not self._choose(1):
            super().action_cursor_down(select)

    def action_cursor_up(self, select: bool = False) -> None:
        if select or not self._choose(-1):
            super().action_cursor_up(select)

    def advice(self) -> Text | Table:
        """What the flag in this line does, or which flags begin like it and the keys that take one."""
        found = self.open()
        if not found:
            return self._about(self.proposals())
        listed = Table.grid(padding=(0, 2, 0, 0))
        listed.add_column(no_wrap=True, min_width=max(len(one.name) for one in found) + 2)
        for number, one in enumerate(found):
            here = number == self._at
            bar = pick("▌ ", "> ") if here else "  "
            note = (
                Text(_(one.note)) if here else Text(_(one.note), no_wrap=True, overflow="ellipsis")
            )
            listed.add_row(Text(bar + one.name, "bold" if here else "", no_wrap=True), note)
        whole = Table.grid()
        whole.add_row(listed)
        whole.add_row(self._keys(len(found)))
        return whole

    def _about(self, found: tuple[Proposal, ...]) -> Text:
        known = about(self.program, self.document.get_line(self.cursor_location[0]))
        if not found and known is not None and known.note:
            found = (known,)
        words = Text()
        for one in found:
            words.append(one.name, "bold")
            words.append(f"  {_(one.note)}\n" if one.note else "\n")
        return words

    def _keys(self, count: int) -> Text:
        takes = f"{pick('→', 'Right')} " + _("takes it")
        chooses = f"{pick('↑↓', 'Up/Dn')} " + _("chooses")
        return Text(f"  {takes}   {chooses}" if count > 1 else f"  {takes}")

    def action_complete(self) -> None:
        if self.suggestion:
            self.insert(self.suggestion)
