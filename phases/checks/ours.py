"""Telling what an earlier run of ours left on the machine from what somebody else put there."""

from __future__ import annotations

from phases.engine.context import Context

MANIFESTS = "/etc/kubernetes/manifests"
KUBELET_CONFIG = "/var/lib/kubelet/config.yaml"


def manifest(component: str) -> str:
    """The path of a component's static pod."""
    return f"{MANIFESTS}/{component}.yaml"


def written_by_us(context: Context, path: str) -> bool:
    """Whether a file is there and the ledger says that it is ours."""
    return path in context.ours and context.exists(path)


def runs_by_us(context: Context, component: str) -> bool:
    """Whether a component's own file, which makes it run, is ours."""
    own = KUBELET_CONFIG if component == "kubelet" else manifest(component)
    return written_by_us(context, own)


def is_our_node(context: Context) -> bool:
    """Whether the kubelet here is ours, and with it the pods that it runs and their network."""
    return runs_by_us(context, "kubelet")
