"""The journal: one JSON object per line, written by the engine alone and read by everybody else.

What the events mean lives in `events`; a reader skips events that it doesn't know and a last
line that isn't whole yet, so an older screen can follow a newer engine.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, get_args

from phases.engine.events import (
    Event,
    Failure,
    PhaseFailed,
    PhaseOutline,
    RunFinished,
    RunStarted,
)

T = TypeVar("T")

KINDS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
LASTING = (PhaseFailed, RunStarted, RunFinished)
"""Events that must be on the disk before the run goes on."""


@dataclass(frozen=True, slots=True)
class Record:
    """An event with its place in the run (`seq` from 0) and the time it happened (UTC)."""

    seq: int
    at: datetime
    event: Event


def encode(record: Record) -> str:
    """One line of the journal in ASCII, without its line feed."""
    body = {name: _plain(getattr(record.event, name)) for name in _field_names(type(record.event))}
    head = {"seq": record.seq, "at": record.at.isoformat(), "event": type(record.event).__name__}
    return json.dumps(head | body, separators=(",", ":"))


def decode(line: str) -> Record | None:
    """The record in a line, or None for a line that isn't whole or an event that isn't known."""
    try:
        data = json.loads(line)
        kind = KINDS[data["event"]]
        return Record(int(data["seq"]), datetime.fromisoformat(data["at"]), _built(kind, data))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    if isinstance(value, PhaseOutline | Failure):
        return {name: _plain(getattr(value, name)) for name in _field_names(type(value))}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def _restored(name: str, value: Any) -> Any:
    if name == "phases":
        return tuple(_built(PhaseOutline, _tuples(item)) for item in value)
    if name == "failure" and value is not None:
        return _built(Failure, _tuples(value))
    return value


def _built(kind: type[T], data: Mapping[str, Any]) -> T:
    """A value of this kind; fields that a newer engine added are passed over."""
    names = _field_names(kind)
    return kind(**{name: _restored(name, data[name]) for name in names if name in data})


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(item) if isinstance(item, list) else item for key, item in data.items()}


class Journal:
    """Appends events to a file of mode 0600; several threads and signal handlers may do so."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = path
        self._now = now
        self._lock = threading.RLock()
        self._waiting: deque[Event] = deque()
        self._writing = False
        self._seq = 0
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.close = weakref.finalize(self, os.close, self._fd)

    def append(self, event: Event) -> None:
        """Writes an event; one that a signal handler adds meanwhile comes right behind it."""
        self._waiting.append(event)
        with self._lock:
            if self._writing:
                return  # this is a signal handler, and what it cut into will write the event
            self._writing = True
            try:
                while self._waiting:
                    self._write(self._waiting.popleft())
            finally:
                self._writing = False

    def _write(self, event: Event) -> None:
        line = encode(Record(self._seq, self._now(), event)) + "\n"
        self._seq += 1
        os.write(self._fd, line.encode())
        if isinstance(event, LASTING):
            os.fsync(self._fd)


class Reader:
    """Reads what has been added to a journal since the last call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new_records(self) -> Iterator[Record]:
        """The whole lines added since the last call; a torn last line waits for the next one."""
        with self._path.open("rb") as file:
            file.seek(self._offset)
            added = file.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.split(b"\n"):  # and at nothing else that Unicode calls a line's end
            if record := decode(line.decode(errors="replace")):
                yield record
