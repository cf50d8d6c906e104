"""The editor for a program's flags: `name=value` lines, completed with the flags that it knows."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from tui.fields.notes import Proposal, about, proposals
from tui.text import _
from tui.widgets.field_editors import LinesEditor

SHOWN = 5


class ArgumentList(LinesEditor):
    """The rest of the likeliest flag stands behind the cursor; right or end takes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+space,ctrl+@", "complete", "Complete", show=False),
    ]

    def __init__(self, path: str, text: str, placeholder: str, program: str) -> None:
        super().__init__(path, text, placeholder)
        self.program = program

    def proposals(self) -> tuple[Proposal, ...]:
        """The flags that begin with what stands before the cursor, the common ones first."""
        row, column = self.cursor_location
        return proposals(self.program, self.document.get_line(row)[:column])[:SHOWN]

    def update_suggestion(self) -> None:
        """TextArea asks for it whenever the text has changed."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        found = self.proposals() if column and column == len(line) else ()
        typed = line.strip().removeprefix("--")
        self.suggestion = f"{found[0].name}="[len(typed) :] if found else ""

    def advice(self) -> Text:
        """What the flag in this line does, or which flags begin like it; a line each."""
        line = self.document.get_line(self.cursor_location[0])
        found = self.proposals()
        known = about(self.program, line)
        if not found and known is not None and known.note:
            found = (known,)
        words = Text()
        for one in found:
            words.append(f"{one.name}", "bold")
            words.append(f"  {_(one.note)}\n" if one.note else "\n")
        return words

    def action_complete(self) -> None:
        if self.suggestion:
            self.insert(self.suggestion)
