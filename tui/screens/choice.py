"""A question with several answers, above a page. The first answer is the safe one and has the focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import signs
from tui.text import _
from tui.widgets import drawing as d
from tui.widgets.menu import Entry, Menu

Answer = Entry
"""One answer: its name, what it says, and what that means."""


class Choice(ModalScreen[str]):
    """Ends with the name of an answer; escape gives the first one, ctrl+c `on_interrupt`."""

    CSS_PATH = "choice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "safe", "Back", show=False),
        Binding("ctrl+z", "app.suspend_process", "Suspend", show=False),
    ]

    def __init__(
        self, title: str, lines: Sequence[str], answers: Sequence[Answer], on_interrupt: str = ""
    ) -> None:
        super().__init__()
        self._title, self._lines, self._answers = title, tuple(lines), tuple(answers)
        self._on_interrupt = on_interrupt or self._answers[0].name

    def compose(self) -> ComposeResult:
        with Vertical(classes="choice"):
            yield Static(d.styled(self._title, "bold"), classes="title")
            if self._lines:
                yield Static(d.stacked([d.styled(line) for line in self._lines]), classes="detail")
            yield Menu(self._answers)
            keys = signs.pick("↑↓", "up/down"), signs.pick("⏎", "enter")
            hint = _("{arrows} choose   {enter} take it   esc {first}", arrows=keys[0], enter=keys[1],
                     first=self._answers[0].label)  # fmt: skip
            yield Static(d.muted(hint), classes="hint")

    def on_mount(self) -> None:
        self.query_one(Menu).focus()

    @on(Menu.Taken)
    def _taken(self, event: Menu.Taken) -> None:
        self.dismiss(event.name)

    def action_safe(self) -> None:
        self.dismiss(self._answers[0].name)

    def interrupted(self) -> None:
        """ctrl+c while the question stands."""
        self.dismiss(self._on_interrupt)
