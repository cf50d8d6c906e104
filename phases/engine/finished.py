"""A master that is finished, as workflows on one find it: they are given no kubeadm.yaml.

What this node knows of itself lies in its files; the rest is in the cluster's own kubeadm-config.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from phases.engine.errors import PreflightRefused
from phases.model.types import KUBEADM_API
from phases.system.ports import ClusterError, Host, Ports, Ref

ADMIN = "/etc/kubernetes/admin.conf"
API_SERVER = "/etc/kubernetes/manifests/kube-apiserver.yaml"
ADVERTISED = "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint"
FLAGS = "/var/lib/kubelet/kubeadm-flags.env"
INSTANCE = "/var/lib/kubelet/instance-config.yaml"
STORED = Ref("v1", "ConfigMap", "kubeadm-config", "kube-system")
NAME = "the cluster's kubeadm-config"
WORKFLOWS = ("token", "desk")
"""Those whose configuration is found on the machine."""


def configuration(workflow: str, ports: Ports) -> str:
    """The kubeadm.yaml that such a workflow needs; the desk does without what the cluster keeps.

    Raises PreflightRefused where this machine is no control plane, or its API server doesn't answer.
    """
    own = init_configuration(ports.host)
    text = yaml.safe_dump(own)
    return text if workflow == "desk" else f"{text}---\n{stored(ports, own)}"


def init_configuration(host: Host) -> dict[str, Any]:
    """An InitConfiguration with this node's name, its runtime and its API server's address."""
    manifest = document(read(host, API_SERVER))
    annotations = (manifest.get("metadata") or {}).get("annotations") or {}
    address, _, port = str(annotations.get(ADVERTISED, "")).rpartition(":")
    if not address or not port.isdecimal():
        raise no_master(f"{API_SERVER} doesn't tell the API server's address")
    return {
        "apiVersion": KUBEADM_API,
        "kind": "InitConfiguration",
        "localAPIEndpoint": {"advertiseAddress": address.strip("[]"), "bindPort": int(port)},
        "nodeRegistration": {"name": node_name(host), **socket(host)},
        "bootstrapTokens": [{"ttl": "24h0m0s"}],
    }


def stored(ports: Ports, own: Mapping[str, Any]) -> str:
    """The ClusterConfiguration that the cluster keeps."""
    endpoint = own["localAPIEndpoint"]
    address = endpoint["advertiseAddress"]
    host = f"[{address}]" if ":" in address else address
    admin = ports.cluster(read(ports.host, ADMIN), f"https://{host}:{endpoint['bindPort']}")
    try:
        found = admin.get(STORED)
    except ClusterError as error:
        raise PreflightRefused(
            "no-kubeadm-config",
            "the cluster's kubeadm-config can't be read",
            why=error.message,
            remedy="Mend the cause, and run the same command again",
        ) from error
    if found is None:
        raise no_master("the cluster keeps no kubeadm-config")
    return str(found["data"]["ClusterConfiguration"])


def node_name(host: Host) -> str:
    """The name under which this node's kubelet runs."""
    flags = host.read(FLAGS).decode(errors="replace") if host.stat(FLAGS) else ""
    given = re.search(r"--hostname-override=([^\s\"']+)", flags)
    return given[1] if given else host.machine().hostname.lower()


def socket(host: Host) -> dict[str, str]:
    """The container runtime's socket, as the kubelet was told it."""
    found = document(host.read(INSTANCE)) if host.stat(INSTANCE) else {}
    endpoint = found.get("containerRuntimeEndpoint")
    return {"criSocket": str(endpoint)} if endpoint else {}


def read(host: Host, path: str) -> bytes:
    """A file that every control plane has."""
    try:
        return host.read(path)
    except FileNotFoundError:
        raise no_master(f"there is no {path}") from None
    except OSError as error:
        raise no_master(f"{path} can't be read: {error.strerror}") from error


def document(content: bytes) -> dict[str, Any]:
    """The mapping in a YAML file of this node; empty where there is none."""
    try:
        found = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def no_master(why: str) -> PreflightRefused:
    return PreflightRefused(
        "no-master",
        "this machine is no finished control plane",
        why=why,
        remedy="Run `kubeboot-tui init` first",
    )
