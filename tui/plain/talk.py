"""A person at a line terminal: one line out, one line in, 79 columns, signs in ASCII, no escapes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from phases.engine.journal import Record
from phases.engine.state import RunState
from tui.folding import fold
from tui.headless import ASCII, lines, say
from tui.text import _, clean

WIDTH = 79


@dataclass(frozen=True, slots=True)
class Talk:
    """How questions reach a person: one line out, one line in."""

    ask: Callable[[str], str]
    tell: Callable[[str], None]

    def tell_all(self, paragraphs: Iterable[str]) -> None:
        for line in (line for one in paragraphs for line in folded(one)):
            self.tell(line)


def answer(talk: Talk, label: str, default: str, *helps: str) -> str:
    """What was typed, empty for the default; `?` explains and asks again."""
    shown = clean(", ".join(default.splitlines()))
    prompt = f"{label} [{shown}]: " if shown else f"{label}: "
    while (typed := talk.ask(prompt).strip()) == "?":
        talk.tell_all(f"  {_(line)}" for line in helps if line)
    return typed


def yes(talk: Talk, label: str, help_: str = "", *, default: bool = False) -> bool:
    """A question whose safe answer is no, unless a yes was given before."""
    while True:
        typed = answer(talk, label, "Y/n" if default else "y/N", help_).lower()
        if typed in ("y", "yes"):
            return True
        if typed in ("n", "no"):
            return False
        if not typed:
            return default


class PlainView:
    """A run in lines that fit, without a sign that isn't ASCII."""

    def show(self, record: Record, state: RunState) -> None:
        for line in lines(record, state):
            for part in folded(line):
                tell(part)

    def tick(self, state: RunState) -> None:
        """Nothing to do between records."""

    def close(self, state: RunState) -> None:
        """Nothing is left open."""


def read(prompt: str) -> str:
    """One line from the terminal, whose own line editing is all there is."""
    *before, last = folded(prompt.rstrip())
    for line in before:
        tell(line)
    sys.stdout.write(f"{last.translate(ASCII)} ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def tell(line: str) -> None:
    say(clean(line).translate(ASCII))


def folded(paragraph: str) -> list[str]:
    """A paragraph in lines that fit; what is indented stays so."""
    indent = " " * (len(paragraph) - len(paragraph.lstrip()))
    hanging = indent + ("  " if indent or paragraph.startswith(("!", "✗")) else "")
    return fold(paragraph.strip(), WIDTH, indent, hanging, whole=True)
