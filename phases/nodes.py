"""The desk: tells of the nodes as they arrive and change, until it is asked to stop. Changes nothing.

It asks once a second rather than watches: three lists of a young cluster take milliseconds, and a
watch would be a second way to read through the Cluster port. Where a look takes long, the pause grows
with it, so that the API server is asked for a fifth of the time at most.
"""

from __future__ import annotations

from dataclasses import asdict

from phases.engine.context import Context
from phases.engine.phase import Phase
from phases.render.node_state import NodeState, states
from phases.system.ports import Cluster, ClusterError, Object

PAUSE = 1.0
REST = 4.0
"""How many times longer than a look the pause after it is."""


class Desk:
    """What was told so far, so that only what has changed is told."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shown: dict[str, NodeState] = {}
        self._answer: str | None = None
        self._admin: Cluster | None = None

    def look(self) -> None:
        """One look at the cluster; an API server that doesn't answer is told, and asked again."""
        try:
            self._admin = self._admin or self._context.admin()
            rows = self._rows(self._admin)
        except ClusterError as error:
            self._admin = None  # the next look reads admin.conf anew
            self._say(error.message)
            return
        self._say("")
        self._tell({row.name: row for row in rows})

    def _rows(self, admin: Cluster) -> tuple[NodeState, ...]:
        nodes = admin.list("v1", "Node")
        requests = admin.list("certificates.k8s.io/v1", "CertificateSigningRequest")
        settled = states(nodes, requests, (), self._context.clock.now())
        if all(row.state != "NotReady" for row in settled):
            return settled
        return states(nodes, requests, self._pods(admin), self._context.clock.now())

    def _pods(self, admin: Cluster) -> tuple[Object, ...]:
        """What pods say is extra: a cluster with too many of them does without."""
        try:
            return admin.list("v1", "Pod")
        except ClusterError:
            return ()

    def _say(self, ailment: str) -> None:
        if ailment != self._answer:
            self._answer = ailment
            answer = ailment or "ok"
            self._context.report("health", "kube-apiserver", healthy=not ailment, answer=answer)

    def _tell(self, rows: dict[str, NodeState]) -> None:
        for name in self._shown.keys() - rows.keys():
            self._context.report("node", name, state="gone")
        for name, row in rows.items():
            if self._shown.get(name) != row:
                data = asdict(row)
                del data["name"]
                self._context.report("node", name, **data)
        self._shown = rows


def run(context: Context) -> None:
    """Looks until it is cancelled."""
    desk = Desk(context)
    while True:
        began = context.clock.monotonic()
        desk.look()
        context.pause(max(PAUSE, REST * (context.clock.monotonic() - began)))


PHASE = Phase(name="nodes", title="Nodes", workflows=("desk",), run=run)
