"""Makes the context of each phase: one set of ports for all, recorded in the name of the phase.

It also keeps the engine's own place on the disk: the state folder and the folder of the run.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from phases.engine import before
from phases.engine import events as e
from phases.engine.context import Context, Options, Tally
from phases.engine.handover import Handover
from phases.engine.journal import Journal
from phases.engine.ledger import Ledger
from phases.engine.ownership import ours
from phases.engine.past import Past
from phases.engine.plan import PlannedPhase
from phases.engine.recorded import RecordedCluster, RecordedHost, RecordedRuntime, Recorder
from phases.engine.stop import Stop
from phases.model.types import Configuration
from phases.model.versions import parse_version
from phases.system.ports import Cluster, Host, Ports, Runtime

LEDGER = "/var/lib/kubeboot/ledger.jsonl"
"""The machine's own ledger."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine keeps its own files: the state folder and in it the folder of this run."""

    state: Path
    run: Path

    @property
    def journal(self) -> Path:
        return self.run / "journal.jsonl"

    @property
    def handover(self) -> Path:
        return self.run / "handover.json"

    @property
    def log(self) -> Path:
        return self.run / "engine.log"


def new_place(state: Path) -> Place:
    """A folder of its own for a run, named by the time so that listings sort."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    place = Place(state, state / "runs" / name)
    place.run.mkdir(mode=0o700, parents=True)
    return place


def take_over_ledger(host: Host, place: Place) -> None:
    """Begins a dry run's ledger, which lies aside, with what the machine's own tells, if it can be read."""
    with suppress(OSError):
        (place.state / Path(LEDGER).name).write_bytes(host.read(LEDGER))


class Workshop:
    """Holds what all phases of a run share."""

    def __init__(
        self,
        configuration: Configuration,
        options: Options,
        ports: Ports,
        place: Place,
        journal: Journal,
        stop: Stop,
    ) -> None:
        self._configuration = configuration
        self._options = options
        self._ports = ports
        self._place = place
        self._journal = journal
        self._stop = stop
        if options.mode == "dry-run":
            take_over_ledger(ports.host, place)
        self._ledger = Ledger(place.state)
        if (options.workflow, options.mode) == ("init", "real"):
            local = configuration.cluster.etcd.local
            folders = (*before.FILLED, local.data_dir) if local else before.FILLED
            before.remember(place.state, ports.host, folders)
        self._began = ports.clock.now()
        self._ours = ours(self._ledger, ports.host)
        self._changed: set[str] = set()
        self._handover = Handover(place.handover)

    def context(self, planned: PlannedPhase) -> Context:
        """The context of one phase, with a tally of its own."""
        name, tally = planned.phase.name, Tally()
        emit = partial(self._emit, tally)
        recorder = Recorder(self._place.run.name, name, self._ledger, emit)
        return Context(
            phase=name,
            configuration=self._configuration,
            version=parse_version(self._configuration.cluster.kubernetes_version),
            options=self._options,
            host=RecordedHost(self._ports.host, recorder),
            clock=self._ports.clock,
            began=self._began,
            emit=emit,
            hand_over=partial(self._hand_over, name),
            handed_over=lambda: self._handover.data,
            handed_over_before=self._handover.before,
            connect=partial(self._connect, recorder),
            open_runtime=partial(self._open_runtime, recorder),
            stop_signal=lambda: self._stop.signal,
            ours=self._ours,
            changed=lambda: frozenset(self._changed.copy()),
            step_skips=planned.step_skips,
            tally=tally,
            past=Past(
                self._ledger.entries,
                self._ledger.kept,
                partial(self._ledger.settle, self._place.run.name),
                before.there_before(self._place.state),
                before.set_before(self._place.state),
                self._forget,
            ),
        )

    def _forget(self) -> None:
        """When the cluster is gone, what was kept for its sake goes: it opens doors elsewhere, if any."""
        before.forget(self._place.state)
        self._ledger.prune()
        for kept in self._place.state.glob(f"runs/*/{self._place.handover.name}"):
            kept.unlink()

    def _emit(self, tally: Tally, event: e.Event) -> None:
        if isinstance(event, e.Effect):
            tally.count()
            self._changed.add(event.target)
        self._journal.append(event)

    def _connect(self, recorder: Recorder, kubeconfig: bytes, server: str) -> Cluster:
        return RecordedCluster(self._ports.cluster(kubeconfig, server), recorder)

    def _open_runtime(self, recorder: Recorder) -> Runtime:
        socket = self._configuration.init.node_registration.cri_socket
        return RecordedRuntime(self._ports.runtime(socket), recorder)

    def _hand_over(self, phase: str, data: Mapping[str, Any]) -> None:
        """Adds what only the operator may see to the handover, and tells where it lies."""
        self._handover.add(data)
        self._journal.append(e.HandoverWritten(phase, str(self._place.handover)))
