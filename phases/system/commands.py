"""Running one command: an argument list, a fixed PATH, a clean environment, a time limit.

Which commands there are, and what their output means, is the phases' business.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from phases.system.ports import CommandResult

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}
TIMED_OUT = 124
NOT_STARTED = 127
GRACE = 1.0


def run(argv: Sequence[str], timeout: float) -> CommandResult:
    """How it ended: code 127 if it could not be started, 124 if it was killed after `timeout`."""
    try:
        process = start(argv)
    except OSError as error:
        return CommandResult(tuple(argv), NOT_STARTED, "", f"{argv[0]}: {error.strerror}")
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            return expired(process, argv, timeout)
    return CommandResult(tuple(argv), process.returncode, text(out), text(err))


def start(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """The command in a process group of its own, nothing on its standard input."""
    return subprocess.Popen(
        list(argv),
        env=ENVIRONMENT,
        cwd="/",
        umask=0o022,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def expired(process: subprocess.Popen[bytes], argv: Sequence[str], timeout: float) -> CommandResult:
    """Kills the group; keeps what was said, unless a child that left the group holds the pipes."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    out = err = b""
    with suppress(subprocess.TimeoutExpired):
        out, err = process.communicate(timeout=GRACE)
    said = f"{text(err)}{argv[0]}: no end after {timeout:g} s, killed"
    return CommandResult(tuple(argv), TIMED_OUT, text(out), said)


def text(raw: bytes) -> str:
    return raw.decode(errors="replace")
