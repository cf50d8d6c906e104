"""What the nodes of a cluster are up to: one row each, with what a node lacks in one clause.

It reads Nodes, certificate requests and pods as the API gives them. Nodes that are still on their
way have no Node yet; their certificate request tells of them.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

Object = Mapping[str, Any]
State = Literal["Ready", "NotReady", "joining"]

CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client-kubelet"
SERVING_SIGNER = "kubernetes.io/kubelet-serving"
JOINER = "system:bootstrap:"
NODE_USER = "system:node:"
ROLE = "node-role.kubernetes.io/"
PATIENCE = timedelta(minutes=5)
"""How long a kubelet may take from its certificate to its Node before nobody expects it any more."""

STUCK = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "CrashLoopBackOff", "CreateContainerError"}
    | {"CreateContainerConfigError", "InvalidImageName", "RunContainerError"}
)
PRESSURES = {
    "MemoryPressure": "short of memory",
    "DiskPressure": "short of disk space",
    "PIDPressure": "short of process numbers",
    "NetworkUnavailable": "its network isn't set up",
}
AILMENTS = (
    (r"cni plugin not initialized|NetworkPluginNotReady", "no network plugin"),
    (r"cni config uninitialized", "no network plugin"),
    (r"PLEG is not healthy", "its container runtime doesn't keep up"),
    (r"container runtime (is down|status check)", "its container runtime doesn't answer"),
    (r"stopped posting node status", "its kubelet stopped reporting"),
)


@dataclass(frozen=True, slots=True)
class NodeState:
    """`since` (RFC 3339) is when it came to this state; `roles` empty is a worker; `lacks` may be empty, or
    several clauses with a semicolon between them."""

    name: str
    state: State
    roles: tuple[str, ...]
    version: str
    since: str
    lacks: str
    address: str = ""


def states(
    nodes: Iterable[Object], requests: Iterable[Object], pods: Iterable[Object], now: datetime
) -> tuple[NodeState, ...]:
    """All nodes by name, behind them those that are joining."""
    known, asked, running = tuple(nodes), tuple(requests), tuple(pods)
    there = {str(node["metadata"]["name"]) for node in known}
    rows = [_node(node, asked, running) for node in known]
    coming = {row.name: row for row in _joining(asked, now) if row.name not in there}
    return (*sorted(rows, key=_name), *sorted(coming.values(), key=_name))


def is_ready(node: Object) -> bool:
    return _condition(node, "Ready").get("status") == "True"


def ailment(node: Object, pods: Iterable[Object] = ()) -> str:
    """Why a node isn't Ready, in one clause; what keeps its pods from starting says more."""
    words = _unready(_condition(node, "Ready"))
    stuck = next(_stuck(str(node["metadata"]["name"]), pods), "")
    return f"{words}; {stuck}" if stuck else words


def _node(node: Object, requests: tuple[Object, ...], pods: tuple[Object, ...]) -> NodeState:
    ready, condition = is_ready(node), _condition(node, "Ready")
    meta, status = node["metadata"], node.get("status") or {}
    name = str(meta["name"])
    return NodeState(
        name=name,
        state="Ready" if ready else "NotReady",
        roles=_roles(meta.get("labels") or {}),
        version=str((status.get("nodeInfo") or {}).get("kubeletVersion", "")),
        since=str(condition.get("lastTransitionTime") or meta.get("creationTimestamp", "")),
        lacks=_complaint(name, node, requests) if ready else ailment(node, pods),
        address=_address(status),
    )


def _complaint(name: str, node: Object, requests: tuple[Object, ...]) -> str:
    """What a node that is Ready lacks all the same."""
    found = [
        text for kind, text in PRESSURES.items() if _condition(node, kind).get("status") == "True"
    ]
    if (node.get("spec") or {}).get("unschedulable"):
        found.append("cordoned: it takes no new pods")
    if any(_waits(one) and _serves(one, name) for one in requests):
        found.append("its serving certificate waits for approval")
    return "; ".join(found)


def _unready(condition: Object) -> str:
    message = " ".join(str(condition.get("message", "")).split())
    for pattern, words in AILMENTS:
        if re.search(pattern, message, re.IGNORECASE):
            return words
    if not condition:
        return "its kubelet hasn't reported yet"
    return message[:160] or str(condition.get("reason") or "not Ready")


def _stuck(node: str, pods: Iterable[Object]) -> Iterator[str]:
    """Containers on the host's network that can't start: those of a network plugin are such."""
    for pod in pods:
        spec, status = pod.get("spec") or {}, pod.get("status") or {}
        if spec.get("nodeName") != node or not spec.get("hostNetwork"):
            continue
        for key in ("initContainerStatuses", "containerStatuses"):
            for one in status.get(key) or ():
                reason = ((one.get("state") or {}).get("waiting") or {}).get("reason", "")
                if reason in STUCK:
                    yield f"{pod['metadata']['name']}: {reason}"


def _joining(requests: Iterable[Object], now: datetime) -> Iterator[NodeState]:
    """One row for each node that has asked for its first certificate, the newest request counting."""
    for one in sorted(requests, key=lambda one: str(one["metadata"].get("creationTimestamp", ""))):
        spec, created = one["spec"], str(one["metadata"].get("creationTimestamp", ""))
        first = str(spec.get("username", "")).startswith(JOINER)
        if spec.get("signerName") != CLIENT_SIGNER or not first:
            continue
        name, lacks = requested_name(str(spec.get("request", ""))), _progress(one, created, now)
        if name and lacks:
            yield NodeState(name, "joining", (), "", created, lacks)


def _progress(request: Object, created: str, now: datetime) -> str:
    """How far a first certificate request is; empty when nobody waits for its node any more."""
    status = request.get("status") or {}
    kinds = {one.get("type") for one in status.get("conditions") or ()}
    if "Denied" in kinds:
        return "its certificate request was denied"
    if "Failed" in kinds:
        return "its certificate couldn't be signed"
    if "Approved" not in kinds:
        return "its certificate request waits for approval"
    if not status.get("certificate"):
        return "its certificate request is approved, not signed yet"
    late = created and now - datetime.fromisoformat(created) > PATIENCE
    return "" if late else "has its certificate, waiting for the kubelet"


def requested_name(request: str) -> str:
    """The node's name in a certificate request (base64 of PEM), empty where it can't be read."""
    try:
        found = x509.load_pem_x509_csr(b64decode(request, validate=True))
    except (ValueError, binascii.Error):
        return ""
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return next((str(one.value).removeprefix(NODE_USER) for one in names), "")


def _waits(request: Object) -> bool:
    return not (request.get("status") or {}).get("conditions")


def _serves(request: Object, node: str) -> bool:
    spec = request["spec"]
    return (spec.get("signerName"), spec.get("username")) == (SERVING_SIGNER, NODE_USER + node)


def _condition(node: Object, kind: str) -> Object:
    found = (node.get("status") or {}).get("conditions") or ()
    return next((one for one in found if one.get("type") == kind), {})


def _roles(labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(key.removeprefix(ROLE) for key in labels if key.startswith(ROLE)))


def _address(status: Object) -> str:
    found = status.get("addresses") or ()
    return next((str(one["address"]) for one in found if one.get("type") == "InternalIP"), "")


def _name(row: NodeState) -> str:
    return row.name
