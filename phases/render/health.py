"""Where a component answers about its health, read from its own manifest or configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import yaml

from phases.model.network import join_host_port

ENDPOINTS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "kube-controller-manager": (10257, "/healthz"),
        "kube-scheduler": (10259, "/livez"),
    }
)
"""The secure port unless --secure-port says so, and the path that kubeadm 1.37 asks."""

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
"""An address that means all of them, and one of them that can be asked."""


def health_url(component: str, manifest: bytes) -> str:
    """Where a component will answer, from --bind-address and --secure-port in its manifest."""
    port, path = ENDPOINTS[component]
    command = yaml.safe_load(manifest)["spec"]["containers"][0]["command"]
    flags = dict(map(_flag, command))
    address = flags.get("bind-address", "127.0.0.1")
    host = join_host_port(WILDCARDS.get(address, address), int(flags.get("secure-port", port)))
    return f"https://{host}{path}"


def etcd_health_url(manifest: bytes) -> str:
    """Where etcd will answer without a certificate, from its manifest; empty where it listens nowhere so."""
    command = yaml.safe_load(manifest)["spec"]["containers"][0]["command"]
    url = dict(map(_flag, command)).get("listen-metrics-urls", "").partition(",")[0]
    return f"{url.rstrip('/')}/readyz" if url.startswith("http://") else ""


def _flag(part: str) -> tuple[str, str]:
    name, _, value = part.removeprefix("--").partition("=")
    return name, value


def kubelet_health_url(config: bytes) -> str:
    """Where the kubelet will answer, from its config.yaml; empty where it is told not to."""
    settings: Mapping[str, Any] = yaml.safe_load(config)
    port = settings.get("healthzPort", 10248)
    address = settings.get("healthzBindAddress") or "127.0.0.1"
    host = join_host_port(WILDCARDS.get(address, address), port)
    return f"http://{host}/healthz" if port else ""
