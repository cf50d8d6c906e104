"""A pod network for the lab's nodes: a bridge in each, and routes between them. Only for tests;
it is what a cluster's owner would bring, not what kubeboot-tui installs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from .errors import LabError
from .node import Node

CONFIG_PATH = "/etc/cni/net.d/10-lab.conflist"
KUBECTL = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")


def connect(control_plane: Node, nodes: Iterable[Node]) -> None:
    """Give every node the pod network that the cluster assigned to it."""
    spread({node: assigned(control_plane, node) for node in nodes})


def spread(pod_networks: Mapping[Node, str]) -> None:
    """Configure each node for its pod network, and the ways from each to all others."""
    for node, own in pod_networks.items():
        install(node, own)
        for other, theirs in pod_networks.items():
            if other is not node:
                node.check("ip", "route", "replace", theirs, "via", other.address)


def install(node: Node, pod_cidr: str) -> None:
    """Write the node's CNI configuration; containerd notices by itself."""
    node.write(CONFIG_PATH, json.dumps(_config(pod_cidr), indent=2), mode=0o644)


def assigned(control_plane: Node, node: Node) -> str:
    """The pod network the cluster gave to a node. A LabError as long as there is none."""
    where = "jsonpath={.spec.podCIDR}"
    found = control_plane.check(*KUBECTL, "get", "node", node.name, "-o", where).stdout
    if not found:
        raise LabError(f"{node.name} has no pod network yet")
    return found


def _config(pod_cidr: str) -> dict[str, object]:
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "ipMasq": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": pod_cidr}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": "lab", "plugins": [bridge, ports]}
