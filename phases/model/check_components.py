"""Whether the values of a KubeletConfiguration and a KubeProxyConfiguration can be.

kubeadm passes these documents on unread, and the components end at once over what stands here. Only
values that no supported release takes are refused; a field that isn't set is always right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from phases.model import values
from phases.model.duration import parse_duration
from phases.model.problem import Problem
from phases.model.types import Configuration, Document
from phases.model.values import Rule, at_least, between, one_of

KUBELET, PROXY = "KubeletConfiguration", "KubeProxyConfiguration"
SIGNALS = (
    *("memory.available", "allocatableMemory.available", "pid.available"),
    *("nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree"),
    *("containerfs.available", "containerfs.inodesFree"),
)
"""What the kubelet can evict for."""

RESERVED = ("cpu", "memory", "ephemeral-storage", "pid")
ALLOCATABLE = (
    *("pods", "system-reserved", "kube-reserved", "none"),
    *("system-reserved-compressible", "kube-reserved-compressible"),
)
SCHEDULERS = (
    *("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh", "sed", "nq", "mh", "fo", "ovf"),
    "twos",
)
PORT = between(0, 65535)
PERCENT = between(0, 100)

VALUES: Mapping[str, Rule] = {
    f"{KUBELET}.cgroupDriver": one_of("systemd", "cgroupfs"),
    f"{KUBELET}.cpuManagerPolicy": one_of("none", "static"),
    f"{KUBELET}.memoryManagerPolicy": one_of("None", "Static"),
    f"{KUBELET}.topologyManagerPolicy": one_of(
        "none", "best-effort", "restricted", "single-numa-node"
    ),
    f"{KUBELET}.topologyManagerScope": one_of("container", "pod"),
    f"{KUBELET}.memorySwap.swapBehavior": one_of("NoSwap", "LimitedSwap"),
    f"{KUBELET}.hairpinMode": one_of("promiscuous-bridge", "hairpin-veth", "none"),
    f"{KUBELET}.authorization.mode": one_of("Webhook", "AlwaysAllow"),
    f"{KUBELET}.configMapAndSecretChangeDetectionStrategy": one_of("Watch", "Cache", "Get"),
    f"{KUBELET}.logging.format": one_of("text", "json"),
    f"{KUBELET}.tlsMinVersion": one_of(
        "VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"
    ),
    f"{KUBELET}.containerLogMaxSize": values.quantity,
    f"{KUBELET}.containerLogMaxFiles": at_least(2),
    f"{KUBELET}.resolvConf": values.path,
    f"{KUBELET}.staticPodPath": values.path,
    f"{KUBELET}.clusterDomain": values.domain,
    f"{KUBELET}.address": values.address,
    f"{KUBELET}.healthzBindAddress": values.address,
    f"{KUBELET}.port": between(1, 65535),
    f"{KUBELET}.readOnlyPort": PORT,
    f"{KUBELET}.healthzPort": PORT,
    f"{KUBELET}.maxPods": at_least(0),
    f"{KUBELET}.podsPerCore": at_least(0),
    f"{KUBELET}.podPidsLimit": at_least(-1),
    f"{KUBELET}.maxParallelImagePulls": at_least(1),
    f"{KUBELET}.imageGCHighThresholdPercent": PERCENT,
    f"{KUBELET}.imageGCLowThresholdPercent": PERCENT,
    f"{KUBELET}.oomScoreAdj": between(-1000, 1000),
    f"{PROXY}.mode": one_of("iptables", "nftables", "ipvs"),
    f"{PROXY}.detectLocalMode": one_of(
        "ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"
    ),
    f"{PROXY}.bindAddress": values.address,
    f"{PROXY}.metricsBindAddress": values.address_and_port,
    f"{PROXY}.healthzBindAddress": values.address_and_port,
    f"{PROXY}.clusterCIDR": values.networks,
    f"{PROXY}.conntrack.maxPerCore": at_least(0),
    f"{PROXY}.conntrack.min": at_least(0),
    f"{PROXY}.ipvs.scheduler": one_of(*SCHEDULERS),
    f"{PROXY}.logging.format": one_of("text", "json"),
    f"{PROXY}.oomScoreAdj": between(-1000, 1000),
}
"""The rule of a field by its path; a text that is empty leaves the choice to the component."""

ITEMS: Mapping[str, Rule] = {
    f"{KUBELET}.clusterDNS": values.address,
    f"{KUBELET}.enforceNodeAllocatable": one_of(*ALLOCATABLE),
    f"{KUBELET}.allowedUnsafeSysctls": values.sysctl,
    f"{PROXY}.nodePortAddresses": values.node_port_address,
}
"""The rule of each item of a list."""

TABLES: Mapping[str, tuple[Rule, Rule]] = {
    f"{KUBELET}.systemReserved": (one_of(*RESERVED), values.quantity),
    f"{KUBELET}.kubeReserved": (one_of(*RESERVED), values.quantity),
    f"{KUBELET}.evictionHard": (one_of(*SIGNALS), values.threshold),
    f"{KUBELET}.evictionSoft": (one_of(*SIGNALS), values.threshold),
    f"{KUBELET}.evictionMinimumReclaim": (one_of(*SIGNALS), values.threshold),
    f"{KUBELET}.evictionSoftGracePeriod": (one_of(*SIGNALS), values.duration),
}
"""The rules of each key of a map, and of what stands at it."""


def component_problems(configuration: Configuration) -> Iterator[Problem]:
    """Values that kubelet or kube-proxy would end over, and settings of the kubelet that exclude each other."""
    documents = {KUBELET: configuration.kubelet or {}, PROXY: configuration.kube_proxy or {}}
    for path, rule in VALUES.items():
        value = at(documents, path)
        if value not in (None, ""):
            yield from _judged(path, value, rule)
    for path, rule in ITEMS.items():
        for index, item in enumerate(at(documents, path) or ()):
            yield from _judged(f"{path}[{index}]", item, rule)
    for path, (key_rule, value_rule) in TABLES.items():
        for key, value in (at(documents, path) or {}).items():
            yield from _judged(f"{path}.{key}", key, key_rule)
            yield from _judged(f"{path}.{key}", value, value_rule)
    yield from _together(documents[KUBELET])


def _judged(path: str, value: Any, rule: Rule) -> Iterator[Problem]:
    if found := rule(value):
        message, remedy = found
        yield Problem(path, message, remedy)


def at(documents: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, None where nothing does."""
    value: Any = documents
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _seconds(kubelet: Document, key: str) -> timedelta:
    value = kubelet.get(key)
    return parse_duration(value) if isinstance(value, str) else timedelta(0)


