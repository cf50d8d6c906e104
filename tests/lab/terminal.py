"""A person at a terminal inside a node: a program in tmux, keys in, the screen as text out.

The terminal is tmux's own (TERM=tmux-256color), of a given size. It outlives whoever looks at it, so a
test may hang up on a program by killing the terminal it runs in.
"""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from .errors import LabError
from .node import Node
from .wait import until

SETTLE = 0.3
ENDED = "[the program ended with"


@dataclass(frozen=True)
class Terminal:
    """One tmux session in a node; `name` is its socket and its session."""

    node: Node
    name: str

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: Enter, Tab, BTab, Up, Escape, C-c, F1; one character is itself."""
        for key in keys:
            self._tmux("send-keys", "-t", self.name, key)
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Letters as typed, none taken for the name of a key."""
        self._tmux("send-keys", "-t", self.name, "-l", "--", text)

    def paste(self, text: str) -> None:
        """A clipboard's text at once, marked as a paste where the program asked for that."""
        self.node.write(f"/run/paste-{self.name}", text)
        self._tmux("load-buffer", f"/run/paste-{self.name}")
        self._tmux("paste-buffer", "-p", "-t", self.name)

    def answer(self, text: str = "") -> None:
        """A line as typed, and Enter."""
        if text:
            self.type(text)
        self.press("Enter")

    def screen(self) -> str:
        """What stands on the screen, a line each, without colours."""
        return self._tmux("capture-pane", "-p", "-t", self.name)

    def text(self) -> str:
        """All that was printed since the start, lines that were wrapped joined again."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-", "-t", self.name)

    def raw(self) -> str:
        """The screen with its escape sequences for colours."""
        return self._tmux("capture-pane", "-p", "-e", "-t", self.name)

    def expect(self, pattern: str, *, seconds: float = 30, whole: bool = False) -> re.Match[str]:
        """Waits until the screen (or, `whole`, all that was printed) holds a pattern."""

        def look() -> re.Match[str]:
            shown = self.text() if whole else self.screen()
            if found := re.search(pattern, shown, re.MULTILINE):
                return found
            raise LabError(f"no {pattern!r} on this screen after {seconds:g} s:\n{shown}")

        return until(look, seconds=seconds, pause=0.2)

    def expect_end(self, *, seconds: float = 30) -> int:
        """Waits until the program has ended; its exit code."""
        return int(self.expect(rf"{re.escape(ENDED)} (\d+)\]", seconds=seconds, whole=True)[1])

    def settled(self, *, seconds: float = 10) -> str:
        """The screen when it has stopped changing."""
        deadline, before = time.monotonic() + seconds, ""
        while (shown := self.screen()) != before and time.monotonic() < deadline:
            before = shown
            time.sleep(SETTLE)
        return shown

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-t", self.name, "-x", str(columns), "-y", str(rows))

    def clipboard(self) -> str:
        """What a program has put into the terminal's clipboard (OSC 52), as tmux took it."""
        return self._tmux("show-buffer")

    def hang_up(self) -> None:
        """The terminal goes away under the program: it gets a SIGHUP and nobody reads it any more."""
        self.node.run("tmux", "-L", self.name, "kill-server")

    def _tmux(self, *words: str) -> str:
        return self.node.check("tmux", "-L", self.name, *words).stdout


@contextmanager
def terminal(
    node: Node,
    *command: str,
    name: str = "lab",
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Starts a program in a terminal of its own; both are gone at the end of the `with`."""
    opened = open_terminal(node, *command, name=name, size=size, env=env)
    try:
        yield opened
    finally:
        opened.hang_up()


def open_terminal(
    node: Node,
    *command: str,
    name: str = "lab",
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] | None = None,
) -> Terminal:
    """The same, until `hang_up`. The exit code is printed when the program has ended."""
    settings = " ".join(f"{key}={shlex.quote(value)}" for key, value in (env or {}).items())
    script = f"env {settings} {shlex.join(command)}; echo '{ENDED} '$?']'; exec sleep 86400"
    node.write(f"/run/tmux-{name}.conf", CONFIG)
    columns, rows = map(str, size)
    words = ["tmux", "-L", name, "-f", f"/run/tmux-{name}.conf"]
    words += ["new-session", "-d", "-s", name, "-x", columns, "-y", rows, script]
    node.check(*words)
    return Terminal(node, name)


CONFIG = """\
set -g default-terminal tmux-256color
set -g escape-time 0
set -g history-limit 20000
set -g status off
set -s set-clipboard on
set -g allow-passthrough on
"""
