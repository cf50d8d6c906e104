"""The control plane's containers while they are waited for: each change of one is told once, and what
one said last that has ended or was started again, with what probably lies behind it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from phases.engine import causes
from phases.engine.context import Context
from phases.engine.testimony import UNHEALTHY, described, log_tail, newest_containers
from phases.system.ports import ContainerFact, RuntimeFailure

NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
EVERY = 1.0
"""Seconds between two questions to the container runtime."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A container as it is told: its state in CRI's words, how often it was started before, its end."""

    state: str
    restarts: int
    exit_code: int = 0
    reason: str = ""

    @classmethod
    def of(cls, fact: ContainerFact) -> Seen:
        ended = (fact.exit_code, fact.reason) if fact.state == "exited" else (0, "")
        return cls(fact.state, fact.attempt, *ended)


class Watch:
    """Looks when it is asked to, once a second at most; whoever comes while somebody looks goes on.

    `beside` is called with every look. A runtime that fails is not asked again: this is only news, and
    nothing waits for it.
    """

    def __init__(self, context: Context, beside: Callable[[], object] = bool) -> None:
        self._context = context
        self._beside = beside
        self._lock = threading.Lock()
        self._due = context.clock.monotonic()
        self._runtime_answers = True
        self._seen: dict[str, Seen] = {}

    def look(self) -> None:
        """Tells what has changed since the last look."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._context.clock.monotonic() >= self._due:
                self._due = self._context.clock.monotonic() + EVERY
                self._beside()
                if self._runtime_answers:
                    self._ask()
        finally:
            self._lock.release()

    def _ask(self) -> None:
        try:
            found = newest_containers(self._context.open_runtime().containers())
        except RuntimeFailure:
            self._runtime_answers = False
            return
        for name in NAMES:
            if name in found:
                self._tell(found[name])

    def _tell(self, fact: ContainerFact) -> None:
        seen = Seen.of(fact)
        if self._seen.get(fact.name) == seen:
            return
        self._seen[fact.name] = seen
        self._context.report(
            "container",
            fact.name,
            state=seen.state,
            restarts=seen.restarts,
            exit_code=seen.exit_code,
            reason=seen.reason,
        )
        if seen.restarts or seen.exit_code:
            self._quote(fact)

    def _quote(self, fact: ContainerFact) -> None:
        """What a container that doesn't keep running said last; one that has just begun says nothing yet."""
        if lines := log_tail(self._context, fact):
            likely = causes.judge(UNHEALTHY, "", "\n".join((described(fact), *lines)))
            self._context.report(
                "last-words", fact.name, lines=lines, cause=likely.sentence, advice=likely.advice
            )

    def starts(self, name: str) -> int:
        """How often a container was started, as far as it was seen."""
        return self._seen[name].restarts + 1 if name in self._seen else 0
