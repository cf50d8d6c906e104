"""The form of one section: a row per field, with what is wrong under it, and the advanced ones folded.

Rows are given texts and sentences; where these come from is the page's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.fields.field import FORMS, LINES, Field
from tui.signs import pick, sign
from tui.text import _
from tui.widgets.argument_list import ArgumentList
from tui.widgets.field_editors import ChoiceEditor, LineEditor, LinesEditor

Editor = LineEditor | ChoiceEditor | LinesEditor
CHOICES = {"switch": ("true", "false")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it stands: its text, its default, what is wrong with it and what is doubtful."""

    field: Field
    text: str
    placeholder: str
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    offers: tuple[tuple[str, str], ...] = ()


class FieldRow(Vertical):
    """Label, editor, and below it what is wrong. `hint` says what it is for."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.shown = shown
        self.path = shown.field.path
        self.editor: Editor = _editor(shown)

    def compose(self) -> ComposeResult:
        yield Static(self._label(), classes="label")
        yield self.editor
        yield Static("", classes="note", markup=False)

    def on_mount(self) -> None:
        self.update(self.shown)

    def update(self, shown: Shown, *, keep_text: bool = False) -> None:
        """Draws what has changed; the text of the field one types in is left alone."""
        self.shown = shown
        if not keep_text:
            self.editor.show(shown.text)
        note = self.query_one(".note", Static)
        note.update(_notes(shown))
        note.display = bool(shown.problems or shown.warnings)
        note.set_class(bool(shown.problems), "wrong")

    def _label(self) -> Text:
        field = self.shown.field
        label = Text(_(field.label), no_wrap=True, overflow="ellipsis")
        if field.fixed:
            label.append(f"  {pick('⚷', '#')} {_('permanent')}", "dim")
        return label

    def hint(self) -> Text:
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
        listed = " · ".join(f"{text} {word}".strip() for text, word in self.shown.offers)
        return Text(f"{arrows} {listed}")


def _editor(shown: Shown) -> Editor:
    field = shown.field
    if field.kind in ("choice", "switch", "either"):
        options = CHOICES.get(field.kind, field.options)
        return ChoiceEditor(field.path, shown.text, shown.placeholder, options)
    if field.kind == "args":
        return ArgumentList(field.path, shown.text, shown.placeholder, field.program)
    if field.kind in LINES:
        return LinesEditor(field.path, shown.text, shown.placeholder, masked=field.secret)
    offers = [text for text, _word in shown.offers]
    return LineEditor(field.path, shown.text, shown.placeholder, offers, masked=field.secret)


def _notes(shown: Shown) -> Text:
    lines = [f"{sign('missing')} {text}" for text in shown.problems]
    lines += [f"{sign('risky')} {text}" for text in shown.warnings]
    return Text("\n".join(lines))


class Action(Static, can_focus=True):
    """A line that does something on enter, space or click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "act", "Do it", show=False),
        Binding("down", "screen.focus_next", "Next field", show=False),
        Binding("up", "screen.focus_previous", "Previous field", show=False),
    ]

    class Chosen(Message):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, action: str, label: str) -> None:
        super().__init__(label, markup=False, classes="action")
        self._action_name = action

    def action_act(self) -> None:
        self.post_message(self.Chosen(self._action_name))

    def on_click(self) -> None:
        self.action_act()


class Form(VerticalScroll, can_focus=False):
    """The rows of one section. `show` puts another section there; `update` draws the same anew."""

    class FieldEntered(Message):
        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    async def show(
        self, title: str, rows: Sequence[Shown], below: Sequence[Widget], fold: str
    ) -> None:
        """`fold` is the label of the line that opens or closes the advanced fields, empty without."""
        await self.remove_children()
        await self.mount_all([*self._widgets(title, rows, below, fold)])
        self.scroll_home(animate=False)

    def _widgets(
        self, title: str, rows: Sequence[Shown], below: Sequence[Widget], fold: str
    ) -> Iterator[Widget]:
        yield Static(title, classes="section-title first", markup=False)
        yield from (FieldRow(row) for row in rows if not row.field.advanced)
        yield from below
        if fold:
            yield Action("fold", fold)
        yield from (FieldRow(row) for row in rows if row.field.advanced)

    def rows(self) -> Iterator[FieldRow]:
        yield from self.query(FieldRow)

    def row(self, path: str) -> FieldRow | None:
        return next((row for row in self.rows() if row.path == path), None)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        here = next((one for one in event.widget.ancestors if isinstance(one, FieldRow)), None)
        for row in self.rows():
            row.set_class(row is here, "standing")
        if here is not None:
            self.post_message(self.FieldEntered(here.path))

    def on_descendant_blur(self) -> None:
        for row in self.query(".standing"):
            row.remove_class("standing")

    @property
    def standing(self) -> FieldRow | None:
        """The row that one types in."""
        return next((row for row in self.rows() if row.has_class("standing")), None)
