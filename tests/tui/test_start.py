"""The bare command on real terminals: it draws, it refuses in a sentence, it gives the terminal back."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tui.program import ROOT

COMMAND = (sys.executable, "-m", "tui")
ALTERNATE, NORMAL = b"\x1b[?1049h", b"\x1b[?1049l"
GOOD_TERMINAL = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


@dataclass
class Terminal:
    """A program on a terminal of its own, and all it has written there."""

    pid: int
    fd: int
    written: bytes = b""

    def __post_init__(self) -> None:
        self.close = weakref.finalize(self, os.close, self.fd)

    def read_until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.written[-500:]
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.written += os.read(self.fd, 1 << 16)
                except OSError:
                    return

    def shows(self, words: bytes) -> None:
        self.read_until(lambda: words in self.written)

    def press(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def end(self) -> int:
        """The exit code, or minus the signal that ended it."""
        status: list[int] = []

        def gone() -> bool:
            pid, code = os.waitpid(self.pid, os.WNOHANG)
            status[:] = [code] if pid else []
            return bool(pid)

        self.read_until(gone)
        if not status:
            status = [os.waitpid(self.pid, 0)[1]]
        code = status[0]
        return os.WEXITSTATUS(code) if os.WIFEXITED(code) else -os.WTERMSIG(code)


def start(
    home: Path,
    environment: dict[str, str],
    words: Sequence[str] = (),
    size: tuple[int, int] = (80, 24),
) -> Terminal:
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        clean = {"PATH": os.environ["PATH"], "HOME": str(home)} | environment
        os.execve(COMMAND[0], [*COMMAND, *words], clean)  # noqa: S606
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    return Terminal(pid, fd)


@pytest.mark.parametrize("size", [(80, 24), (0, 0), (200, 60)])
def test_it_draws_and_gives_the_terminal_back(tmp_path: Path, size: tuple[int, int]) -> None:
    """The first page is there, at 80x24 where the size isn't known; ctrl+c ends with 0."""
    terminal = start(tmp_path, GOOD_TERMINAL, size=size)
    terminal.shows(b"kubeboot-tui")
    terminal.shows(b"Help")
    terminal.press(b"\x03")
    assert terminal.end() == 0
    assert terminal.written.count(ALTERNATE) == terminal.written.count(NORMAL) == 1


@pytest.mark.parametrize("terminal", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_draw_is_told_of_plain(tmp_path: Path, terminal: str) -> None:
    """Exit code 2, one sentence that names --plain, and no escape sequence."""
    ended = start(tmp_path, {"TERM": terminal, "LANG": "C.UTF-8"})
    assert ended.end() == 2
    assert b"--plain" in ended.written
    assert b"\x1b" not in ended.written


def test_without_a_terminal_headless_is_named(tmp_path: Path) -> None:
    """In a pipe: exit code 2 at once, and how to run without a screen."""
    import subprocess

    ended = subprocess.run(
        COMMAND, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "init --config" in ended.stderr
    assert not ended.stdout


def test_no_color_is_obeyed(tmp_path: Path) -> None:
    """With NO_COLOR nothing but greys is written."""
    terminal = start(tmp_path, GOOD_TERMINAL | {"NO_COLOR": "1"})
    terminal.shows(b"Help")
    terminal.press(b"\x03")
    terminal.end()
    for colour in terminal.written.split(b"38;2;")[1:]:
        red, green, blue = colour.split(b"m")[0].split(b";")[:3]
        assert red == green == blue


def test_an_old_terminal_gets_ascii(tmp_path: Path) -> None:
    """On a vt100 every byte is ASCII."""
    terminal = start(tmp_path, {"TERM": "vt100"})
    terminal.shows(b"Help")
    terminal.press(b"\x03")
    assert terminal.end() == 0
    assert terminal.written.isascii()


def test_variables_of_others_are_not_obeyed(tmp_path: Path) -> None:
    """A driver or keys named in the environment are ignored."""
    environment = GOOD_TERMINAL | {"TEXTUAL_DRIVER": "nowhere:Driver", "TEXTUAL_PRESS": "ctrl+c"}
    terminal = start(tmp_path, environment)
    terminal.shows(b"Help")
    terminal.press(b"\x03")
    assert terminal.end() == 0


def test_ctrl_z_suspends_and_the_page_comes_back(tmp_path: Path) -> None:
    """ctrl+z gives the terminal back and stops; going on draws the page again."""
    terminal = start(tmp_path, GOOD_TERMINAL)
    terminal.shows(b"Help")
    terminal.press(b"\x1a")
    terminal.shows(NORMAL)
    assert os.WIFSTOPPED(os.waitpid(terminal.pid, os.WUNTRACED)[1])
    seen = len(terminal.written)
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.read_until(lambda: ALTERNATE in terminal.written[seen:])
    terminal.read_until(lambda: b"Help" in terminal.written[seen:])
    terminal.press(b"\x03")
    assert terminal.end() == 0


def test_sigterm_ends_with_its_code_and_a_clean_terminal(tmp_path: Path) -> None:
    """SIGTERM ends the screen with 143 and gives the terminal back."""
    terminal = start(tmp_path, GOOD_TERMINAL)
    terminal.shows(b"Help")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.end() == 143
    assert NORMAL in terminal.written


def test_a_closed_terminal_ends_the_screen(tmp_path: Path) -> None:
    """SIGHUP ends it."""
    terminal = start(tmp_path, GOOD_TERMINAL)
    terminal.shows(b"Help")
    terminal.close()
    deadline = time.monotonic() + 10
    while os.waitpid(terminal.pid, os.WNOHANG)[0] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--theme", "pink"), b"harbour"),
        (("--language", "tlh"), b"zh_CN"),
        (("--config", "/nowhere/at.yaml"), b"/nowhere/at.yaml"),
    ],
)
def test_a_bad_flag_is_a_sentence(tmp_path: Path, words: tuple[str, str], said: bytes) -> None:
    """An unknown theme or language, or a file that isn't there, ends with 2 and says what there is."""
    terminal = start(tmp_path, GOOD_TERMINAL, words)
    assert terminal.end() == 2
    assert said in terminal.written
    assert ALTERNATE not in terminal.written


def test_a_theme_and_a_language_from_the_command_line(tmp_path: Path) -> None:
    """They hold for this time and are not remembered."""
    terminal = start(tmp_path, GOOD_TERMINAL, ("--theme", "ascii", "--language", "en"))
    terminal.shows(b"Help")
    terminal.press(b"\x03")
    terminal.end()
    assert b"[ok]" in terminal.written or b"[" in terminal.written
    assert not list(tmp_path.rglob("preferences.toml"))
