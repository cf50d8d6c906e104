"""What tests of the engine and of phases share: contexts as a run makes them, over fakes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from phases.engine import events as e
from phases.engine.context import Context, Options
from phases.engine.journal import Journal, Reader, Record
from phases.engine.phase import Phase
from phases.engine.plan import PlannedPhase
from phases.engine.stop import Stop
from phases.engine.workshop import Workshop, new_place
from phases.model.defaults import Surroundings, complete
from phases.model.load import load
from phases.model.types import Configuration
from tests.fakes import MACHINE, Fakes, fakes

T = TypeVar("T")
API = "kubeadm.k8s.io/v1beta4"


def documents(cluster: str = "", init: str = "") -> str:
    """A kubeadm.yaml with quick keys and these lines in its two documents."""
    heads = (("ClusterConfiguration", f"encryptionAlgorithm: ECDSA-P256\n{cluster}"),)
    both = (*heads, ("InitConfiguration", init)) if init else heads
    return "---\n".join(f"apiVersion: {API}\nkind: {kind}\n{body}\n" for kind, body in both)


def configured(cluster: str = "", init: str = "") -> Configuration:
    surroundings = Surroundings(MACHINE.hostname, MACHINE.default_address, MACHINE.addresses)
    return complete(load(documents(cluster, init), name="kubeadm.yaml"), surroundings)


class Bench:
    """A fresh master on which phases are run, each time as by a run of its own."""

    def __init__(self, folder: Path, cluster: str = "", init: str = "") -> None:
        self.state = folder / "state"
        self.configuration = configured(cluster, init)
        self.options = Options()
        self.fakes: Fakes = fakes()
        self.stop = Stop()
        self.journals: list[Path] = []

    def context(self, phase: str = "test", skips: Mapping[str, str] | None = None) -> Context:
        place = new_place(self.state)
        self.journals.append(place.journal)
        workshop = Workshop(
            self.configuration,
            self.options,
            self.fakes.ports,
            place,
            Journal(place.journal),
            self.stop,
        )
        planned = Phase(phase, phase, lambda _: None)
        return workshop.context(PlannedPhase(planned, "", skips or {}))

    def run(self, phase: Phase) -> int:
        """Runs a phase; how much it has changed."""
        context = self.context(phase.name)
        phase.run(context)
        return context.tally.changes

    @property
    def records(self) -> list[Record]:
        """What the latest run has told."""
        return list(Reader(self.journals[-1]).new_records())

    def told(self, kind: type[T]) -> list[T]:
        return [r.event for r in self.records if isinstance(r.event, kind)]

    def reports(self, topic: str) -> dict[str, Mapping[str, object]]:
        """The latest of each item of a topic."""
        return {r.item: r.data for r in self.told(e.Report) if r.topic == topic}

    def effects(self) -> list[str]:
        return [f"{effect.verb} {effect.target}" for effect in self.told(e.Effect)]
