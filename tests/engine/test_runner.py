"""The runner: side by side, an end at a failure or a request to stop, and what each error becomes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from phases.engine import events as e
from phases.engine.context import Context
from phases.engine.errors import (
    ConfigurationError,
    ForeignState,
    InstallerError,
    PhaseError,
    PreflightRefused,
)
from phases.engine.phase import Phase
from phases.engine.plan import PlannedPhase, Selection, make_plan
from phases.engine.runner import Runner
from phases.system.ports import ClusterError, RuntimeFailure
from tests.engine.bench import Bench

Work = Callable[[Context], None]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


class Stage:
    """Runs made-up phases and keeps what they told."""

    def __init__(self, bench: Bench, selection: Selection | None = None) -> None:
        self.bench = bench
        self.selection = selection or Selection()
        self.events: list[e.Event] = []
        self.stopped = 0

    def run(self, *phases: Phase) -> e.RunFinished:
        def context(planned: PlannedPhase) -> Context:
            made = self.bench.context(planned.phase.name, planned.step_skips)
            return replace(made, emit=self.emitter(made), stop_signal=lambda: self.stopped)

        plan = make_plan(phases, "init", self.selection)
        return Runner(plan, context, self.events.append, lambda: self.stopped).run()

    def emitter(self, made: Context) -> Callable[[e.Event], None]:
        def emit(event: e.Event) -> None:
            self.events.append(event)
            made.emit(event)

        return emit

    def told(self, kind: type) -> list[str]:
        return [getattr(event, "phase", "") for event in self.events if isinstance(event, kind)]

    @property
    def failures(self) -> list[e.Failure]:
        return [event.failure for event in self.events if isinstance(event, e.PhaseFailed)]


@pytest.fixture
def stage(bench: Bench) -> Stage:
    return Stage(bench)


def phase(name: str, run: Work, *after: str, **more: object) -> Phase:
    return Phase(name, name, run, after=after, **more)  # type: ignore[arg-type]


def nothing(_context: Context) -> None:
    """A phase for which all is as it should be."""


def changing(times: int = 1) -> Work:
    def run(context: Context) -> None:
        for number in range(times):
            context.host.write(f"/etc/{context.phase}-{number}", b"", mode=0o600)

    return run


def failing(error: BaseException) -> Work:
    def run(_context: Context) -> None:
        raise error

    return run


@pytest.mark.parametrize("count", [2, 12])
def test_what_is_ready_runs_side_by_side(stage: Stage, count: int) -> None:
    """Phases that need nothing of each other all run at the same time, however many."""
    together = threading.Barrier(count, timeout=60)
    phases = (phase(str(n), lambda _: none(together.wait())) for n in range(count))
    assert stage.run(*phases).outcome == "unchanged"


def none(_value: object) -> None:
    """Drops a value."""


def test_a_phase_waits_for_what_it_comes_after(stage: Stage) -> None:
    """A phase starts when those it comes after have ended, not before."""
    stage.run(phase("c", nothing, "a", "b"), phase("a", nothing), phase("b", nothing, "a"))
    order = [
        (type(event).__name__, event.phase) for event in stage.events if hasattr(event, "phase")
    ]
    assert order == [(kind, name) for name in "abc" for kind in ("PhaseStarted", "PhaseFinished")]


def test_changes_are_added_up(stage: Stage) -> None:
    """Each phase tells its own effects, the run tells them all, and steps tell theirs."""

    def in_steps(context: Context) -> None:
        context.step("one", changing(2))
        context.step("two", nothing)

    stepped = phase("c", in_steps, steps=("one", "two"))
    finished = stage.run(phase("a", changing(2)), phase("b", nothing), stepped)
    assert (finished.outcome, finished.exit_code, finished.changes) == ("done", 0, 4)
    counts = {x.phase: x.changes for x in stage.events if isinstance(x, e.PhaseFinished)}
    assert counts == {"a": 2, "b": 0, "c": 2}
    steps = {x.step: x.changes for x in stage.events if isinstance(x, e.StepFinished)}
    assert steps == {"one": 2, "two": 0}


def test_threads_of_a_phase_lose_no_change(bench: Bench) -> None:
    """Changes that threads of one phase make at the same time are all counted."""
    context, together = bench.context(), threading.Barrier(8, timeout=60)

    def work() -> None:
        together.wait()
        for _ in range(50):
            context.emit(e.Effect("test", "pull", "image"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert context.tally.changes == 400


def test_a_failure_starts_nothing_new_and_lets_end_what_runs(stage: Stage) -> None:
    """After a failure a phase that runs comes to its end; none that waits is started."""
    running, failed = threading.Event(), threading.Event()

    def slow(context: Context) -> None:
        running.set()
        failed.wait(60)
        changing()(context)

    def fail(_context: Context) -> None:
        running.wait(60)
        raise PhaseError("code", "broken")

    def told(event: e.Event) -> None:
        stage.events.append(event)
        if isinstance(event, e.PhaseFailed):
            failed.set()

    plan = make_plan(
        (phase("slow", slow), phase("bad", fail), phase("next", nothing, "slow")),
        "init",
        Selection(),
    )
    finished = Runner(plan, lambda p: stage.bench.context(p.phase.name), told, lambda: 0).run()
    assert (finished.outcome, finished.exit_code, finished.changes) == ("failed", 4, 1)
    assert (stage.told(e.PhaseFinished), stage.told(e.PhaseFailed)) == (["slow"], ["bad"])
    assert set(stage.told(e.PhaseStarted)) == {"slow", "bad"}


@pytest.mark.parametrize(
    ("error", "code", "exit_code", "outcome"),
    [
        (PhaseError("broken", "it broke"), "broken", 4, "failed"),
        (ConfigurationError("c", "it can't"), "c", 2, "failed"),
        (PreflightRefused("p", "no"), "p", 3, "refused"),
        (ForeignState("f", "not ours"), "f", 6, "refused"),
        (OSError(28, "No space left on device", "/etc/x"), "system-refused", 4, "failed"),
        (ClusterError(403, "Forbidden", "no"), "api-refused", 4, "failed"),
        (ClusterError(0, "Timeout", "silence"), "api-unreachable", 4, "failed"),
        (RuntimeFailure("no socket"), "runtime-failed", 4, "failed"),
        (KeyError("spec"), "defect", 4, "failed"),
        (AssertionError(), "defect", 4, "failed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_error_becomes_an_event(
    stage: Stage, error: Exception, code: str, exit_code: int, outcome: str
) -> None:
    """Whatever a phase raises ends it with a code and a remedy, and the run with an exit code."""
    finished = stage.run(phase("bad", failing(error)), phase("next", nothing, "bad"))
    (told,) = stage.failures
    assert (told.code, finished.exit_code, finished.outcome) == (code, exit_code, outcome)
    assert finished.failure == told
    assert stage.told(e.PhaseStarted) == ["bad"]
    if not isinstance(error, InstallerError):
        assert told.remedy
        assert told.where == "bad"


@pytest.mark.parametrize(
    ("socket", "where"),
    [
        ("unix:///run/containerd/containerd.sock", "`systemctl status containerd`"),
        ("unix:///var/run/crio/crio.sock", "`systemctl status crio`"),
        ("unix:///var/run/cri-dockerd.sock", "`systemctl status cri-docker`"),
        ("unix:///run/own.sock", "what the container runtime's service says"),
    ],
)
def test_a_runtimes_failure_names_its_own_service(tmp_path: Path, socket: str, where: str) -> None:
    """What to look at hangs on the socket that the configuration names."""
    bench = Bench(tmp_path, init=f"nodeRegistration: {{criSocket: {socket}}}")
    stage = Stage(bench)
    stage.run(phase("bad", failing(RuntimeFailure("no socket"))))
    (told,) = stage.failures
    assert told.remedy == f"See {where}, then run the same command again"


def test_a_system_error_says_where_and_why(stage: Stage) -> None:
    """A full disk's failure names the path and the system's own reason."""
    stage.run(phase("bad", failing(OSError(28, "No space left on device", "/etc/x"))))
    (told,) = stage.failures
    assert "/etc/x" in told.what
    assert told.why == "No space left on device"


def test_a_defect_leaves_its_trace_in_the_journal(stage: Stage) -> None:
    """The way to an unforeseen error stands in the journal, not on the screen."""
    stage.run(phase("bad", failing(ZeroDivisionError("zero"))))
    (output,) = [event for event in stage.events if isinstance(event, e.Output)]
    assert "ZeroDivisionError: zero" in output.line
    assert "Traceback" not in stage.failures[0].why


def test_the_first_failure_is_the_runs(stage: Stage) -> None:
    """A second failure is told too, and the run ends with one of them as a whole."""
    together = threading.Barrier(2, timeout=60)

    def fail(context: Context) -> None:
        together.wait()
        raise PhaseError(context.phase, "broken")

    finished = stage.run(phase("a", fail), phase("b", fail))
    assert sorted(stage.told(e.PhaseFailed)) == ["a", "b"]
    assert finished.failure in stage.failures


def test_a_failed_step_is_told(stage: Stage) -> None:
    """The step in which a phase failed is marked, and what it changed before counts."""

    def run(context: Context) -> None:
        changing()(context)
        context.step("one", failing(PhaseError("x", "broken")))

    assert stage.run(phase("a", run, steps=("one",))).changes == 1
    assert stage.told(e.StepFailed) == ["a"]


@pytest.mark.parametrize("number", [2, 15])
def test_a_request_to_stop_is_obeyed_at_a_safe_point(stage: Stage, number: int) -> None:
    """A step that is under way is finished, the next isn't begun, and the exit code tells the signal."""

    def first(_context: Context) -> None:
        stage.stopped = number

    def run(context: Context) -> None:
        context.step("one", first)
        context.step("two", changing())

    finished = stage.run(phase("a", run, steps=("one", "two")), phase("b", changing(), "a"))
    assert (finished.outcome, finished.exit_code, finished.changes) == (
        "cancelled",
        128 + number,
        0,
    )
    assert finished.failure
    assert finished.failure.code == "cancelled"
    steps = [(type(x).__name__, x.step) for x in stage.events if hasattr(x, "step")]
    assert steps == [("StepStarted", "one"), ("StepFinished", "one")]
    assert (stage.told(e.PhaseFailed), stage.told(e.PhaseStarted)) == ([], ["a"])


