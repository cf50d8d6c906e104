"""Carries a plan out: phases whose inputs are ready side by side, every outcome told to the journal.

What a phase does lives in its own file; the process around a run lives in `process`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from phases.engine import events as e
from phases.engine.context import Context
from phases.engine.errors import Cancelled, InstallerError, PhaseError
from phases.engine.plan import Plan, PlannedPhase
from phases.model.runtimes import unit_of
from phases.system.ports import ClusterError, RuntimeFailure

BEAT = 0.2
"""Seconds after which the main thread looks up from waiting: only it can hear a signal, and one
that comes right before it waits, or to another thread, would not be heard until a phase ends."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a phase ended: its error, if any, and how much it had changed by then."""

    changes: int
    error: InstallerError | None = None


class Runner:
    """Runs one plan once. `stop_signal` gives the number of the signal that asked to stop, or 0."""

    def __init__(
        self,
        plan: Plan,
        make_context: Callable[[PlannedPhase], Context],
        emit: Callable[[e.Event], None],
        stop_signal: Callable[[], int],
    ) -> None:
        self._plan = {planned.phase.name: planned for planned in plan.phases}
        self._graph = plan.graph()
        self._make_context = make_context
        self._emit = emit
        self._stop_signal = stop_signal
        self._running: dict[Future[Ending], str] = {}
        self._error: InstallerError | None = None
        self._changes = 0

    def run(self) -> e.RunFinished:
        """Runs every phase that can be run and says how it ended; nothing new starts after a failure."""
        self._graph.prepare()
        threads = max(len(self._plan), 1)  # none waits for a thread: it starts or it doesn't
        with ThreadPoolExecutor(threads, thread_name_prefix="phase") as pool:
            self._start_ready(pool)
            while self._running:
                for name in self._ended():
                    self._graph.done(name)
                self._start_ready(pool)
        return self._result()

    def _start_ready(self, pool: ThreadPoolExecutor) -> None:
        while self._may_start() and (ready := self._graph.get_ready()):
            for name in ready:
                planned = self._plan[name]
                if planned.skip:
                    self._emit(e.PhaseSkipped(name, planned.skip))
                    self._graph.done(name)
                else:
                    self._running[pool.submit(self._carry_out, planned)] = name

    def _may_start(self) -> bool:
        return not (self._error or self._stop_signal()) and self._graph.is_active()

    def _ended(self) -> Iterator[str]:
        """Waits a little for phases to end; the names of those that came to a good end."""
        finished, _ = wait(self._running, timeout=BEAT, return_when=FIRST_COMPLETED)
        for future in finished:
            name, ending = self._running.pop(future), future.result()
            self._changes += ending.changes
            if ending.error is None:
                yield name
            elif not isinstance(ending.error, Cancelled):
                self._error = self._error or ending.error

    def _carry_out(self, planned: PlannedPhase) -> Ending:
        """One phase from start to end: the engine's boundary, where any error becomes an event."""
        name, context = planned.phase.name, self._make_context(planned)
        error: InstallerError | None = None
        try:
            self._run_phase(planned, context)
        except InstallerError as told:
            error = told
        except (OSError, ClusterError, RuntimeFailure) as refusal:
            error = from_port(context, refusal)
        except Exception as defect:  # noqa: BLE001  the engine's boundary
            self._emit(e.Output(name, "engine", traceback.format_exc(limit=-4)))
            error = unexpected(name, defect)
        if error is not None and not isinstance(error, Cancelled):
            self._emit(e.PhaseFailed(name, failure(error)))
        return Ending(context.tally.changes, error)

    def _run_phase(self, planned: PlannedPhase, context: Context) -> None:
        phase = planned.phase
        if phase.skip and (reason := phase.skip(context)):
            self._emit(e.PhaseSkipped(phase.name, reason))
            return
        self._emit(e.PhaseStarted(phase.name))
        phase.run(context)
        self._emit(e.PhaseFinished(phase.name, context.tally.changes))

    def _result(self) -> e.RunFinished:
        """A request to stop that came when all was done has stopped nothing."""
        error, changes = self._error, self._changes
        if error is not None:
            outcome: e.Outcome = "refused" if error.exit_code in (3, 6) else "failed"
            return e.RunFinished(outcome, error.exit_code, changes, failure(error))
        if self._graph.is_active() and (signal := self._stop_signal()):
            stopped = failure(Cancelled(signal))
            return e.RunFinished("cancelled", 128 + signal, changes, stopped)
        return e.RunFinished("done" if changes else "unchanged", 0, changes)


def failure(error: InstallerError) -> e.Failure:
    """An error as the journal tells it."""
    return e.Failure(**error.as_data())


def from_port(context: Context, error: OSError | ClusterError | RuntimeFailure) -> PhaseError:
    """What a port raised, as the phase's error with the port's own words as the cause."""
    phase = context.phase
    if isinstance(error, ClusterError):
        return PhaseError(
            "api-refused" if error.status else "api-unreachable",
            "the API server refused a request" if error.status else "the API server didn't answer",
            where=phase,
            why=error.message,
            remedy="Run the same command again to resume",
        )
    if isinstance(error, RuntimeFailure):
        unit = unit_of(context.configuration.init.node_registration.cri_socket)
        return PhaseError(
            "runtime-failed",
            "the container runtime failed",
            where=phase,
            why=str(error),
            remedy=f"See `systemctl status {unit}`, then run the same command again"
            if unit
            else "See what the container runtime's service says, then run the same command again",
        )
    place = f" ({error.filename})" if error.filename else ""
    return PhaseError(
        "system-refused",
        f"the system refused a change{place}",
        where=phase,
        why=error.strerror or str(error),
        remedy="Mend the cause and run the same command again to resume",
    )


def unexpected(phase: str, error: Exception) -> PhaseError:
    """An error that nobody foresaw: a defect of this program, said as such."""
    return PhaseError(
        "defect",
        f"a defect in kubeboot-tui stopped the phase ({type(error).__name__})",
        where=phase,
        why=str(error),
        remedy="The journal of this run holds the details; a second run resumes",
    )
