"""The form of one section: a row per field, with what is wrong under it, and the advanced ones folded.

Rows are given texts and sentences; where these come from is the page's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerError

from tui.fields.field import FORMS, LINES, Field
from tui.signs import pick, sign
from tui.text import _
from tui.widgets.argument_list import ArgumentList
from tui.widgets.field_editors import ChoiceEditor, LineEditor, LinesEditor
from tui.widgets.hung import Hung, hung
from tui.widgets.labelled import Labelled

Editor = LineEditor | ChoiceEditor | LinesEditor
CHOICES = {"switch": ("true", "false")}
AT_ONCE, BREATH = 2, 0.005
"""Rows that are mounted together, and seconds between them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it stands: its text, its default, what is wrong with it, what is doubtful, and what
    follows from it: sentences, or texts with a label each."""

    field: Field
    text: str
    placeholder: str
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    offers: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, str], ...] = ()


class FieldRow(Widget):
    """Label, editor, and below it what is wrong. `hint` says what it is for.

    It draws the label itself, and has a note only when there is something to note: a form has many
    rows, and each widget less is felt.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row--label", "row--standing", "row--quiet"}

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.shown = shown
        self.path = shown.field.path
        self.editor: Editor = _editor(shown)

    def compose(self) -> ComposeResult:
        yield self.editor
        if self.notes:
            yield self._note()
        if self.shown.details:
            yield self._details()

    def render(self) -> Text:
        """The label; the editor lies below it."""
        field = self.shown.field
        standing = self.has_class("standing")
        label = Text(no_wrap=True, overflow="ellipsis")
        label.append(_(field.label), self._look("standing" if standing else "label"))
        if field.fixed:
            label.append(f"  {pick('⚷', '#')} {_('permanent')}", self._look("quiet"))
        return label

    def _look(self, name: str) -> str:
        return str(self.get_component_rich_style(f"row--{name}", partial=True))

    @property
    def notes(self) -> str:
        """What is wrong and what is doubtful, a sentence a line."""
        return "\n".join(f"{mark} {text}" for mark, text in self._noted())

    def _noted(self) -> list[tuple[str, str]]:
        wrong = [(sign("missing"), text) for text in self.shown.problems]
        return [*wrong, *((sign("risky"), text) for text in self.shown.warnings)]

    def _note(self) -> Static:
        wrong = " wrong" if self.shown.problems else ""
        return Static(Hung(self._noted()), classes=f"note{wrong}", markup=False)

    def update(self, shown: Shown, *, keep_text: bool = False) -> None:
        """Draws what has changed; the text of the field one types in is left alone."""
        self.shown = shown
        if not keep_text:
            self.editor.show(shown.text)
        note = next(iter(self.query(".note").results(Static)), None)
        if note is not None:
            note.update(Hung(self._noted()))
            note.display = bool(self.notes)
            note.set_class(bool(shown.problems), "wrong")
        elif self.notes:
            self.mount(self._note(), after=self.editor)
        self._update_details()

    def _details(self) -> Static:
        return Static(self._drawn_details(), classes="details")

    def _drawn_details(self) -> Labelled:
        return Labelled(self.shown.details, self._look("quiet"))

    def _update_details(self) -> None:
        drawn = next(iter(self.query(".details").results(Static)), None)
        if drawn is not None:
            drawn.update(self._drawn_details())
            drawn.display = bool(self.shown.details)
        elif self.shown.details:
            self.mount(self._details())

    def hint(self) -> Text | Table:
        """What the field is for, how it is written, and what is offered for it."""
        field = self.shown.field
        words = [_(field.help)]
        if field.kind in FORMS:
            words.append(_(FORMS[field.kind]))
        if field.fixed:
            words.append(_("Can't be changed later: {why}.", why=_(field.fixed)))
        hint = Text(" ".join(words))
        if isinstance(self.editor, ArgumentList):
            return self.editor.advice() or hint
        if self.shown.offers and isinstance(self.editor, LineEditor):
            return Text.assemble(self._offers(), "\n", hint)
        return hint

    def _offers(self) -> Text:
        arrows = pick("↑↓", "up/down")
        named = (f"{text} ({word})" if word else text for text, word in self.shown.offers)
        listed = ", ".join(named)
        return Text(f"{arrows} {listed}")


