"""The question before a fix: the exact changes, from a dry run of it, with Back as the safe answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from phases.engine.events import Effect
from phases.engine.request import Request
from tui import checkup
from tui.fix_words import title_of
from tui.launch import Engine
from tui.preview import Foreseen, Preview
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.foreseen import error_words

PACE = 1 / 20
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

    def _draw(self) -> None:
        width = max(self.query_one("#changes").size.width, 40)
        self.query_one("#listed", Static).update(d.stacked(list(self._lines(width))))
        self.query_one("#note", Static).update(self._note())
        self.query_one("#yes", Button).disabled = not self.agreeable

    @property
    def agreeable(self) -> bool:
        """Whether it is known what would be changed, and there is something."""
        return self.foreseen.ended and bool(checkup.changes(self.foreseen.state))

    def _lines(self, width: int) -> Iterable[Content]:
        state = self.foreseen.state
        if len(self.fixes) > 1:
            yield from (d.styled(f"· {title_of(fix)}") for fix in self.fixes)
            yield Content("")
        shown = checkup.differences(state)
        for effect in checkup.changes(state):
            yield from self._change(effect, width)
            if effect.verb == "write":
                yield from map(_coloured, shown.get(effect.target, ()))
        for fix, reason in checkup.left(state).items():
            yield d.marked("skipped", f"{title_of(fix)}: {said(reason)}")

    def _change(self, effect: Effect, width: int) -> Iterable[Content]:
        verb = said(effect.verb)
        lead = f"{verb} "
        first, *rest = d.wrapped(effect.target, width - len(lead) - 2)
        yield Content.assemble(d.muted(lead), d.styled(first, d.TITLE))
        yield from (d.styled("  " + line, d.TITLE) for line in rest)

    def _note(self) -> Content:
        if not self.foreseen.ended:
            return d.marked("running", _("Looking what it would change"))
        if self.foreseen.error is not None:
            return d.marked("failed", error_words(self.foreseen.error))
        finished = self.foreseen.state.finished
        if finished is not None and finished.outcome == "failed" and finished.failure:
            return d.marked("failed", said(finished.failure.what))
        if not self.agreeable:
            return d.marked("unchanged", _("There is nothing to change."))
        return d.muted(_("What was there is kept: undo brings it back."))

    def action_scroll(self, by: int) -> None:
        self.query_one("#changes", VerticalScroll).scroll_relative(y=by, animate=False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


def _coloured(line: str) -> Content:
    """A line of a difference: its sign says it, colour comes on top."""
    return d.styled("  " + line, COLOURS.get(line[:1], ""))
