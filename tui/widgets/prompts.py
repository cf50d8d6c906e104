"""Questions above a page: yes or no, a file to open, a file to save. The safe answer has the focus."""

from __future__ import annotations

import os
from itertools import takewhile
from pathlib import Path
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Button, Input, Static

from phases.model.problem import Problems
from phases.model.yaml_source import read_text
from tui.text import _, said

MODES = {True: 0o600, False: 0o644}


class Ask(ModalScreen[bool]):
    """One question with two answers; escape is the safe one."""

    CSS_PATH = "prompts.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", "Back", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, detail: str, yes: str, no: str) -> None:
        super().__init__()
        self._words = question, detail, yes, no

    def compose(self) -> ComposeResult:
        question, detail, yes, no = self._words
        with Vertical(classes="prompt"):
            yield Static(question, classes="question", markup=False)
            yield Static(detail, markup=False)
            with Horizontal(classes="answers"):
                yield Button(no, id="no", compact=True)
                yield Button(yes, id="yes", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class PathSuggester(Suggester):
    """The first file or folder that continues a path."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return next(iter(completions(value)), None)


def completions(typed: str, limit: int = 50) -> list[str]:
    """The paths that begin with what was typed; folders end in a slash."""
    folder, _sign, begun = typed.rpartition("/")
    shown = f"{folder}/" if "/" in typed else ""
    try:
        with os.scandir(Path(shown).expanduser() if shown else ".") as found:
            names = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in found
                if entry.name.startswith(begun) and (begun or not entry.name.startswith("."))
            )
    except OSError:
        return []
    return [shown + name for name in names[:limit]]


T = TypeVar("T")


def shared_beginning(texts: list[str]) -> str:
    """What all texts begin with."""
    columns = zip(*texts, strict=False)
    return "".join(letters[0] for letters in takewhile(lambda one: len(set(one)) == 1, columns))


class FilePrompt(ModalScreen[T | None]):
    """A path with completion; what is wrong with it is said below, and nothing is lost."""

    CSS_PATH = "prompts.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("tab", "complete", "Complete", show=False, priority=True),
    ]

    def __init__(self, question: str, path: str) -> None:
        super().__init__()
        self._question, self._path = question, path

    def compose(self) -> ComposeResult:
        with Vertical(classes="prompt"):
            yield Static(self._question, classes="question", markup=False)
            yield Input(self._path, compact=True, suggester=PathSuggester(), select_on_focus=False)
            yield Static("", classes="fault", markup=False)
            yield Static(
                _("tab completes · enter takes it · esc goes back"), classes="keys", markup=False
            )

    def interrupted(self) -> None:
        """ctrl+c while the path is asked for."""
        self.dismiss(None)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.query_one(Input).cursor_position = len(self._path)

    def action_complete(self) -> None:
        """What all continuations share; a second one lists them."""
        field = self.query_one(Input)
        found = completions(field.value)
        shared = shared_beginning(found)
        if len(shared) > len(field.value):
            field.value = shared
            field.cursor_position = len(shared)
        elif found:
            names = "  ".join(path.rstrip("/").rpartition("/")[2] for path in found[:8])
            self.say(names)

    def say(self, text: str) -> None:
        self.query_one(".fault", Static).update(text)

    def action_leave(self) -> None:
        self.dismiss(None)


class OpenFile(FilePrompt[tuple[str, str]]):
    """Gives the name and the text of a file, or None."""

    def __init__(self, path: str = "") -> None:
        super().__init__(_("Open a kubeadm.yaml"), path)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        path = Path(event.value).expanduser()
        try:
            text = read_text(str(path))
        except (Problems, ValueError) as problems:
            first = (
                problems.problems[0].message if isinstance(problems, Problems) else str(problems)
            )
            self.say(_("{name} {fault}", name=event.value, fault=said(first)))
            return
        self.dismiss((str(path), text))


class SaveFile(FilePrompt[str]):
    """Writes a text to a file and gives its name; one that is there is asked about first."""

    def __init__(self, path: str, text: str, *, secret: bool) -> None:
        super().__init__(_("Save kubeadm.yaml as"), path)
        self.text, self._secret, self._warned = text, secret, ""

    def on_mount(self) -> None:
        super().on_mount()
        if self._secret:
            self.say(_("It holds a token or a key: only you will be able to read it (0600)."))

    @on(Input.Changed)
    def _changed(self) -> None:
        self._warned = ""

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        path = Path(event.value).expanduser()
        try:
            if path.exists() and self._warned != event.value:
                self._warned = event.value
                self.say(_("{name} is there already. Enter again overwrites it.", name=event.value))
                return
            write_file(path, self.text, MODES[self._secret])
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", "") or str(error)
            self.say(_("{name} can't be written: {reason}", name=event.value, reason=reason))
            return
        self.dismiss(str(path))


def write_file(path: Path, text: str, mode: int) -> None:
    """Writes beside the file and puts it in place, so that there is never half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
