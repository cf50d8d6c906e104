"""The plan of a run: which phases, in which order, and for each that won't run the reason why."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from phases.engine.errors import ConfigurationError
from phases.engine.events import NOT_ASKED, SKIPPED, PhaseOutline
from phases.engine.phase import Phase

ORDER = (
    "prepare", "preflight", "images", "certs", "kubeconfig", "etcd", "control-plane", "kubelet-start",
    "wait-control-plane", "upload-config", "upload-certs", "mark-control-plane", "bootstrap-token",
    "kubelet-finalize", "addon/coredns", "addon/kube-proxy", "show-join-command",
)  # fmt: skip
"""How phases are listed that the graph leaves free: in kubeadm's order, others after these."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What the operator asked for, in names of phases or `phase/step`."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    start_from: str = ""


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """A phase with the reason why it is left out (empty when it runs), and its steps left out."""

    phase: Phase
    skip: str
    step_skips: Mapping[str, str]

    @property
    def something_is_left(self) -> bool:
        left_out = self.phase.steps and self.step_skips.keys() >= set(self.phase.steps)
        return not (self.skip or left_out)


@dataclass(frozen=True, slots=True)
class Plan:
    """The phases of a workflow in an order that their graph allows."""

    phases: tuple[PlannedPhase, ...]

    @property
    def running(self) -> tuple[Phase, ...]:
        """Those of which at least something is left to run."""
        return tuple(p.phase for p in self.phases if p.something_is_left)

    def graph(self) -> TopologicalSorter[str]:
        """The order as a graph of names, for running side by side what can be."""
        return _graph({planned.phase.name: planned.phase for planned in self.phases})

    def outline(self) -> tuple[PhaseOutline, ...]:
        """The plan as the journal tells it."""
        return tuple(
            PhaseOutline(p.phase.name, p.phase.title, p.phase.after, p.phase.steps, p.skip)
            for p in self.phases
        )


def make_plan(phases: Iterable[Phase], workflow: str, selection: Selection) -> Plan:
    """Orders the phases of a workflow and gives the reason for each that is left out.

    Raises ConfigurationError for a name that no phase or step has.
    """
    members = {phase.name: phase for phase in phases if workflow in phase.workflows}
    asked = _Asked(members, selection)
    order = [members[name] for name in _order(members)]
    return Plan(tuple(map(asked.planned, order)))


def _graph(members: Mapping[str, Phase]) -> TopologicalSorter[str]:
    """Who comes after whom; phases that belong to other workflows alone don't count."""
    return TopologicalSorter(
        {name: [each for each in phase.after if each in members] for name, phase in members.items()}
    )


def _order(members: Mapping[str, Phase]) -> Iterator[str]:
    """Always the first in kubeadm's order of those that may come next."""
    sorter = _graph(members)
    sorter.prepare()
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=_rank)
        yield (name := ready.pop(0))
        sorter.done(name)


def _rank(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


class _Asked:
    """A selection with its names resolved against the phases that there are."""

    def __init__(self, members: Mapping[str, Phase], selection: Selection) -> None:
        self._names = _all_names(members)
        self.only = self._resolve(selection.only)
        self.skip = self._resolve(selection.skip)
        self.start = selection.start_from
        self._starts = self._resolve((self.start,) if self.start else ())
        self._early = self._before_start(members)

    def _resolve(self, names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(found for name in names for found in self._find(name))

    def _find(self, name: str) -> frozenset[str]:
        if found := self._names.get(name):
            return found
        close = difflib.get_close_matches(name, self._names, n=1)
        hint = f"Did you mean {close[0]}?" if close else "`kubeboot-tui phases` lists them"
        raise ConfigurationError("unknown-phase", f"no phase is called {name}", remedy=hint)

    def _before_start(self, members: Mapping[str, Phase]) -> frozenset[str]:
        """The phases whose results the one to start from builds on.

        What may run beside it isn't before it: nobody knows how far that came the last time.
        """
        starts = {name for name, phase in members.items() if self._own(phase) & self._starts}
        early: set[str] = set()
        reached = [each for name in starts for each in members[name].after]
        while reached:
            name = reached.pop()
            if name in members and name not in early:
                early.add(name)
                reached.extend(members[name].after)
        return frozenset(early - starts)

    def planned(self, phase: Phase) -> PlannedPhase:
        steps = {step: self._step_skip(phase, step) for step in phase.steps}
        left_out = {step: why for step, why in steps.items() if why}
        return PlannedPhase(phase, self._skip(phase), left_out)

    def _own(self, phase: Phase) -> frozenset[str]:
        return frozenset({phase.name, *(f"{phase.name}/{step}" for step in phase.steps)})

    def _skip(self, phase: Phase) -> str:
        if phase.name in self.skip:
            return SKIPPED
        if self.only and not self._own(phase) & self.only:
            return NOT_ASKED
        return f"comes before {self.start}" if phase.name in self._early else ""

    def _step_skip(self, phase: Phase, step: str) -> str:
        if f"{phase.name}/{step}" in self.skip:
            return SKIPPED
        if self.only and not {phase.name, f"{phase.name}/{step}"} & self.only:
            return NOT_ASKED
        starts = [each for each in phase.steps if f"{phase.name}/{each}" in self._starts]
        early = starts and phase.steps.index(step) < phase.steps.index(starts[0])
        return f"comes before {self.start}" if early else ""


def _all_names(members: Mapping[str, Phase]) -> dict[str, frozenset[str]]:
    """Every name that an operator may use, with what it stands for.

    A phase called `addon/coredns` belongs to the group `addon`, as in kubeadm.
    """
    names: dict[str, frozenset[str]] = {}
    for phase in members.values():
        for alias in {phase.name.partition("/")[0], phase.name, *phase.aliases}:
            names[alias] = names.get(alias, frozenset()) | {phase.name}
        for alias in (phase.name, *phase.aliases):
            names |= {
                f"{alias}/{step}": frozenset({f"{phase.name}/{step}"}) for step in phase.steps
            }
    return names
