"""Reads a journal in a thread of its own, adds it up, and keeps what is new for the screen to take.

A screen takes a batch when it is ready to draw one; what a batch looks like lives with the widgets.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from phases.engine import events as e
from phases.engine.journal import Reader, Record
from phases.engine.state import RunState, fold
from tui.follow import PAUSE

SLICE = 20
"""Records that are added up before the screen's thread is let in again."""

BREATH = 0.002
"""Seconds between two slices of a long journal."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log: when, in which phase ('' for the run), who said it, and what.

    `detail` is what is told beside an effect.
    """

    at: datetime
    phase: str
    source: str
    text: str
    warning: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a component's health was from `at` on."""

    at: datetime
    healthy: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Story:
    """A run as far as it was read: its state, how healthy each component was over time, and the
    lines that are new since the last batch. `ended` once nothing more will come; `trouble` says why
    the journal can't be read."""

    state: RunState = field(default_factory=RunState)
    samples: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    lines: tuple[LogLine, ...] = ()
    ended: bool = False
    trouble: str = ""


class Follower:
    """Follows one journal until its run has finished or its engine is gone."""

    def __init__(self, journal: Path, alive: Callable[[], bool]) -> None:
        self._journal = journal
        self._alive = alive
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._state = RunState()
        self._samples: dict[str, tuple[Sample, ...]] = {}
        self._lines: list[LogLine] = []
        self._fresh: Story | None = None
        self._thread = threading.Thread(target=self._read, name="journal", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def take(self) -> Story | None:
        """What there is since the last call, None when nothing is new."""
        with self._lock:
            fresh, self._fresh = self._fresh, None
            if fresh is not None:
                self._lines = []
        return fresh

    def _read(self) -> None:
        reader = Reader(self._journal)
        try:
            while not self._stop.is_set():
                was_alive = self._alive()
                if self._drain(reader) or not was_alive:
                    break
                self._stop.wait(PAUSE)
        except OSError as error:
            self._publish((), ended=True, trouble=error.strerror or str(error))
        else:
            self._publish((), ended=True)

    def _drain(self, reader: Reader) -> bool:
        """Adds up what was written since the last time; True when the run has finished."""
        records = reader.new_records()
        while batch := tuple(islice(records, SLICE)):
            for record in batch:
                self._state = fold(self._state, record)
                self._sample(record)
            self._publish([line for record in batch for line in log_lines(record)])
            if self._stop.is_set():
                return True
            time.sleep(BREATH)
        return self._state.finished is not None

    def _sample(self, record: Record) -> None:
        event = record.event
        if isinstance(event, e.Report) and event.topic == "health":
            answer = str(event.data.get("answer", ""))
            sample = Sample(record.at, bool(event.data.get("healthy")), answer)
            self._samples[event.item] = (*self._samples.get(event.item, ()), sample)

    def _publish(self, lines: Iterable[LogLine], *, ended: bool = False, trouble: str = "") -> None:
        with self._lock:
            self._lines.extend(lines)
            self._fresh = Story(
                self._state, dict(self._samples), tuple(self._lines), ended, trouble
            )


def log_lines(record: Record) -> Iterable[LogLine]:
    """What one record adds to the log; most reports add nothing."""
    event, at = record.event, record.at
    if isinstance(event, e.Output):
        yield LogLine(at, event.phase, event.source, event.line)
    elif isinstance(event, e.Effect):
        yield LogLine(at, event.phase, event.verb, event.target, detail=event.detail)
    elif isinstance(event, e.Warned):
        yield LogLine(at, event.phase, "warning", event.text, warning=True)
    elif isinstance(event, e.PhaseFailed):
        for line in (event.failure.what, *event.failure.why.splitlines()):
            yield LogLine(at, event.phase, "failed", line, warning=True)
    elif isinstance(event, e.Report) and event.topic == "health":
        yield LogLine(at, event.phase, event.item, str(event.data.get("answer", "")))
