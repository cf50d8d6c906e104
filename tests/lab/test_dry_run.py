"""A dry run is of this machine and its cluster as they are, and changes neither.

One node serves all tests of this file, in their order: fresh, finished, damaged.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from . import program
from .lab import Lab
from .node import Node
from .podnet import KUBECTL
from .test_rehearsal import objects_and_services, snapshot

CONFIG = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: {address}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
controlPlaneEndpoint: "{address}:6443"
"""
    + program.KUBELET
)
INIT = ("kubeboot-tui", "init", "--config", program.CONFIG)
SCHEDULER = "/etc/kubernetes/manifests/kube-scheduler.yaml"
KINDS = (
    "configmaps,secrets,services,serviceaccounts,roles,rolebindings,clusterroles,"
    "clusterrolebindings,namespaces"
)
"""What a run writes and no controller keeps changing by itself."""
OWN_PLACE = "/kubeboot-dry-run-"
"""A dry run's own journal lies aside, where front ends find it after its end."""


@pytest.fixture(scope="module")
def master(lab: Lab) -> Iterator[Node]:
    """One node with all images, and the program on it."""
    with lab.nodes(1, ready=True) as (node,):
        program.install(node)
        node.write(program.CONFIG, CONFIG.format(address=node.address))
        node.check("kubeboot-tui", "--version")
        yield node


def files(node: Node) -> set[str]:
    """Every file of the node with its change time, but for the dry run's own place."""
    lines = {line for line in snapshot(node) if OWN_PLACE not in line}
    return {line for line in lines if not line.startswith("dir /tmp ")}


def settings(node: Node) -> set[str]:
    """The same for what a running control plane doesn't write by itself."""
    places = ("/etc/", "/var/lib/kubeboot")
    return {line for line in files(node) if line.removeprefix("dir ").startswith(places)}


def objects(node: Node, specified: str = "deployments,daemonsets,nodes") -> str:
    """Name, identity and version of each object that a run could write.

    Of those whose status makes new versions, it is what was asked for; Nodes as they are marked.
    """
    names = "K:.kind,N:.metadata.namespace,M:.metadata.name,U:.metadata.uid"
    columns = f"custom-columns={names},V:.metadata.resourceVersion"
    versions = node.check(*KUBECTL, "get", KINDS, "-A", "-o", columns)
    columns = f"custom-columns={names},G:.metadata.generation,L:.metadata.labels,T:.spec"
    return versions.stdout + node.check(*KUBECTL, "get", specified, "-A", "-o", columns).stdout


def test_fresh_machine_stays_fresh(master: Node) -> None:
    """Before init every change is listed, files and objects, and no file of the machine changes."""
    before, services = files(master), objects_and_services(master)
    told = program.effects(master.check(*INIT, "--dry-run", "--json").stdout)
    assert files(master) == before
    assert objects_and_services(master) == services
    assert ("write", "/etc/kubernetes/pki/ca.crt") in told
    assert ("write", SCHEDULER) in told
    assert ("run", "systemctl restart kubelet") in told
    assert ("create", "ConfigMap kube-system/kubeadm-config") in told


def test_finished_master_has_nothing_to_do(master: Node) -> None:
    """After init a dry run asks the real control plane, ends soon, and finds nothing to change."""
    master.check(*INIT, timeout=300)
    before = settings(master), objects(master)
    began = time.monotonic()
    result = master.run(*INIT, "--dry-run")
    took = time.monotonic() - began
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Nothing to do" in result.stdout
    assert "isn't ours" not in result.stdout + result.stderr
    assert took < 30
    assert (settings(master), objects(master)) == before


def test_damage_is_told_and_left(master: Node) -> None:
    """With one manifest damaged a dry run lists its repair alone, and leaves the repair to init."""
    master.shell(f"sed -i s/--leader-elect=true/--leader-elect=false/ {SCHEDULER}")
    before = settings(master), objects(master)
    told = program.effects(master.check(*INIT, "--dry-run", "--json").stdout)
    assert told == [("write", SCHEDULER)]
    assert (settings(master), objects(master)) == before


def test_missing_manifest_is_told_without_waiting(master: Node) -> None:
    """A component that is down only until its manifest is back is taken for healthy."""
    master.check("rm", SCHEDULER)
    began = time.monotonic()
    told = program.effects(master.check(*INIT, "--dry-run", "--json").stdout)
    assert told == [("write", SCHEDULER)]
    assert time.monotonic() - began < 30
