"""The three sets of ports that a run can be given: the machine, a rehearsal, a dry run."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace

from phases.system.clock import RealClock
from phases.system.dry_run_cluster import Changes, DryRunCluster
from phases.system.objects import Objects
from phases.system.overlay import DryRunHost, RehearsalHost
from phases.system.ports import Cluster, Ports, Runtime
from phases.system.real_cluster import RealCluster
from phases.system.real_host import RealHost
from phases.system.real_runtime import RealRuntime
from phases.system.rehearsal_cluster import RehearsalCluster
from phases.system.rehearsal_runtime import DryRunRuntime, RehearsalRuntime

FLAGS = "/var/lib/kubelet/kubeadm-flags.env"
OBJECTS = "/var/lib/kubeboot/rehearsal/objects"


def real_ports(stop: threading.Event) -> Ports:
    """This machine; `stop` cuts waits and image pulls short."""
    return Ports(
        host=RealHost(),
        clock=RealClock(stop),
        cluster=RealCluster,
        runtime=lambda socket: RealRuntime(socket, stop=stop),
        rehearsal=False,
    )


def rehearsal_ports(folder: str, stop: threading.Event) -> Ports:
    """A fresh master that lives in `folder`; a second rehearsal there goes on from the first."""
    host = RehearsalHost(RealHost(), folder)
    return stand_ins(host, stop, lambda _socket: RehearsalRuntime(host.state))


def dry_run_ports(stop: threading.Event) -> Ports:
    """This machine and its cluster as they are, with changes that vanish when the ports do."""
    host = DryRunHost(RealHost())
    ports = stand_ins(host, stop, lambda socket: DryRunRuntime(RealRuntime(socket), host.state))
    changes = Changes(ports.clock.now)

    def cluster(kubeconfig: bytes, server: str) -> Cluster:
        return DryRunCluster(
            lambda: RealCluster(kubeconfig, server),
            ports.cluster(kubeconfig, server),
            changes,
            may_stand_in=lambda: host.awaits_components,
        )

    return replace(ports, cluster=cluster)


def stand_ins(
    host: RehearsalHost, stop: threading.Event, runtime: Callable[[str], Runtime]
) -> Ports:
    """Ports around a host that changes nothing; all clusters share one store of objects."""
    clock = RealClock(stop)
    objects = Objects(host.folder + OBJECTS, clock.now)

    def cluster(_kubeconfig: bytes, _server: str) -> Cluster:
        return RehearsalCluster(
            objects,
            up=lambda: host.awaits_components,
            node=lambda: node_name(host),
            machine=host.machine,
            now=clock.now,
        )

    return Ports(host=host, clock=clock, cluster=cluster, runtime=runtime, rehearsal=True)


def node_name(host: RehearsalHost) -> str:
    """The name under which a kubelet with these flags would register."""
    flags = host.read(FLAGS).decode(errors="replace") if host.stat(FLAGS) else ""
    given = re.search(r"--hostname-override=([^\s\"']+)", flags)
    return given[1] if given else host.machine().hostname.lower()
