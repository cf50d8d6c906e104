"""The question before a fix: the exact changes, from a dry run of it, with Back as the safe answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from phases.engine.events import Effect
from phases.engine.request import Request
from tui import checkup, signs
from tui.fix_words import title_of
from tui.launch import Engine
from tui.preview import Foreseen, Preview
from tui.signs import State
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.there import is_there

PACE = 1 / 20
TALLEST, AROUND = 0.92, 8
"""How much of the screen the dialog may take, and how many of its lines aren't changes."""

WIDEST, WIDE, BESIDE = 96, 0.96, 5
"""How wide it may be, in cells and as a part of the screen, and what its edges and the scrollbar take."""

COLOURS = {"+": "$success", "-": "$error", "@": "$muted"}


class Mend(ModalScreen[bool]):
    """Foresees while it is shown; only then can it be agreed to."""

    CSS_PATH: ClassVar = ["mend.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", "Back", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def __init__(
        self, fixes: tuple[str, ...], request: Request, begin: Callable[[Request], Engine]
    ) -> None:
        super().__init__()
        self.fixes = fixes
        self.foreseen = Foreseen()
        self._preview = Preview(
            lambda _mode, _folder: request, as_root=True, begin=begin, fallback=False
        )

    def compose(self) -> ComposeResult:
        title = title_of(self.fixes[0]) if len(self.fixes) == 1 else _("Fix all of it")
        with Vertical(classes="prompt mend"):
            yield Static(title, classes="question", markup=False)
            with VerticalScroll(id="changes", can_focus=False):
                yield Static("", id="listed", markup=False)
            yield Static("", id="note", markup=False)
            with Horizontal(classes="answers"):
                yield Button(_("Back"), id="no", compact=True)
                yield Button(_("Apply"), id="yes", compact=True, disabled=True)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()
        self.set_interval(PACE, self._drain)
        self._preview.start()
        self._draw()

    def on_unmount(self) -> None:
        self._preview.stop()

    def _drain(self) -> None:
        if (fresh := self._preview.take()) is not None:
            self.foreseen = fresh
            self._draw()

    def on_resize(self) -> None:
        """The changes take what the question, the note and the answers leave of the screen."""
        room = int(self.app.size.height * TALLEST) - AROUND
        self.query_one("#changes").styles.max_height = max(room, 4)
        self._draw()
        self.call_after_refresh(self._draw)

    @property
    def room(self) -> int:
        """Cells of a line, as the style sheet has them; known before anything is laid out."""
        return min(WIDEST, int(self.app.size.width * WIDE)) - BESIDE

    def _draw(self) -> None:
        if not is_there(self):
            return
        width = self.room
        lines = list(self._lines(width))
        self.query_one("#changes").display = bool(lines)
        self.query_one("#listed", Static).update(d.stacked(lines))
        self.query_one("#note", Static).update(self._note(width))
        self.query_one("#yes", Button).disabled = not checkup.is_foreseen(self.foreseen)

    def _lines(self, width: int) -> Iterable[Content]:
        """By fix: each command, each file with its changed lines; then what is left out, and why."""
        state = self.foreseen.state
        for number, (fix, effects) in enumerate(checkup.changes(state).items()):
            if number:
                yield Content("")
            if len(self.fixes) > 1:
                yield d.styled(title_of(fix), "$accent")
            yield from self._changes(effects, width)
        for fix, reason in checkup.left(state).items():
            words = d.wrapped(f"{title_of(fix)}: {said(reason)}", width - signs.width() - 1)
            yield from (d.marked("skipped", words[0]), *map(d.muted, words[1:]))

    def _changes(self, effects: Sequence[Effect], width: int) -> Iterable[Content]:
        column = max(cell_len(said(effect.verb)) for effect in effects) + 2
        shown = checkup.differences(self.foreseen.state)
        for effect in effects:
            yield from d.labelled(said(effect.verb), effect.target, width, label_width=column)
            for line in shown.get(effect.target, ()) if effect.verb in checkup.SHOWN else ():
                style = COLOURS.get(line[:1], "")
                parts = d.wrapped(line, width, first=" " * column, rest=" " * (column + 1))
                yield from (d.styled(part, style) for part in parts)

    def _note(self, width: int) -> Content:
        state, words = self._verdict()
        first, *rest = d.wrapped(words, width - signs.width() - 1)
        indent = " " * (signs.width() + 1)
        return d.stacked([d.marked(state, first), *(d.styled(indent + line) for line in rest)])

    def _verdict(self) -> tuple[State, str]:
        """What can be said of it before it is agreed to."""
        if not self.foreseen.ended:
            return "running", _("Looking what it would change")
        if trouble := checkup.trouble(self.foreseen):
            return "failed", trouble
        if not checkup.is_foreseen(self.foreseen):
            return "unchanged", _("There is nothing to change.")
        count = sum(map(len, checkup.changes(self.foreseen.state).values()))
        return "ok", _("Changes: {n}. What was there is kept, undo brings it back.", n=count)

    def action_scroll(self, by: int) -> None:
        self.query_one("#changes", VerticalScroll).scroll_relative(y=by, animate=False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