def _editor(shown: Shown) -> Editor:
    field = shown.field
    if field.kind in ("choice", "switch", "either"):
        options = CHOICES.get(field.kind, field.options)
        return ChoiceEditor(field.path, shown.text, shown.placeholder, options, field.words)
    if field.kind == "args":
        return ArgumentList(field.path, shown.text, shown.placeholder, field.program)
    if field.kind in LINES:
        return LinesEditor(field.path, shown.text, shown.placeholder, masked=field.secret)
    offers = [text for text, _word in shown.offers]
    return LineEditor(field.path, shown.text, shown.placeholder, offers, masked=field.secret)


class Action(Static, can_focus=True):
    """A line that does something on enter, space or click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "act", "Do it", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    class Chosen(Message):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, action: str, label: str) -> None:
        drawn = hung(label) if label else ""
        super().__init__(drawn, markup=False, classes=f"action {action.partition(':')[0]}")
        self._action_name = action

    def action_act(self) -> None:
        self.post_message(self.Chosen(self._action_name))

    def on_click(self) -> None:
        self.action_act()


class Form(VerticalScroll, can_focus=False):
    """The rows of one section. `show` puts another section there; `update` draws the same anew.

    The advanced rows come a few at a time, so that keys are heard in between.
    """

    class FieldEntered(Message):
        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self) -> None:
        super().__init__(id="form")
        self._rows: dict[str, Shown] = {}
        self._arriving: Worker[None] | None = None
        self._turn = asyncio.Lock()

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields of the section, also those whose rows are still on their way."""
        return tuple(self._rows)

    async def show(
        self, title: str, rows: Sequence[Shown], below: Sequence[Widget], fold: str
    ) -> None:
        """`fold` is the label of the line that opens or closes the advanced fields, empty without.

        The page and the app may both ask for it, when an edit and another language come together."""
        async with self._turn:
            if self._arriving is not None:
                self._arriving.cancel()
            self._rows = {row.field.path: row for row in rows}
            await self.remove_children()
            await self.mount_all([*self._first(title, below, fold)])
            self.scroll_home(animate=False)
            advanced = [row.field.path for row in rows if row.field.advanced]
            self._arriving = self.run_worker(self._rest(advanced)) if advanced else None

    def _first(self, title: str, below: Sequence[Widget], fold: str) -> Iterator[Widget]:
        yield Static(title, classes="section-title first", markup=False)
        yield from (FieldRow(row) for row in self._rows.values() if not row.field.advanced)
        yield from below
        if fold:
            yield Action("fold", fold)

    async def _rest(self, paths: Sequence[str]) -> None:
        for start in range(0, len(paths), AT_ONCE):
            batch = paths[start : start + AT_ONCE]
            await self.mount_all([FieldRow(self._rows[path]) for path in batch])
            await asyncio.sleep(BREATH)

    def update(self, rows: Sequence[Shown], typing: Widget | None) -> None:
        """Draws what has changed; the text one types is left alone, and so are rows on their way out."""
        self._rows = {row.field.path: row for row in rows}
        for row in self.rows():
            if row.path in self._rows:
                row.update(self._rows[row.path], keep_text=row.editor is typing)

    async def arrived(self, path: str) -> FieldRow | None:
        """The row of a field, once it is there."""
        if self.row(path) is None and path in self._rows and self._arriving is not None:
            with suppress(WorkerError):
                await self._arriving.wait()
        return self.row(path)

    def rows(self) -> Iterator[FieldRow]:
        yield from self.query(FieldRow)

    def row(self, path: str) -> FieldRow | None:
        return next((row for row in self.rows() if row.path == path), None)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        here = next((one for one in event.widget.ancestors if isinstance(one, FieldRow)), None)
        for row in self.rows():
            if row.has_class("standing") != (row is here):
                row.set_class(row is here, "standing")
                row.refresh()
        if here is not None:
            self.post_message(self.FieldEntered(here.path))

    def on_descendant_blur(self) -> None:
        for row in self.query(".standing"):
            row.remove_class("standing").refresh()

    @property
    def standing(self) -> FieldRow | None:
        """The row that one types in."""
        return next((row for row in self.rows() if row.has_class("standing")), None)
