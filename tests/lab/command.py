"""Running a command and keeping what it printed. Knows nothing of nodes; node.py builds on it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import CommandError


@dataclass(frozen=True)
class Result:
    """How a command ended. A command that ran out of time has returncode -9."""

    command: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        return self.returncode == 0

    def checked(self) -> Result:
        """Itself, or CommandError if the command failed."""
        if not self.ok:
            raise CommandError(self.report())
        return self

    def report(self) -> str:
        head = f"{' '.join(self.command)}: exit code {self.returncode}"
        return f"{head}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


def run(
    *command: str | Path,
    timeout: float | None = None,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    keep: Sequence[int] = (),
) -> Result:
    """Run a command to its end. `env` adds to the environment; `keep` are fds it inherits."""
    words = tuple(str(word) for word in command)
    out, err, code = _communicate(words, _as_bytes(stdin), timeout, cwd, env, keep)
    return Result(words, code, out.decode(errors="replace"), err.decode(errors="replace"))


def check(*command: str | Path, cwd: Path | None = None, **env: str) -> Result:
    """Run a command that has to succeed; keywords in capitals are environment variables."""
    return run(*command, cwd=cwd, env=env).checked()


def logged(command: Sequence[str | Path], log: Path, env: Mapping[str, str], cwd: Path) -> None:
    """Run a long command that has to succeed; its output goes to a file."""
    words = [str(word) for word in command]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        ended = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd=cwd,
            check=False,
            env={**os.environ, **env},
        )
    if ended.returncode != 0:
        raise CommandError(f"{' '.join(words)}: exit code {ended.returncode}\n{tail(log)}")


def daemon(words: Sequence[str | Path], log: Path, cwd: Path) -> None:
    """Start a process that is nobody's child, and so outlives whoever starts it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        detached = ["setsid", "--fork", *map(str, words)]
        subprocess.run(
            detached, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, cwd=cwd, check=True
        )


def tail(path: Path, lines: int = 30) -> str:
    """The last lines of a log, for an error message."""
    text = path.read_text(errors="replace") if path.exists() else "(no log)"
    return "\n".join(text.splitlines()[-lines:])


def _communicate(
    words: tuple[str, ...],
    stdin: bytes,
    timeout: float | None,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    keep: Sequence[int],
) -> tuple[bytes, bytes, int]:
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        pass_fds=keep,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(stdin, timeout)
        except BaseException as reason:
            # the whole group: nsenter's child sits in the node and wouldn't die with nsenter
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            if not isinstance(reason, subprocess.TimeoutExpired):
                raise
            err += f"\n(ended after {timeout} s)".encode()
    return out, err, process.returncode


def _as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
