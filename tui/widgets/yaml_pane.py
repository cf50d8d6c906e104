"""The configuration as YAML beside the form: drawn in colours, with faults on their lines, edited in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.masking import masked
from tui.signs import sign
from tui.text import _
from tui.widgets.field_editors import Pasted, is_to_be_looked_at, plainly

_KEY = re.compile(r"^(\s*(?:- )*)([^\s:#'\"][^:#]*?)(:)(?=\s|$)")
_COMMENT = re.compile(r"(?:^|\s)#.*$")


class YamlArea(TextArea):
    """A text area that knows how YAML looks. `faults` are sentences by line, counted from 0."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "yaml--key",
        "yaml--value",
        "yaml--quiet",
        "yaml--fault",
        "yaml--here",
    }

    def __init__(self) -> None:
        super().__init__(
            "",
            compact=True,
            read_only=True,
            soft_wrap=False,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
        )
        self.faults: Mapping[int, str] = {}
        self.here = -1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """With nothing left to take back here, the page takes back what was done elsewhere."""
        if action == "undo" and not self.history.undo_stack:
            return False
        return super().check_action(action, parameters)

    async def _on_paste(self, event: events.Paste) -> None:
        """A whole configuration that copying has damaged, or a kubeadm line, is offered to the page."""
        if not self.read_only and is_to_be_looked_at(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(Pasted(event.text))

    def get_line(self, line_index: int) -> Text:
        line = plainly(super().get_line(line_index))
        if line.plain.strip() == "---":
            line.stylize(self._look("quiet"))
        elif match := _KEY.match(line.plain):
            line.stylize(self._look("value"), match.end())
            line.stylize(self._look("key"), match.start(2), match.end(2))
            line.stylize(self._look("quiet"), match.start(3), match.end(3))
        if comment := _COMMENT.search(line.plain):
            line.stylize(self._look("quiet"), comment.start())
        if line_index in self.faults:
            line.stylize(self._look("fault"))
        elif line_index == self.here:
            line.stylize(self._look("here"))
        return line

    def _look(self, name: str) -> str:
        return str(self.get_component_rich_style(f"yaml--{name}", partial=True))

    def mark(self, faults: Mapping[int, str], here: int) -> None:
        """Marks the lines with faults, and the line of the field one stands on."""
        if (faults, here) != (self.faults, self.here):
            self.faults, self.here = faults, here
            self._line_cache.clear()
            self.refresh()


class YamlPane(Vertical):
    """The name and state of the text, the text, and what is wrong with the line one stands on."""

    class Edited(Message):
        """The text was changed in place."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def compose(self) -> ComposeResult:
        yield Static("", id="yaml-state", markup=False)
        yield YamlArea()
        yield Static("", id="yaml-fault", markup=False)

    @property
    def area(self) -> YamlArea:
        return self.query_one(YamlArea)

    @property
    def editing(self) -> bool:
        return not self.area.read_only

    def edit(self, text: str, line: int, column: int = 0) -> None:
        """Opens the text for editing, secrets and all, at a place."""
        self.area.can_focus = True
        self.area.read_only = False
        self._load(text)
        self.area.focus()
        self.area.move_cursor((max(line, 0), column))

    def stop_editing(self, text: str) -> None:
        self.area.read_only = True
        self.area.can_focus = False
        self._load(masked(text))

    def show(self, text: str, *, foreign: bool = False) -> None:
        """Takes a text from the session. One that is typed here is ahead of the session and stays,
        unless the change came from elsewhere (`foreign`)."""
        shown = text if self.editing else masked(text)
        if shown != self.area.text and (foreign or not self.editing):
            self._load(shown)

    def _load(self, text: str) -> None:
        """Cursor and scroll stay where they were."""
        area = self.area
        at, scroll = area.cursor_location, area.scroll_offset
        with self.prevent(TextArea.Changed):
            area.load_text(text)
        area.move_cursor(at)
        area.scroll_to(scroll.x, scroll.y, animate=False)

    def mark(self, faults: Mapping[int, str], here: int, *, follow: bool) -> None:
        self.area.mark(faults, here)
        if follow and here >= 0 and not self.editing:
            self._bring_into_view(here)
        self._draw_fault()

    def _bring_into_view(self, line: int) -> None:
        top, height = self.area.scroll_offset.y, self.area.size.height
        if height and not top <= line < top + height - 1:
            self.area.scroll_to(0, max(line - height // 2, 0), animate=False)

    def say(self, text: Text) -> None:
        """The line above the text."""
        self.query_one("#yaml-state", Static).update(text)

    def _draw_fault(self) -> None:
        area = self.area
        row = area.cursor_location[0] if self.editing else area.here
        faults = area.faults
        line = row if row in faults else next(iter(faults), -1) if self.editing else -1
        shown = self.query_one("#yaml-fault", Static)
        shown.display = line >= 0
        if line >= 0:
            words = _("line {line}: {fault}", line=line + 1, fault=faults[line])
            shown.update(f"{sign('missing')} {words}")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.editing:
            self.post_message(self.Edited(self.area.text))

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self._draw_fault()
