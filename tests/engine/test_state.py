"""RunState: what each event adds to it, in any order, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phases.engine import events as e
from phases.engine.journal import Record
from phases.engine.state import PhaseState, RunState, StepState, fold
from tests.engine.vocabulary import EVENTS

T0 = datetime(2027, 1, 1, tzinfo=UTC)
PHASES = (
    e.PhaseOutline("certs", "Certificates", (), ("ca", "sa")),
    e.PhaseOutline("etcd", "etcd", ("certs",), (), "asked to skip it"),
)
STARTED = e.RunStarted("run", "init", "real", "v1.37.2", "node", PHASES)
FAILURE = e.Failure("code", "what")


def folded(*events: e.Event, state: RunState | None = None, first: int = 0) -> RunState:
    """A state after these events, a second apart."""
    state = state or RunState()
    for number, event in enumerate(events, first):
        state = fold(state, Record(number, T0 + timedelta(seconds=number), event))
    return state


def certs(*events: e.Event) -> PhaseState:
    return folded(STARTED, *events).phases["certs"]


def test_the_plan_is_there_from_the_start() -> None:
    """The first event brings every phase with its steps, those left out with their reason."""
    state = folded(STARTED)
    assert list(state.phases) == ["certs", "etcd"]
    assert state.phases["certs"].steps == {"ca": StepState("ca"), "sa": StepState("sa")}
    assert (state.phases["etcd"].status, state.phases["etcd"].reason) == (
        "skipped",
        "asked to skip it",
    )
    assert (state.began, state.finished) == (T0, None)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((), "waiting"),
        ((e.PhaseStarted("certs"),), "running"),
        ((e.PhaseStarted("certs"), e.PhaseFinished("certs", 2)), "done"),
        ((e.PhaseStarted("certs"), e.PhaseFinished("certs", 0)), "unchanged"),
        ((e.PhaseSkipped("certs", "why"),), "skipped"),
        ((e.PhaseStarted("certs"), e.PhaseFailed("certs", FAILURE)), "failed"),
        ((e.PhaseStarted("certs"), e.RunFinished("cancelled", 143, 0)), "stopped"),
        ((e.RunFinished("failed", 4, 0),), "waiting"),
    ],
)
def test_a_phase_comes_to_its_status(events: tuple[e.Event, ...], status: str) -> None:
    """Each event of a phase sets its status; at the end of a run nothing still runs."""
    assert certs(*events).status == status


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((), "waiting"),
        ((e.StepStarted("certs", "ca"),), "running"),
        ((e.StepFinished("certs", "ca", 1),), "done"),
        ((e.StepFinished("certs", "ca", 0),), "unchanged"),
        ((e.StepSkipped("certs", "ca", "why"),), "skipped"),
        ((e.StepStarted("certs", "ca"), e.StepFailed("certs", "ca")), "failed"),
        ((e.StepStarted("certs", "ca"), e.RunFinished("cancelled", 143, 0)), "stopped"),
    ],
)
def test_a_step_comes_to_its_status(events: tuple[e.Event, ...], status: str) -> None:
    """Each event of a step sets its status and no other step's."""
    steps = certs(*events).steps
    assert (steps["ca"].status, steps["sa"].status) == (status, "waiting")


def test_a_phase_gathers_what_is_told_of_it() -> None:
    """Times, changes, warnings, effects, the latest report of each item, progress and failure."""
    effect = e.Effect("certs", "write", "/x")
    progress = e.Progress("certs", "sa", 1, 2, "files")
    phase = certs(
        e.PhaseStarted("certs"),
        e.Warned("certs", "beware"),
        effect,
        e.Report("certs", "certificate", "ca", {"state": "waiting"}),
        e.Report("certs", "certificate", "sa", {"state": "kept"}),
        e.Report("certs", "certificate", "ca", {"state": "created"}),
        progress,
        e.PhaseFailed("certs", FAILURE),
    )
    assert (phase.warnings, phase.effects, phase.failure) == (("beware",), (effect,), FAILURE)
    assert list(phase.reports["certificate"].items()) == [
        ("ca", {"state": "created"}),
        ("sa", {"state": "kept"}),
    ]
    assert phase.steps["sa"].progress == progress
    assert (phase.started, phase.finished) == (T0 + timedelta(seconds=1), T0 + timedelta(seconds=8))


def test_a_run_gathers_what_is_told_of_it() -> None:
    """Its own warnings, the handover's place, a request to stop and its end; none makes a phase."""
    finished = e.RunFinished("done", 0, 3)
    state = folded(
        STARTED,
        e.Warned("", "about the file"),
        e.CancelRequested(15),
        e.HandoverWritten("certs", "/handover"),
        finished,
    )
    assert list(state.phases) == ["certs", "etcd"]
    assert state.warnings == ("about the file",)
    assert (state.handover, state.cancelling, state.finished) == ("/handover", True, finished)
    assert state.ended == T0 + timedelta(seconds=4)


def test_an_unannounced_phase_is_shown_too() -> None:
    """A phase that wasn't in the plan appears by its name."""
    assert folded(STARTED, e.PhaseStarted("new")).phases["new"] == PhaseState(
        "new", "new", "running", T0 + timedelta(seconds=1)
    )


@given(st.lists(EVENTS, max_size=12))
def test_a_second_replay_changes_nothing(events: list[e.Event]) -> None:
    """A record that was seen is not counted twice."""
    state = folded(*events)
    assert folded(*events, state=state) is state


@given(st.lists(EVENTS, max_size=12), st.permutations(range(12)))
def test_no_order_of_records_is_an_error(events: list[e.Event], order: Iterable[int]) -> None:
    """Records in any order and with gaps add up to some state."""
    state = RunState()
    for number, event in zip(order, events, strict=False):
        state = fold(state, Record(number, T0, event))
    assert state.last_seq == max([*zip(order, events, strict=False)], default=(-1, None))[0]


def test_a_long_journal_costs_each_event_the_same() -> None:
    """What is told most often, others' output, adds nothing to the state but its number."""
    state = folded(STARTED, e.PhaseStarted("certs"))
    after = folded(*[e.Output("certs", "kubelet", "x")] * 20_000, state=state, first=2)
    assert after.phases is state.phases
    assert after.last_seq == 20_001
