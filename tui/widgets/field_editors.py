"""What a field is typed into: a line, a choice, or lines. They know texts and nothing of YAML.

Each posts Typed with its whole text; a paste of several lines is offered to the page first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Edit, EditResult

from phases.model import command_line, repair
from tui.signs import pick
from tui.text import _


class Typed(Message):
    """A field was given another text."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__()
        self.path = path
        self.text = text


class Pasted(Message):
    """A paste that looks like a whole configuration, or a kubeadm line, rather than a value."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def looks_like_configuration(text: str) -> bool:
    """Whether a paste has the headings of Kubernetes YAML, or a kubeadm line."""
    starts = [line.strip(" \t\u00a0>").replace("：", ":") for line in text.splitlines()]
    headed = any(line.startswith(("apiVersion:", "kind:")) for line in starts)
    return (len(starts) > 1 and headed) or command_line.is_command(text)


def is_to_be_looked_at(text: str) -> bool:
    """Whether a paste into the YAML is more than YAML to be put there as it is."""
    if not looks_like_configuration(text):
        return False
    return repair.repair(text) is not None or command_line.is_command(text)


_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def drawable(text: str) -> str:
    """The text with a sign for each character that steers a terminal; as long as it was."""
    return _STEERING.sub("?", text)


class LineEditor(Input):
    """One line. Up and down go through what this machine offers for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "offer(1)", "Next proposal", show=False),
        Binding("up", "offer(-1)", "Previous proposal", show=False),
    ]

    def __init__(
        self, path: str, text: str, placeholder: str, offers: Sequence[str], *, masked: bool = False
    ) -> None:
        super().__init__(text, placeholder=placeholder, compact=True, password=masked)
        self.path = path
        self.offers = tuple(offers)
        self._default = placeholder

    def on_resize(self) -> None:
        """A default that is too long shows its end, which tells most of a path or a socket."""
        room = self.content_size.width
        over = len(self._default) - room
        whole = over <= 0 or not room
        self.placeholder = self._default if whole else pick("…", "~") + self._default[over + 1 :]

    @property
    def text(self) -> str:
        return self.value

    @property
    def _value(self) -> Text:
        """What is drawn: secrets are not, nor are characters that steer a terminal."""
        hidden = pick("•", "*") * len(self.value)
        shown = hidden if self.password else drawable(self.value)
        return Text(shown, no_wrap=True, overflow="ignore", end="")

    def show(self, text: str) -> None:
        """Takes a text from the session; that is no typing."""
        if text != self.value:
            with self.prevent(Input.Changed):
                self.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Typed(self.path, event.value))

    def action_offer(self, by: int) -> None:
        """Without proposals the arrows lead to the next field."""
        if not self.offers:
            self.screen.focus_next() if by > 0 else self.screen.focus_previous()
            return
        at = self.offers.index(self.value) + by if self.value in self.offers else min(by, 0)
        self.value = self.offers[at % len(self.offers)]
        self.cursor_position = len(self.value)

    def _on_paste(self, event: events.Paste) -> None:
        """Any other paste is for Input's own handler, which Textual calls after this one."""
        if looks_like_configuration(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(Pasted(event.text))


class ChoiceEditor(Widget, can_focus=True):
    """One of a few values, or none, which is the default. Left, right and space go through them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,enter", "turn(1)", "Next value", show=False),
        Binding("left", "turn(-1)", "Previous value", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("delete,backspace", "clear", "Default", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--sign", "choice--default"}

    text: reactive[str] = reactive("")

    def __init__(
        self,
        path: str,
        text: str,
        placeholder: str,
        options: Sequence[str],
        words: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.path = path
        self._words = dict(zip(options, words, strict=False))
        self.options = tuple(options)
        self.placeholder = placeholder
        self.set_reactive(ChoiceEditor.text, text)

    def get_content_height(self, *_sizes: object) -> int:
        return 1

    def show(self, text: str) -> None:
        self.text = text

    def render(self) -> Text:
        sign = str(self.get_component_rich_style("choice--sign", partial=True))
        quiet = str(self.get_component_rich_style("choice--default", partial=True))
        shown = Text(no_wrap=True, overflow="ellipsis")
        shown.append(pick("‹ ", "< "), sign)
        if self.text:
            shown.append(self._word(self.text))
        else:
            shown.append(self._word(self.placeholder) or _("default"), quiet)
        shown.append(pick(" ›", " >"), sign)
        if not self.text and self.placeholder:
            shown.append(f"  {_('default')}", quiet)
        return shown

    def _word(self, option: str) -> str:
        """What an option is called; most are words of the configuration and stand as they are."""
        return _(self._words[option]) if option in self._words else option

    def action_turn(self, by: int) -> None:
        if not self.text:
            known = self.options.index(self.placeholder) if self.placeholder in self.options else -1
            at = known + by if known >= 0 else min(by, 0)
        else:
            at = self.options.index(self.text) + by if self.text in self.options else 0
        self._give(self.options[at % len(self.options)])

    def action_clear(self) -> None:
        self._give("")

    def _give(self, text: str) -> None:
        self.text = text
        self.post_message(Typed(self.path, text))

    def on_click(self) -> None:
        self.action_turn(1)


def plainly(line: Text) -> Text:
    """A line of a text area without characters that steer a terminal."""
    shown = drawable(line.plain)
    return line if shown == line.plain else Text(shown, end="", no_wrap=True)


class LinesEditor(TextArea):
    """Several lines; tab leaves it, so do the arrows at its ends."""

    def __init__(self, path: str, text: str, placeholder: str, *, masked: bool = False) -> None:
        super().__init__(
            text,
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=Content(placeholder),
        )
        self.path = path
        self._masked = masked

    def show(self, text: str) -> None:
        """Takes a text from the session; that is no typing."""
        if text != self.text:
            with self.prevent(TextArea.Changed):
                self.load_text(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """With nothing left to take back here, the page takes back what was done elsewhere."""
        if action == "undo" and not self.history.undo_stack:
            return False
        return super().check_action(action, parameters)

    def get_line(self, line_index: int) -> Text:
        """Secrets are shown only while one types in them."""
        line = plainly(super().get_line(line_index))
        if self._masked and not self.has_focus:
            shown = re.sub(
                r"(?<=\.)[^\s.]+", lambda found: pick("•", "*") * len(found[0]), line.plain, count=1
            )
            return Text(shown, end="", no_wrap=True)
        return line

    def edit(self, edit: Edit) -> EditResult:
        """Tells the text of the moment: a redraw may come before the message is read."""
        result = super().edit(edit)
        self.post_message(Typed(self.path, self.text))
        return result

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Undo and redo change the text too."""
        event.stop()
        self.post_message(Typed(self.path, self.text))

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.cursor_at_last_line:
            self.screen.focus_next()
        else:
            super().action_cursor_down(select)

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.cursor_at_first_line:
            self.screen.focus_previous()
        else:
            super().action_cursor_up(select)

    async def _on_paste(self, event: events.Paste) -> None:
        """Any other paste is for TextArea's own handler, which Textual calls after this one."""
        if looks_like_configuration(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(Pasted(event.text))