def test_nothing_new_starts_after_a_request_to_stop(stage: Stage) -> None:
    """A phase that came to its end is done; the one that waits for it isn't begun."""

    def run(_context: Context) -> None:
        stage.stopped = 15

    finished = stage.run(phase("a", run), phase("b", changing(), "a"))
    assert (stage.told(e.PhaseFinished), stage.told(e.PhaseStarted)) == (["a"], ["a"])
    assert finished.exit_code == 143


def test_a_pause_is_a_safe_point(stage: Stage) -> None:
    """A phase that waits stops waiting when asked to stop, and its step hasn't failed."""

    def wait(context: Context) -> None:
        stage.stopped = 15
        context.wait_for(lambda: False, seconds=600)

    def run(context: Context) -> None:
        context.step("one", wait)

    finished = stage.run(phase("a", run, steps=("one",)))
    assert finished.exit_code == 143
    assert stage.told(e.StepFailed) == []


def test_a_signal_is_heard_while_phases_run(stage: Stage) -> None:
    """A signal that reaches another thread, and wakes nobody, is handled all the same."""
    heard = threading.Event()
    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: heard.set())

    def run(_context: Context) -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        if not heard.wait(60):
            raise AssertionError("nobody heard the signal")

    try:
        assert stage.run(phase("a", run)).exit_code == 0
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_request_that_comes_too_late_stops_nothing(stage: Stage) -> None:
    """When all is done by the time somebody asks to stop, the run is done."""

    def last(context: Context) -> None:
        changing()(context)
        stage.stopped = 15

    assert stage.run(phase("a", last)).outcome == "done"


