"""Foresees a run: starts an engine that changes nothing and adds up what it says.

As root a dry run looks at this machine, regardless of failed checks; where that ends early, and for
everybody else, a rehearsal walks the whole way in a folder of its own, which is removed afterwards.
Drawing lives in the page.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from phases.engine.errors import InstallerError
from phases.engine.events import Effect, Verb
from phases.engine.request import Mode, Request
from phases.engine.state import PhaseState, RunState, fold
from tui.follow import follow
from tui.launch import Engine, see_off

GOOD = ("done", "unchanged")
GROUPS: dict[str, tuple[Verb, ...]] = {
    "images": ("pull", "import"),
    "files": ("write", "remove", "move"),
    "folders": ("make",),
    "commands": ("run",),
    "objects": ("create", "update", "delete"),
}
"""The kinds of effects, by what the engine does with them."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`state` is the run that tells the effects, of the given mode; `looked` the dry run before it,
    where there was one and it ended early. `error` says why no engine could begin.
    """

    mode: Mode = "dry-run"
    state: RunState = field(default_factory=RunState)
    looked: RunState | None = None
    ended: bool = False
    error: InstallerError | None = None

    @property
    def checks(self) -> PhaseState | None:
        """The preflight checks, as this machine answered them."""
        return (self.looked or self.state).phases.get("preflight")

    def effects(self, group: str) -> tuple[Effect, ...]:
        """What would be changed, of one kind, in the order in which it would happen."""
        verbs = GROUPS[group]
        phases = self.state.phases.values()
        return tuple(one for phase in phases for one in phase.effects if one.verb in verbs)

    def skipped(self) -> tuple[PhaseState, ...]:
        return tuple(p for p in self.state.phases.values() if p.status == "skipped")

    @property
    def succeeded(self) -> bool:
        """Whether the whole way could be walked, and the checks let the real run begin."""
        return self.walked and not self.failing()

    @property
    def walked(self) -> bool:
        """Whether the whole way could be walked."""
        finished = self.state.finished
        return self.ended and finished is not None and finished.outcome in GOOD

    def failing(self) -> tuple[str, ...]:
        """The names of checks that would stop the real run."""
        checks = self.checks.reports.get("check", {}) if self.checks else {}
        return tuple(name for name, data in checks.items() if data.get("state") == "failed")


class Preview:
    """Runs engines in a thread of its own; `take` gives what is new, at the pace of who draws."""

    def __init__(
        self,
        request: Callable[[Mode, str], Request],
        *,
        as_root: bool,
        begin: Callable[[Request], Engine],
        fallback: bool = True,
    ) -> None:
        """Without a `fallback` a dry run that ends early is the answer, and no rehearsal follows it."""
        self._request = request
        self._modes: tuple[Mode, ...] = ("dry-run",) if as_root else ()
        self._modes += ("rehearsal",) if fallback or not as_root else ()
        self._begin = begin
        self._stop = threading.Event()
        self._engine: Engine | None = None
        self._latest: Foreseen | None = None
        self._thread = threading.Thread(
            target=self._run, name="preview"
        )  # it clears up: wait for it

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Has the engine end and clear up behind itself; returns at once."""
        self._stop.set()
        if (engine := self._engine) is not None:
            engine.process.terminate()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def take(self) -> Foreseen | None:
        """The newest picture, None where it was taken already."""
        latest, self._latest = self._latest, None
        return latest

    def _run(self) -> None:
        foreseen = Foreseen(self._modes[0])
        for mode in self._modes:
            looked = foreseen.state if foreseen.state.started else None
            foreseen = self._watch(Foreseen(mode, looked=looked))
            finished = foreseen.state.finished
            if self._stop.is_set() or (finished and finished.outcome in GOOD):
                break
        self._latest = replace(foreseen, ended=True)

    def _watch(self, foreseen: Foreseen) -> Foreseen:
        try:
            with self._started(foreseen.mode) as engine:
                for record in follow(engine.journal, lambda: engine.process.poll() is None):
                    if self._stop.is_set():
                        break
                    if record is not None:
                        foreseen = replace(foreseen, state=fold(foreseen.state, record))
                        self._latest = foreseen
        except InstallerError as error:
            return replace(foreseen, error=error)
        except OSError as error:
            return replace(foreseen, error=_unreadable(error))
        return foreseen

    @contextmanager
    def _started(self, mode: Mode) -> Iterator[Engine]:
        """An engine that is ended, and whose folder is removed, whatever happens."""
        folder = tempfile.mkdtemp(prefix="kubeboot-rehearsal-") if mode == "rehearsal" else ""
        remove = Path(folder) if folder else None
        try:
            request = replace(self._request(mode, folder), regardless=True)
            self._engine = engine = self._begin(request)
            remove = remove or engine.journal.parents[2]
            yield engine
            see_off(engine)
        finally:
            if remove is not None:
                shutil.rmtree(remove, ignore_errors=True)


def _unreadable(error: OSError) -> InstallerError:
    return InstallerError(
        "no-preview",
        "what would be done can't be foreseen",
        where=str(error.filename or ""),
        why=error.strerror or str(error),
        remedy="Look again",
    )
