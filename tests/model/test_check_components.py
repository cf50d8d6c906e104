"""Values of the kubelet's and kube-proxy's documents: sound ones pass, others are told where they stand."""

from __future__ import annotations

import pytest

from phases.model.check_components import component_problems
from phases.model.load import load
from phases.model.problem import Problem

FILE = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
{kubelet}
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
{proxy}
"""


def problems(kubelet: str = "", proxy: str = "") -> list[Problem]:
    return [*component_problems(load(FILE.format(kubelet=kubelet, proxy=proxy), name="f"))]


@pytest.mark.parametrize(
    "kubelet",
    [
        "",
        "cgroupDriver: cgroupfs\ncpuManagerPolicy: static\nmemoryManagerPolicy: Static",
        'cgroupDriver: ""\nresolvConf: ""\nmemorySwap: {swapBehavior: ""}',
        "topologyManagerPolicy: single-numa-node\ntopologyManagerScope: pod",
        "evictionHard: {memory.available: 5%, nodefs.available: 1Gi, pid.available: 100%}",
        "evictionSoft: {memory.available: 1Gi}\nevictionSoftGracePeriod: {memory.available: 1m30s}",
        "systemReserved: {cpu: 500m, memory: 1Gi, ephemeral-storage: 1Gi, pid: '1000'}",
        "enforceNodeAllocatable: [pods, kube-reserved]",
        "allowedUnsafeSysctls: [net.core.somaxconn, 'kernel.msg*', net/ipv4/tcp_x]",
        "clusterDNS: [10.96.0.10, 'fd00::a']\nclusterDomain: cluster.local",
        "serializeImagePulls: false\nmaxParallelImagePulls: 5",
        "imageGCHighThresholdPercent: 90\nimageGCLowThresholdPercent: 89",
        "shutdownGracePeriod: 1m\nshutdownGracePeriodCriticalPods: 1m",
        "podPidsLimit: -1\nreadOnlyPort: 0\nhealthzPort: 65535\ncontainerLogMaxFiles: 2",
        "containerLogMaxSize: 10Mi\ntlsMinVersion: VersionTLS13",
    ],
)
def test_what_kubelets_take_is_not_refused(kubelet: str) -> None:
    """No sound value is in the way of a run."""
    assert problems(kubelet) == []


@pytest.mark.parametrize(
    "proxy",
    [
        'mode: ""\nmetricsBindAddress: ""\nclusterCIDR: ""',
        "mode: nftables\nmetricsBindAddress: 0.0.0.0:10249\nhealthzBindAddress: '[::]:10256'",
        "metricsBindAddress: 127.0.0.1\nbindAddress: '::'",
        "clusterCIDR: 10.244.0.0/16,fd00::/48\nnodePortAddresses: [primary, 10.0.0.0/8]",
        "ipvs: {scheduler: wrr}\nconntrack: {maxPerCore: 0, min: 0}\ndetectLocalMode: NodeCIDR",
    ],
)
def test_what_kube_proxy_takes_is_not_refused(proxy: str) -> None:
    """No sound value is in the way of a run."""
    assert problems(proxy=proxy) == []


@pytest.mark.parametrize(
    ("kubelet", "path", "message"),
    [
        ("evictionHard: {memory.free: 1Gi}", "evictionHard.memory.free", "can't be 'memory.free'"),
        ("evictionHard: {pid.available: 101%}", "evictionHard.pid.available", "a percentage"),
        ("clusterDNS: [10.0.0.1, dns]", "clusterDNS[1]", "'dns' is not an IP address"),
        ("podPidsLimit: -2", "podPidsLimit", "at least -1, but is -2"),
        ("readOnlyPort: 65536", "readOnlyPort", "between 0 and 65535, but is 65536"),
        ("evictionSoft: {pid.available: 1%}", "evictionSoft.pid.available", "no grace period"),
        ("imageGCHighThresholdPercent: 80", "imageGCLowThresholdPercent", "lower than"),
        ("maxParallelImagePulls: 2", "maxParallelImagePulls", "one at a time"),
        ("shutdownGracePeriodCriticalPods: 1s", "shutdownGracePeriodCriticalPods", "a part of"),
    ],
)
def test_what_a_kubelet_ends_over_is_told_at_its_place(
    kubelet: str, path: str, message: str
) -> None:
    """One problem, at the field, the item or the key that it is about."""
    (found,) = problems(kubelet)
    assert found.path == f"KubeletConfiguration.{path}"
    assert message in found.message
    assert found.remedy
