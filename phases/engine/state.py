"""RunState: everything a screen needs to draw a run, added up from its events by `fold`.

Log lines aren't kept here; a front end shows them as they come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import singledispatch
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from phases.engine import events as e
from phases.engine.journal import Record

Status = Literal["waiting", "running", "done", "unchanged", "skipped", "failed", "stopped"]
MARKS = 16
K = TypeVar("K")
V = TypeVar("V")


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class StepState:
    name: str
    status: Status = "waiting"
    reason: str = ""
    progress: e.Progress | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a phase was at a time."""

    at: datetime
    progress: e.Progress


@dataclass(frozen=True, slots=True)
class PhaseState:
    """`reports` maps a topic to its items, in the order in which they first came.

    `marks` are the latest words on how far the phase as a whole is: enough to tell how fast it goes.
    `handed_over` when what the operator needs next came from it.
    """

    name: str
    title: str
    status: Status = "waiting"
    started: datetime | None = None
    finished: datetime | None = None
    reason: str = ""
    changes: int = 0
    steps: Mapping[str, StepState] = field(default_factory=_none)
    reports: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=_none)
    effects: tuple[e.Effect, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: e.Failure | None = None
    marks: tuple[Mark, ...] = ()
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class RunState:
    """One run, so far; `finished` is None while it is under way.

    `warnings` are those about the run as a whole; a phase's own are with the phase.
    """

    started: e.RunStarted | None = None
    began: datetime | None = None
    ended: datetime | None = None
    phases: Mapping[str, PhaseState] = field(default_factory=_none)
    finished: e.RunFinished | None = None
    warnings: tuple[str, ...] = ()
    handover: str = ""
    cancelling: bool = False
    last_seq: int = -1


def fold(state: RunState, record: Record) -> RunState:
    """The state after one more event; a record that was seen before changes nothing."""
    if record.seq <= state.last_seq:
        return state
    return replace(_apply(record.event, state, record.at), last_seq=record.seq)


@singledispatch
def _apply(_event: object, state: RunState, _at: datetime) -> RunState:
    """Events without a method of their own leave the state as it is."""
    return state


@_apply.register
def _(event: e.RunStarted, state: RunState, at: datetime) -> RunState:
    phases = {outline.name: _outlined(outline) for outline in event.phases}
    return replace(state, started=event, began=at, phases=MappingProxyType(phases))


@_apply.register
def _(event: e.PhaseStarted, state: RunState, at: datetime) -> RunState:
    return _phase(state, event.phase, status="running", started=at)


@_apply.register
def _(event: e.PhaseFinished, state: RunState, at: datetime) -> RunState:
    status: Status = "done" if event.changes else "unchanged"
    return _phase(state, event.phase, status=status, finished=at, changes=event.changes)


@_apply.register
def _(event: e.PhaseSkipped, state: RunState, at: datetime) -> RunState:
    return _phase(state, event.phase, status="skipped", finished=at, reason=event.reason)


@_apply.register
def _(event: e.PhaseFailed, state: RunState, at: datetime) -> RunState:
    return _phase(state, event.phase, status="failed", finished=at, failure=event.failure)


@_apply.register
def _(event: e.StepStarted, state: RunState, _at: datetime) -> RunState:
    return _step(state, event.phase, event.step, status="running")


@_apply.register
def _(event: e.StepFinished, state: RunState, _at: datetime) -> RunState:
    status: Status = "done" if event.changes else "unchanged"
    return _step(state, event.phase, event.step, status=status, progress=None)


@_apply.register
def _(event: e.StepSkipped, state: RunState, _at: datetime) -> RunState:
    return _step(state, event.phase, event.step, status="skipped", reason=event.reason)


@_apply.register
def _(event: e.StepFailed, state: RunState, _at: datetime) -> RunState:
    return _step(state, event.phase, event.step, status="failed")


@_apply.register
def _(event: e.Progress, state: RunState, at: datetime) -> RunState:
    if not event.step:
        marks = (*_known_phase(state, event.phase).marks, Mark(at, event))
        return _phase(state, event.phase, marks=marks[-MARKS:])
    return _step(state, event.phase, event.step, progress=event)


@_apply.register
def _(event: e.Effect, state: RunState, _at: datetime) -> RunState:
    effects = _known_phase(state, event.phase).effects
    return _phase(state, event.phase, effects=(*effects, event))


@_apply.register
def _(event: e.Warned, state: RunState, _at: datetime) -> RunState:
    if not event.phase:
        return replace(state, warnings=(*state.warnings, event.text))
    warnings = _known_phase(state, event.phase).warnings
    return _phase(state, event.phase, warnings=(*warnings, event.text))


@_apply.register
def _(event: e.Report, state: RunState, _at: datetime) -> RunState:
    reports = _known_phase(state, event.phase).reports
    topic = _with(reports.get(event.topic, _none()), event.item, event.data)
    return _phase(state, event.phase, reports=_with(reports, event.topic, topic))


@_apply.register
def _(event: e.HandoverWritten, state: RunState, _at: datetime) -> RunState:
    changed = _phase(state, event.phase, handed_over=True) if event.phase in state.phases else state
    return replace(changed, handover=event.path)


@_apply.register
def _(_event: e.CancelRequested, state: RunState, _at: datetime) -> RunState:
    return replace(state, cancelling=True)


@_apply.register
def _(event: e.RunFinished, state: RunState, at: datetime) -> RunState:
    """Nothing runs any more: what was cut short has stopped."""
    phases = {name: _stopped(phase, at) for name, phase in state.phases.items()}
    return replace(state, finished=event, ended=at, phases=MappingProxyType(phases))


def _outlined(outline: e.PhaseOutline) -> PhaseState:
    steps = MappingProxyType({name: StepState(name) for name in outline.steps})
    status: Status = "skipped" if outline.skip else "waiting"
    return PhaseState(outline.name, outline.title, status, reason=outline.skip, steps=steps)


def _stopped(phase: PhaseState, at: datetime) -> PhaseState:
    steps = {
        name: replace(step, status="stopped") if step.status == "running" else step
        for name, step in phase.steps.items()
    }
    changed = replace(phase, steps=MappingProxyType(steps))
    if phase.status != "running":
        return changed
    return replace(changed, status="stopped", finished=at)


def _known_phase(state: RunState, name: str) -> PhaseState:
    return state.phases.get(name) or PhaseState(name, name)


def _phase(state: RunState, name: str, **changes: Any) -> RunState:
    changed = replace(_known_phase(state, name), **changes)
    return replace(state, phases=_with(state.phases, name, changed))


def _step(state: RunState, name: str, step: str, **changes: Any) -> RunState:
    steps = _known_phase(state, name).steps
    changed = replace(steps.get(step) or StepState(step), **changes)
    return _phase(state, name, steps=_with(steps, step, changed))


def _with(mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return MappingProxyType({**mapping, key: value})
