"""Import: what a file or a paste was taken for, what is to be said of it, and what to do with it.

Nothing is taken over before somebody says so; the first answer leaves everything as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from phases.model.migration.report import Line
from phases.model.problem import Problem
from phases.model.repair import Reading
from tui import fate_words, portrait, reading_words, signs
from tui.fragment import Change
from tui.signs import State
from tui.text import _, clean
from tui.understood import Judged, Understood
from tui.widgets import changed, comparison
from tui.widgets import drawing as d
from tui.widgets.heading import Heading
from tui.widgets.keys import Keys
from tui.widgets.menu import Entry, Menu
from tui.widgets.there import is_there

What = Literal["take", "edit", "fill", "replace"]
ROOM = 6
"""Cells that the page keeps free at its sides."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Take a text over, edit it first at a line, or fill in what a kubeadm line sets."""

    what: What
    text: str = ""
    line: int = 0


class Import(ModalScreen[Decision | None]):
    """Ends with what was decided; None leaves everything as it is."""

    CSS_PATH = "importing.tcss"
    HELP_TOPIC = "import"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "turn", "As it came"),
        Binding("pagedown", "scroll(1)", "Scroll", key_display="PgDn"),
        Binding("pageup", "scroll(-1)", "Scroll up", show=False),
        Binding("escape", "leave", "Leave it", key_display="esc"),
        Binding("f1", "help", "Help", key_display="F1"),
        Binding("ctrl+z", "app.suspend_process", "Suspend", show=False),
    ]

    def __init__(self, found: Understood, changes: Sequence[Change] = ()) -> None:
        super().__init__()
        self.found, self.changes = found, tuple(changes)
        self.at = 0
        self.original = False

    def compose(self) -> ComposeResult:
        name = self.found.name or _("pasted")
        yield Heading(_("kubeboot · import"), clean(name))
        yield Static(id="found")
        with VerticalScroll(id="body", can_focus=False):
            yield Static(id="shown")
        yield Menu(tuple(self._answers()))
        yield Keys()

    def on_mount(self) -> None:
        self.query_one(Menu).focus()
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def interrupted(self) -> None:
        """ctrl+c while the question stands."""
        self.dismiss(None)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Where both texts stand side by side there is nothing to turn."""
        if action == "turn":
            return bool(self.found.readings) and self._width < comparison.BESIDE
        if action == "scroll" and is_there(self):
            return self.query_one("#body").max_scroll_y > 0
        return True

    # what can be done

    def _answers(self) -> Iterator[Entry]:
        yield Entry("leave", _("Leave everything as it is"))
        if self.found.line is not None:
            yield from self._answers_to_line()
            return
        if not self.found.doubts:
            yield from (Entry(f"take:{at}", words) for at, words in enumerate(self._takes()))
        yield Entry("edit", _("Edit it first"))

    def _answers_to_line(self) -> Iterator[Entry]:
        if any(one.effect == "set" for one in self.changes):
            yield Entry("fill", _("Fill in what it sets"))
        if count := sum(one.effect == "typed" for one in self.changes):
            yield Entry("replace", _("Fill it in, and replace {count} of yours", count=count))

    def _takes(self) -> Iterator[str]:
        found = self.found
        if len(found.readings) > 1:
            yield from (
                _("Take it so: {choice}", choice=reading_words.choice(one))
                for one in found.readings
            )
        elif found.judged[0].problems:
            yield _("Take it, and mend it in the form")
        elif found.repaired:
            yield _("Take the repaired text")
        else:
            yield _("Take it in place of what is here")

    @on(Menu.Taken)
    def _taken(self, event: Menu.Taken) -> None:
        name, _sign, number = event.name.partition(":")
        match name:
            case "take":
                self.dismiss(Decision("take", self.found.judged[int(number)].taken))
            case "edit":
                doubts = (*self.found.doubts, *self._judged.problems)
                line = next((one.line for one in doubts if one.line), 1)
                self.dismiss(Decision("edit", self._judged.text, self._line_now(line)))
            case "fill" | "replace":
                self.dismiss(Decision(name))
            case _:
                self.dismiss(None)

    def _line_now(self, number: int) -> int:
        """Where a line of what was pasted stands in the text that is edited."""
        if not self.found.doubts:
            return number
        kept = [one.number for one in self._reading.lines if one.after is not None]
        return sum(1 for one in kept if one and one <= number) or 1

    @on(Menu.Moved)
    def _moved(self, event: Menu.Moved) -> None:
        """Looking at an answer shows the reading that it takes."""
        name, _sign, number = event.name.partition(":")
        if name == "take" and int(number) != self.at:
            self.at = int(number)
            self._draw()

    def action_turn(self) -> None:
        self.original = not self.original
        self._draw()

    def action_scroll(self, pages: int) -> None:
        body = self.query_one("#body")
        body.scroll_relative(y=pages * max(body.size.height - 1, 1), animate=False)

    async def action_help(self) -> None:
        await self.run_action("app.help")

    def action_leave(self) -> None:
        self.dismiss(None)

    # drawing

    @property
    def _judged(self) -> Judged:
        return self.found.judged[min(self.at, len(self.found.judged) - 1)]

    @property
    def _reading(self) -> Reading:
        return self.found.readings[min(self.at, len(self.found.readings) - 1)]

    @property
    def _width(self) -> int:
        return self.app.size.width - ROOM

    def _draw(self) -> None:
        if not is_there(self):
            return
        state, words = self._sentence()
        self.query_one("#found", Static).update(d.marked(state, words).stylize("bold"))
        self.query_one("#shown", Static).update(d.stacked(list(self._lines(self._width))))
        self.call_after_refresh(self.refresh_bindings)

    def _sentence(self) -> tuple[State, str]:
        found = self.found
        if found.line is not None:
            count = len(found.line.sets) + len(found.line.options)
            words = _("A kubeadm {verb} line; {count} of its flags are understood")
            return "ok" if count else "risky", words.format(verb=found.line.verb, count=count)
        if found.doubts:
            return "missing", _("Damaged by copying, and not everything in it can be told")
        if len(found.readings) > 1:
            return "risky", _(
                "Damaged by copying; it can be read in {count} ways", count=len(found.readings)
            )
        trouble = portrait.troubles(len(self._judged.problems), 0)
        if found.repaired:
            count = sum(line.is_changed and line.after is not None for line in self._reading.lines)
            repaired = _("Damaged by copying; what was meant differs in {count} lines", count=count)
            return "risky", " · ".join(filter(None, (repaired, trouble)))
        return ("missing", trouble) if trouble else ("ok", _("Can be taken over as it is"))

    def _lines(self, width: int) -> Iterator[Content]:
        if self.found.line is not None:
            yield from changed.lines(self.changes, width)
            yield from self._list(_("Worth knowing"), "risky", self.found.line.notes, width)
            return
        if self._judged.kinds:
            yield from (d.muted(kind) for kind in self._judged.kinds)
            yield Content("")
        yield from self._list(_("To be put right first"), "missing", self.found.doubts, width)
        if self.found.readings:
            doubtful = frozenset(one.line for one in self.found.doubts)
            yield from comparison.lines(
                self._reading, width, original=self.original, doubtful=doubtful
            )
            yield Content("")
            yield from self._notes(width)
        judged = self._judged
        if not self.found.doubts:
            problems = tuple(map(self._as_pasted, judged.problems))
            yield from self._list(_("Problems"), "missing", problems, width)
        yield from self._fates(judged.fates, width)
        report = tuple(map(self._as_pasted, judged.report))
        yield from self._list(_("Worth knowing"), "risky", report, width)

    def _fates(self, fates: Sequence[Line], width: int) -> Iterator[Content]:
        """What became of the fields of an older version; those that stay as they are are counted."""
        if not fates:
            return
        yield d.heading(_("Brought up to date"), fate_words.summary(fates))
        for one in (one for one in fates if one.fate != "kept"):
            sign, words = fate_words.told(replace(one, line=self._line_came(one.line)))
            for number, part in enumerate(d.wrapped(words, width - 2)):
                lead = Content.styled(f"{sign} ", "$accent bold") if number == 0 else "  "
                yield Content.assemble(lead, d.styled(part))
        yield Content("")

    def _notes(self, width: int) -> Iterator[Content]:
        if told := comparison.notes(self._reading, width):
            yield from (d.heading(_("What was done")), *told, Content(""))

    def _as_pasted(self, problem: Problem) -> Problem:
        """With the line that it had in what was pasted, which is the one that is shown."""
        return replace(problem, line=self._line_came(problem.line))

    def _line_came(self, number: int) -> int:
        if not (self.found.readings and number):
            return number
        kept = [one.number for one in self._reading.lines if one.after is not None]
        return kept[number - 1] if number <= len(kept) else 0

    def _list(
        self, title: str, state: State, problems: Sequence[Problem], width: int
    ) -> Iterator[Content]:
        """All of them at once, each with its line and its field."""
        if not problems:
            return
        yield d.heading(title)
        for one in problems:
            where = [_("line {line}", line=one.line)] if one.line else []
            place = ": ".join([*where, *filter(None, [one.path])])
            words = ": ".join(filter(None, (place, portrait.sentence(one))))
            indent = " " * (signs.width() + 1)
            for number, line in enumerate(d.wrapped(words, width - signs.width() - 1)):
                yield d.marked(state, line) if number == 0 else Content(indent + line)
        yield Content("")
