"""The table of checks: names as kubeadm knows them, and when each is made."""

from __future__ import annotations

from dataclasses import replace

from phases.checks.table import INIT_CHECKS
from phases.model.types import APIEndpoint, Etcd, LocalEtcd
from tests.checks.bench import EXTERNAL, LOCAL, Bench

KUBEADM = {
    "NumCPU",
    "Mem",
    "KubernetesVersion",
    "Firewalld",
    "Port-6443",
    "Port-10259",
    "Port-10257",
    "Port-10250",
    "Port-2379",
    "Port-2380",
    "FileAvailable--etc-kubernetes-manifests-kube-apiserver.yaml",
    "FileAvailable--etc-kubernetes-manifests-kube-controller-manager.yaml",
    "FileAvailable--etc-kubernetes-manifests-kube-scheduler.yaml",
    "FileAvailable--etc-kubernetes-manifests-etcd.yaml",
    "HTTPProxy",
    "HTTPProxyCIDR",
    "CRI",
    "ContainerRuntimeVersion",
    "FileContent--proc-sys-net-ipv4-ip_forward",
    "Swap",
    "FileExisting-losetup",
    "FileExisting-mount",
    "FileExisting-cp",
    "SystemVerification",
    "Hostname",
    "KubeletVersion",
    "Service-kubelet",
    "DirAvailable--var-lib-etcd",
}
OUR_OWN = {"AdvertiseAddress", "NetworkRanges", "KubeletDropIn", "DiskSpace"}
FOR_EXTERNAL = {"ExternalEtcdVersion", "ExternalEtcdClientCertificates"}
FOR_LOCAL = {"Port-2379", "Port-2380", "DirAvailable--var-lib-etcd"}


def names(bench: Bench) -> set[str]:
    made = (check for check in INIT_CHECKS if check.applies(bench.configuration))
    return {check.called(bench.configuration) for check in made}


def test_all_of_kubeadms_checks_and_our_own(bench: Bench) -> None:
    """A default init is checked for all that kubeadm checks, under its names, and a little more."""
    assert names(bench) == KUBEADM | OUR_OWN


def test_external_etcd(bench: Bench) -> None:
    """With an external etcd its checks take the place of those for a local one."""
    bench.configuration = EXTERNAL
    assert names(bench) == (KUBEADM | OUR_OWN | FOR_EXTERNAL) - FOR_LOCAL


def test_names_follow_the_configuration(bench: Bench) -> None:
    """The API server's port and etcd's folder are part of the names of their checks."""
    bench.init(local_api_endpoint=APIEndpoint("192.0.2.10", 443))
    bench.cluster(etcd=Etcd(local=LocalEtcd(data_dir="/data/etcd")))
    assert {"Port-443", "DirAvailable--data-etcd"} <= names(bench)


def test_ip6(bench: Bench) -> None:
    """Forwarding of IPv6 matters as soon as one range is of that family."""
    networking = replace(LOCAL.cluster.networking, pod_subnet="10.244.0.0/16,fd00::/48")
    bench.cluster(networking=networking)
    wanted = {"ipv4-ip_forward", "ipv6-conf-default-forwarding"}
    assert {f"FileContent--proc-sys-net-{name}" for name in wanted} <= names(bench)


def test_ip6_address(bench: Bench) -> None:
    """So does it when the advertised address is of that family."""
    bench.init(local_api_endpoint=APIEndpoint("fd01::1", 6443))
    assert "FileContent--proc-sys-net-ipv6-conf-default-forwarding" in names(bench)


def test_ip6_alone(bench: Bench) -> None:
    """Without any IPv4 address its forwarding doesn't matter."""
    bench.init(local_api_endpoint=APIEndpoint("fd01::1", 6443))
    bench.cluster(
        networking=replace(
            LOCAL.cluster.networking, service_subnet="fd02::/108", pod_subnet="fd00::/48"
        )
    )
    assert "FileContent--proc-sys-net-ipv4-ip_forward" not in names(bench)
    assert "FileContent--proc-sys-net-ipv6-conf-default-forwarding" in names(bench)


def test_nothing_is_wrong_with_a_machine_that_is_ready(bench: Bench) -> None:
    """On a machine that is ready no check finds anything."""
    found = {name: bench.findings(name) for name in names(bench)}
    assert not {name: findings for name, findings in found.items() if findings}