def test_a_failure_counts_more_than_a_request_to_stop(stage: Stage) -> None:
    """A phase that fails after the request to stop ends the run as failed."""

    def run(_context: Context) -> None:
        stage.stopped = 15
        raise PhaseError("x", "broken")

    assert stage.run(phase("a", run)).exit_code == 4


def test_what_the_plan_leaves_out_is_told_and_passed(bench: Bench) -> None:
    """A phase left out is told with its reason, isn't run, and those after it go on."""
    stage = Stage(bench, Selection(skip=("a", "b/one")))

    def run(context: Context) -> None:
        context.step("one", failing(AssertionError("must not run")))
        context.step("two", nothing)

    finished = stage.run(
        phase("a", failing(AssertionError("must not run"))),
        phase("b", run, "a", steps=("one", "two")),
    )
    assert finished.exit_code == 0
    assert [x for x in stage.events if isinstance(x, e.PhaseSkipped | e.StepSkipped)] == [
        e.PhaseSkipped("a", "asked to skip it"),
        e.StepSkipped("b", "one", "asked to skip it"),
    ]
    assert stage.told(e.PhaseFinished) == ["b"]


def test_a_phase_may_have_nothing_to_do(stage: Stage) -> None:
    """A phase whose own `skip` gives a reason is told so, never started, and holds nobody up."""
    idle = phase("a", failing(AssertionError("must not run")), skip=lambda _: "etcd is external")
    stage.run(idle, phase("b", nothing, "a"))
    assert [x for x in stage.events if isinstance(x, e.PhaseSkipped)] == [
        e.PhaseSkipped("a", "etcd is external")
    ]
    assert stage.told(e.PhaseStarted) == ["b"]


def test_an_empty_plan_is_nothing_to_do(stage: Stage) -> None:
    """A run of no phases ends at once and unchanged."""
    phases: Iterable[Phase] = ()
    assert stage.run(*phases) == e.RunFinished("unchanged", 0, 0)
