"""Records the journals that tests and pictures replay, on real fresh masters with today's engine.

Not a test: `make dist && python -m tests.lab.record [NAME...]`, as root. What a recording holds is in
tests/recordings/README.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import reduce
from pathlib import Path

from phases.engine.journal import Reader
from phases.engine.request import Request
from phases.engine.state import RunState, fold
from tui.checkup import Checkup

from . import faults, network, podnet, program, repository, test_fresh
from .lab import Lab
from .node import Node
from .registry import Registry
from .test_app_workflows import MANIFEST, PLUGIN, bridge, desk, engine, last_is
from .test_end_to_end import joined
from .wait import until

RECORDINGS = Path(__file__).parents[1] / "recordings"
NAMES = ("node5", "node6")
ADDRESSES = ("172.30.99.15", "172.30.99.16")
"""What the master and the worker are called in a recording, whichever nodes were free."""

CONFIG = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
timeouts:
  controlPlaneComponentHealthCheck: {patience}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: harbour
controlPlaneEndpoint: "{address}:6443"
kubernetesVersion: v1.37.2
networking:
  podSubnet: 10.244.0.0/16
{more}"""
    + program.KUBELET
)
BANANA = """\
apiServer:
  extraArgs:
  - name: audit-log-maxage
    value: banana
"""


def configure(node: Node, *, patience: str = "4m0s", more: str = "") -> None:
    text = CONFIG.format(address=node.address, patience=patience, more=more)
    program.install(node)
    node.write(program.CONFIG, text)
    node.write(MANIFEST, PLUGIN.replace("CONFIG", bridge("10.244.0.0/24")))


def init(node: Node, *more: str) -> Path:
    """Runs init to its end, whatever that is; the journal, as seen from here."""
    ignored = f"--ignore-preflight-errors={program.LAB_IGNORES}"
    words = ("init", "--config", program.CONFIG, "--upload-certs", ignored, *more)
    printed = node.run("kubeboot-tui", *words, timeout=600)
    sys.stdout.write(printed.stdout[-400:] + printed.stderr[-400:])
    newest = node.shell("ls -d /var/lib/kubeboot/runs/*/ | tail -n 1").stdout.strip()
    return node.root / newest.lstrip("/") / "journal.jsonl"


def keep(name: str, journal: Path, *nodes: Node) -> None:
    """The journal under its name, with the nodes called as in all recordings."""
    text = journal.read_text()
    for node, called, address in zip(nodes, NAMES, ADDRESSES, strict=False):
        text = re.sub(rf"\b{re.escape(node.address)}\b", address, text)
        text = re.sub(rf"\b{node.name}\b", called, text)
    (RECORDINGS / f"{name}.jsonl").write_text(text)
    sys.stdout.write(f"recorded {name}: {len(text.splitlines())} events\n")


def good(lab: Lab) -> None:
    """Three of one cluster: how it is made, how nothing is to be done, how a node comes."""
    with lab.nodes(2, ready=True) as (master, worker):
        configure(master)
        keep("good", init(master, "--network-manifest", MANIFEST), master, worker)
        keep("unchanged", init(master, "--network-manifest", MANIFEST), master, worker)
        with desk(master) as journal:
            until(lambda: last_is(journal, master.name, "Ready"))
            joined(worker, str(program.handover(master)["worker"]))
            until(lambda: last_is(journal, worker.name, "NotReady"))
            podnet.install(worker, podnet.assigned(master, worker))
            until(lambda: last_is(journal, worker.name, "Ready"))
            keep("arrived", journal, master, worker)


def failed(lab: Lab) -> None:
    """The API server can't use a flag."""
    with lab.nodes(1, ready=True) as (node,):
        configure(node, patience="40s", more=BANANA)
        keep("failed", init(node), node)


def refused(lab: Lab) -> None:
    """Forwarding is off, a port is taken, a manifest is there."""
    with lab.nodes(1, ready=True) as (node,):
        configure(node)
        node.check("sysctl", "-w", "net.ipv4.ip_forward=0")
        node.check("mkdir", "-p", "/etc/kubernetes/manifests")
        node.write("/etc/kubernetes/manifests/etcd.yaml", "somebody: else\n")
        node.shell("setsid python3 -m http.server 10250 >/dev/null 2>&1 </dev/null &")
        until(lambda: node.check("sh", "-c", "ss -ltn | grep -q :10250"), pause=0.1)
        keep("refused", init(node), node)


def pulled(lab: Lab) -> None:
    """All images come over a slow link."""
    with closing(Registry()), lab.nodes(1, registry=True) as (node,):
        configure(node)
        node.check("sysctl", "-w", "net.ipv4.ip_forward=1")
        node.check("systemctl", "enable", "kubelet")
        network.shape(node.number, "200mbit")
        keep("pulled", init(node), node)


def faulty(lab: Lab) -> None:
    """Everything is wrong with a bare machine: what its checks find, and what all fixes would do."""
    with lab.nodes(1, bare=True) as (node,):
        program.install(node)
        faults.plant(node, *faults.FAULTS)
        look = Request(
            "preflight",
            config=test_fresh.CONFIG.format(address=node.address),
            mode="dry-run",
            regardless=True,
            package_key=repository.fingerprint("community"),
        )
        checks = finished(node, look)
        keep("checks", checks, node)
        state = reduce(fold, Reader(checks).new_records(), RunState())
        offered = Checkup().after(state).offered
        keep("mending", finished(node, replace(look, workflow="prepare", fixes=offered)), node)


def finished(node: Node, request: Request) -> Path:
    """The journal of an engine that has come to its end."""
    with engine(node, request) as (journal, process):
        process.wait(60)
        return journal


TAKES: Mapping[str, Callable[[Lab], None]] = {
    take.__name__: take for take in (good, failed, refused, pulled, faulty)
}


def main() -> None:
    wanted = sys.argv[1:] or list(TAKES)
    with closing(Lab()) as lab:
        for name in wanted:
            TAKES[name](lab)


if __name__ == "__main__":
    main()
