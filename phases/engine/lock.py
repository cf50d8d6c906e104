"""One installer at a time: a lock file held by the engine for its life, released by the kernel."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from phases.engine.errors import RunInProgress

MACHINE = Path("/var/lib/kubeboot")
"""Where the machine's own lock lies; that of a rehearsal lies below its folder."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: its process and the journal of its run."""

    pid: int
    journal: str


class Lock:
    """Taken by constructing it; a RunInProgress naming the holder when somebody else has it."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            raise _taken(path) from None
        os.ftruncate(self._fd, 0)  # the one who held it last is no longer to be named

    def sign(self, holder: Holder) -> None:
        """Writes who holds the lock, for the message that a second installer shows."""
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, json.dumps({"pid": holder.pid, "journal": holder.journal}).encode(), 0)


def holder(path: Path) -> Holder | None:
    """Who signed the lock last; only true while the lock is held."""
    try:
        data = json.loads(path.read_text())
        return Holder(int(data["pid"]), str(data["journal"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _taken(path: Path) -> RunInProgress:
    who = holder(path)
    place = "on this machine" if path.parent == MACHINE else "in this folder"
    process = f" (process {who.pid})" if who else ""
    return RunInProgress(
        "in-progress",
        f"another kubeboot-tui is at work {place}{process}",
        remedy=_to_see_it(path, who),
    )


def _to_see_it(path: Path, who: Holder | None) -> str:
    """How to follow the other run; `watch` knows those of the machine itself alone."""
    if path.parent == MACHINE:
        return "`kubeboot-tui watch` shows it"
    if who is None:
        return "Wait until it has ended"
    return f"Wait until it has ended; `tail -f {who.journal}` shows it"
