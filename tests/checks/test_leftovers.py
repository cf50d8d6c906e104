"""Checks of what an earlier cluster left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from phases.render import pki
from phases.system.ports import ContainerFact
from tests.checks.bench import Bench

KUBELET = "/var/lib/kubelet/config.yaml"
ADMIN = """\
apiVersion: v1
kind: Config
current-context: me@old
contexts: [{name: me@old, context: {cluster: old, user: me}}]
clusters: [{name: old, cluster: {server: "https://192.0.2.1:6443"}}]
users: [{name: me, user: {}}]
"""
CHAINS = """\
-P PREROUTING ACCEPT
-N DOCKER
-N KUBE-KUBELET-CANARY
-N KUBE-SERVICES
-N KUBE-SVC-ABC
-A PREROUTING -j X
"""


def levels(bench: Bench, name: str) -> list[str]:
    return [finding.level for finding in bench.findings(name)]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/kubernetes/admin.conf",
        "/etc/kubernetes/kubelet.conf",
        "/var/lib/kubelet/config.yaml",
        "/var/lib/kubelet/pki/kubelet-client-current.pem",
    ],
)
def test_files(bench: Bench, path: str) -> None:
    """A kubeconfig or a kubelet's file that isn't ours is worth a warning; ours isn't."""
    bench.plant(path)
    assert levels(bench, "Leftovers-cluster") == ["warning"]
    assert bench.finding("Leftovers-cluster").facts["paths"] == [path]
    bench.ours.add(path)
    assert not bench.findings("Leftovers-cluster")


def test_only_a_kubelets_mark(bench: Bench) -> None:
    """A kubelet that has never seen a cluster may have left a chain of its own."""
    bench.host.answer("iptables -t nat -S", stdout="-N KUBE-KUBELET-CANARY\n")
    assert not bench.findings("Leftovers-iptables")


def test_whose(bench: Bench) -> None:
    """The cluster is named by its kubeconfig, and by its authority as join commands name it."""
    validity = pki.Validity.of(datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=365))
    authority = pki.self_signed("old-ca", pki.new_key("ECDSA-P256"), validity)
    bench.plant("/etc/kubernetes/pki/ca.crt", authority.decode())
    bench.plant("/etc/kubernetes/admin.conf", ADMIN)
    finding = bench.finding("Leftovers-cluster")
    digest = pki.public_key_hash(authority)
    assert finding.found == (
        f"files of the cluster old, https://192.0.2.1:6443, CN=old-ca, {digest}: "
        "/etc/kubernetes/admin.conf"
    )
    assert finding.facts["cluster"] == "old"
    assert finding.facts["authority"] == digest


def test_an_authority_alone(bench: Bench) -> None:
    """An authority that is there may be the operator's own for the new cluster."""
    bench.plant("/etc/kubernetes/pki/ca.crt")
    assert not bench.findings("Leftovers-cluster")


@pytest.mark.parametrize(
    ("links", "found"),
    [
        (("lo", "eth0", "docker0"), []),
        (("cni0", "eth0", "flannel.1", "veth1"), ["cni0", "flannel.1"]),
        (("cali123", "kube-ipvs0", "cilium_host"), ["cali123", "cilium_host", "kube-ipvs0"]),
    ],
)
def test_interfaces(bench: Bench, links: tuple[str, ...], found: list[str]) -> None:
    """Links that only a cluster's network makes are worth a warning that names them."""
    for name in links:
        bench.plant(f"/sys/class/net/{name}")
    said = bench.findings("Leftovers-interfaces")
    assert [name for each in said for name in each.facts["interfaces"]] == found


@pytest.mark.parametrize(
    ("name", "warns"),
    [
        ("10-flannel.conflist", 1),
        ("05-cilium.conf", 1),
        ("87-podman-bridge.conflist", 0),
        ("100-crio-bridge.conflist", 0),
        ("10-calico.conflist.bak", 0),
    ],
)
def test_networks(bench: Bench, name: str, warns: int) -> None:
    """A network plugin's file is worth a warning; those of container tools aren't, nor backups."""
    bench.plant(f"/etc/cni/net.d/{name}")
    assert levels(bench, "Leftovers-cni") == ["warning"] * warns


def test_chains(bench: Bench) -> None:
    """kube-proxy's chains are worth a warning, docker's aren't told."""
    bench.host.answer("iptables -t nat -S", stdout=CHAINS)
    finding = bench.finding("Leftovers-iptables")
    assert finding.found == "kube-proxy's chains in the table nat: KUBE-SERVICES, KUBE-SVC-ABC"
    assert finding.facts == {"table": "nat", "chains": ["KUBE-SERVICES", "KUBE-SVC-ABC"]}


def test_containers(bench: Bench) -> None:
    """Pods in kube-system are worth a warning that names them."""
    bench.runtime.running = (ContainerFact("1", "etcd", "etcd-a", "running", 0, 0, "", ""),)
    bench.plant("/var/lib/kubelet/pods/1234/x")
    finding = bench.finding("Leftovers-containers")
    assert finding.found == "containers of pods: etcd-a/etcd"
    assert finding.facts == {"containers": ("etcd-a/etcd",), "pods": ("1234",)}


def test_our_own_cluster(bench: Bench) -> None:
    """Once the cluster is ours its network, chains and containers are no leftovers."""
    bench.plant(KUBELET, ours=True)
    bench.plant("/var/lib/kubelet/pki/kubelet-client-current.pem")
    bench.plant("/sys/class/net/cni0")
    bench.plant("/etc/cni/net.d/10-flannel.conflist")
    bench.host.answer("iptables -t nat -S", stdout=CHAINS)
    bench.runtime.running = (ContainerFact("1", "etcd", "etcd-a", "running", 0, 0, "", ""),)
    for name in ("cluster", "interfaces", "cni", "iptables", "containers"):
        assert not bench.findings(f"Leftovers-{name}")
