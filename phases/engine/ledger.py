"""The ledger: what was changed on this machine and what was there before, written ahead of each change.

What reads it back to undo a run comes later; what makes the changes lives in `recorded`.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from phases.system import atomic


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `before` and `after` describe the thing (kind, digest, mode), None when there is none."""

    run: str
    phase: str
    verb: str
    target: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


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
        line = json.dumps(asdict(entry), separators=(",", ":")) + "\n"
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

    def targets(self) -> frozenset[str]:
        """Everything that this installer ever changed here, as targets."""
        return frozenset(entry["target"] for entry in self._entries())

    def written(self, ending: str) -> dict[str, str]:
        """The digests of what was last written to paths with that ending, by path."""
        return {
            entry["target"]: entry["after"].get("sha256", "")
            for entry in self._entries()
            if entry["target"].endswith(ending) and entry.get("after")
        }

    def _entries(self) -> Iterator[dict[str, Any]]:
        lines = self._path.read_text(errors="replace").splitlines()
        return (entry for entry in map(_parsed, lines) if entry)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "target" in entry else None
