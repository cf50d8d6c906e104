"""How a static pod is put together from its parts; each component's have a module of its name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from phases.model.types import Configuration, EnvVar, HostPathMount
from phases.render import volumes

Pod = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What manifests take from the machine rather than from the configuration.

    `ca_directories`: those of `volumes.CA_DIRECTORIES` that exist. `proxies`: see
    `environment.proxy_variables`. `external_ca`: ca.crt is there without ca.key.
    """

    ca_directories: tuple[str, ...] = ()
    proxies: tuple[EnvVar, ...] = ()
    external_ca: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """Where a component answers about its health, and how long it may take to start."""

    host: str
    port: int
    start: str
    live: str
    patience: timedelta
    ready: str = ""
    scheme: str = "HTTPS"


@dataclass(frozen=True, slots=True)
class Parts:
    """What tells one static pod from another."""

    image: str
    command: Sequence[str]
    probe: Probe
    requests: Mapping[str, str]
    mounts: Sequence[HostPathMount]
    env: Sequence[Mapping[str, Any]]
    annotations: Mapping[str, str]


def patience(configuration: Configuration) -> timedelta:
    """How long a component may take to start."""
    timeouts = configuration.init.timeouts
    given = timeouts.control_plane_component_health_check if timeouts else None
    return timedelta(minutes=4) if given is None else given


def probe_host(address: str) -> str:
    """A probe can't call 'any address'; without a host it calls the pod's own."""
    return "" if address in ("0.0.0.0", "::") else address  # noqa: S104


def assembled(name: str, parts: Parts) -> Pod:
    """The Pod of one component."""
    annotations = {"annotations": parts.annotations} if parts.annotations else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **annotations,
            "labels": {"component": name, "tier": "control-plane"},
            "name": name,
            "namespace": "kube-system",
        },
        "spec": {
            "containers": [_container(name, parts)],
            "hostNetwork": True,
            "priority": 2000001000,
            "priorityClassName": "system-node-critical",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "volumes": [volumes.volume(mount) for mount in volumes.unique(parts.mounts)],
        },
        "status": {},
    }


def _container(name: str, parts: Parts) -> Mapping[str, Any]:
    return {
        "command": [name, *parts.command],
        **({"env": list(parts.env)} if parts.env else {}),
        "image": parts.image,
        "imagePullPolicy": "IfNotPresent",
        "name": name,
        "ports": [{"containerPort": parts.probe.port, "name": "probe-port", "protocol": "TCP"}],
        "resources": {"requests": parts.requests},
        "volumeMounts": [volumes.volume_mount(mount) for mount in parts.mounts],
        **_probes(parts.probe),
    }


def _probes(probe: Probe) -> Mapping[str, Any]:
    """Once started, a component is killed after 80 s without health; readiness costs it nothing."""
    attempts = math.ceil(probe.patience / timedelta(seconds=10))
    ready = {"readinessProbe": _check(probe, probe.ready, delay=0, period=1, failures=3)}
    return {
        "livenessProbe": _check(probe, probe.live, delay=10, period=10, failures=8),
        "startupProbe": _check(probe, probe.start, delay=10, period=10, failures=attempts),
        **(ready if probe.ready else {}),
    }


def _check(probe: Probe, path: str, *, delay: int, period: int, failures: int) -> Mapping[str, Any]:
    host = {"host": probe.host} if probe.host else {}
    return {
        "failureThreshold": failures,
        "httpGet": {**host, "path": path, "port": "probe-port", "scheme": probe.scheme},
        **({"initialDelaySeconds": delay} if delay else {}),
        "periodSeconds": period,
        "timeoutSeconds": 15,
    }


def as_api_writes(made: Pod) -> Pod:
    """Containers always say what they ask for, be it nothing, also when a patch brought them."""
    spec = {**made["spec"]}
    for group in ("containers", "initContainers"):
        if group in spec:
            spec[group] = _with_resources(spec[group])
    return {**made, "spec": spec, "status": made.get("status", {})}


def _with_resources(containers: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{"resources": {}, **container} for container in containers]