def _together(kubelet: Document) -> Iterator[Problem]:
    """What the kubelet refuses of two fields that are right by themselves."""
    high = kubelet.get("imageGCHighThresholdPercent", 85)
    low = kubelet.get("imageGCLowThresholdPercent", 80)
    if low >= high:
        message = f"must be lower than imageGCHighThresholdPercent, which is {high}"
        yield Problem(f"{KUBELET}.imageGCLowThresholdPercent", message, f"Use {max(high - 5, 0)}")
    if kubelet.get("serializeImagePulls", True) and kubelet.get("maxParallelImagePulls", 1) > 1:
        message = "is of no use while images are pulled one at a time, and the kubelet refuses it"
        yield Problem(
            f"{KUBELET}.maxParallelImagePulls", message, "Set serializeImagePulls to false"
        )
    critical = "shutdownGracePeriodCriticalPods"
    if _seconds(kubelet, critical) > _seconds(kubelet, "shutdownGracePeriod"):
        message = "is a part of shutdownGracePeriod and can't be longer"
        yield Problem(f"{KUBELET}.{critical}", message, "Set shutdownGracePeriod to more")
    graces = kubelet.get("evictionSoftGracePeriod", {})
    for signal in kubelet.get("evictionSoft", {}):
        if signal not in graces:
            message = "has no grace period, without which the kubelet doesn't start"
            remedy = f"Add {signal} to evictionSoftGracePeriod, such as 1m30s"
            yield Problem(f"{KUBELET}.evictionSoft.{signal}", message, remedy)
