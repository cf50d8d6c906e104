"""The ledger: what was changed on this machine and what was there before, written ahead of each change.

What reads it back to take changes back lives in `undo`; what makes the changes in `recorded`.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from phases.system import atomic

UNDONE = "undone"
"""The verb of an entry that ends others."""

FIELDS = ("run", "phase", "verb", "target", "before", "after", "step")


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `before` and `after` describe the thing (kind, digest, mode), None when there is none.

    `undo` is the command that takes back one that was run. `line` is where it stands in the ledger,
    from 0, and -1 while it doesn't.
    """

    run: str
    phase: str
    verb: str
    target: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    step: str = ""
    undo: tuple[str, ...] = ()
    line: int = -1


class Ledger:
    """An append-only file of entries, with a folder beside it that keeps what was replaced."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._kept = folder / "kept"
        self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / "ledger.jsonl"
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.close = weakref.finalize(self, os.close, self._fd)
        self._end_torn_line()

    def _end_torn_line(self) -> None:
        """What a power cut left of an entry must not swallow the next one."""
        size = os.fstat(self._fd).st_size
        if size and os.pread(self._fd, 1, size - 1) != b"\n":
            os.write(self._fd, b"\n")

    def enter(self, entry: Entry) -> None:
        """Writes an entry and waits until it is on the disk."""
        said = {key: value for key, value in asdict(entry).items() if key != "line"}
        line = json.dumps(said, separators=(",", ":")) + "\n"
        with self._lock:
            os.write(self._fd, line.encode())
            os.fsync(self._fd)

    def keep(self, content: bytes) -> str:
        """Stores what is about to be replaced under its digest, and returns the digest."""
        digest = sha256(content).hexdigest()
        place = self._kept / digest
        if not place.exists():
            atomic.replace(str(place), content, 0o600)
        return digest

    def kept(self, digest: str) -> bytes:
        """What `keep` stored. An OSError where it is gone."""
        return (self._kept / digest).read_bytes()

    def entries(self) -> tuple[Entry, ...]:
        """The changes that stand: those that were taken back, and the taking back, are left out."""
        known = [entry for entry in map(_parsed, enumerate(self._lines())) if entry]
        closed = {line for entry in known if entry.verb == UNDONE for line in _lines_of(entry)}
        return tuple(each for each in known if each.line not in closed and each.verb != UNDONE)

    def settle(self, run: str, entries: Iterable[Entry]) -> None:
        """Enters that these changes, and those that took them back, count no more."""
        lines = sorted(entry.line for entry in entries)
        self.enter(Entry(run, "", UNDONE, "", after={"lines": lines}))

    def prune(self) -> None:
        """Forgets what was kept for changes that don't stand any more: it may be secret."""
        needed = {str((entry.before or {}).get("sha256")) for entry in self.entries()}
        for kept in self._kept.iterdir():
            if kept.name not in needed:
                kept.unlink()

    def targets(self) -> frozenset[str]:
        """Everything that this installer changed here and that stands, as targets."""
        return frozenset(entry.target for entry in self.entries())

    def written(self, ending: str) -> dict[str, str]:
        """The digests of what was last written to paths with that ending, by path."""
        return {
            entry.target: str(entry.after.get("sha256", ""))
            for entry in self.entries()
            if entry.target.endswith(ending) and entry.after
        }

    def _lines(self) -> list[str]:
        return self._path.read_text(errors="replace").split("\n")


def _parsed(numbered: tuple[int, str]) -> Entry | None:
    """An entry; None for a torn line, and for what no version of this program wrote."""
    line, text = numbered
    try:
        data = json.loads(text)
        known = {key: data[key] for key in FIELDS if key in data}
        return Entry(**known, undo=tuple(data.get("undo", ())), line=line)
    except (ValueError, TypeError, AttributeError):
        return None


def _lines_of(entry: Entry) -> tuple[int, ...]:
    return tuple((entry.after or {}).get("lines", ()))
