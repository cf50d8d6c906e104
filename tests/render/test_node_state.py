"""What nodes are up to, from what the API says of them."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from phases.render import node_state
from phases.render.node_state import NodeState, states

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SINCE = "2026-11-24T11:59:00Z"
NO_PLUGIN = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)


def node(name: str = "n1", status: str = "True", message: str = "", **more: Any) -> dict[str, Any]:
    condition = {
        "type": "Ready",
        "status": status,
        "message": message,
        "reason": "KubeletReason",
        "lastTransitionTime": SINCE,
    }
    return {
        "metadata": {"name": name, "labels": more.pop("labels", {}), "creationTimestamp": SINCE},
        "spec": more.pop("spec", {}),
        "status": {
            "conditions": [condition, *more.pop("conditions", [])],
            "nodeInfo": {"kubeletVersion": "v1.37.2"},
            "addresses": [{"type": "InternalIP", "address": "192.0.2.1"}],
        },
    }


def csr(name: str = "n2", *kinds: str, age: int = 4, **changes: Any) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"system:node:{name}")])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    pem = made.public_bytes(serialization.Encoding.PEM)
    spec = {
        "signerName": node_state.CLIENT_SIGNER,
        "username": "system:bootstrap:abcdef",
        "request": b64encode(pem).decode(),
    }
    created = (NOW - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    status: dict[str, Any] = {"conditions": [{"type": kind} for kind in kinds]} if kinds else {}
    if changes.pop("issued", False):
        status["certificate"] = "PEM"
    return {
        "metadata": {"name": f"csr-{age}", "creationTimestamp": created},
        "spec": spec | changes,
        "status": status,
    }


def only(nodes: list[Any], requests: list[Any], pods: list[Any]) -> NodeState:
    (row,) = states(nodes, requests, pods, NOW)
    return row


def test_a_ready_control_plane() -> None:
    """Name, roles by label, the kubelet's version, since when, and nothing lacking."""
    labels = {"node-role.kubernetes.io/control-plane": "", "other": ""}
    assert only([node(labels=labels)], [], []) == NodeState(
        "n1", "Ready", ("control-plane",), "v1.37.2", SINCE, "", "192.0.2.1"
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (NO_PLUGIN, "no network plugin"),
        ("Kubelet stopped posting node status.", "its kubelet stopped reporting"),
        ("PLEG is not healthy: pleg was last seen", "its container runtime doesn't keep up"),
        ("container runtime is down", "its container runtime doesn't answer"),
        ("something\n  else   broke", "something else broke"),
        ("", "KubeletReason"),
    ],
)
def test_why_a_node_is_not_ready(message: str, words: str) -> None:
    """Known causes have words of their own; others speak for themselves on one line."""
    row = only([node(status="False", message=message)], [], [])
    assert (row.state, row.lacks) == ("NotReady", words)


def test_a_long_message_is_cut() -> None:
    """One clause never grows without end."""
    assert len(only([node(status="False", message="x" * 5000)], [], []).lacks) == 160


def test_a_node_that_has_said_nothing() -> None:
    """A Node without conditions was registered, not more."""
    bare = {"metadata": {"name": "n1", "creationTimestamp": SINCE}}
    row = only([bare], [], [])
    assert (row.state, row.since, row.lacks) == (
        "NotReady",
        SINCE,
        "its kubelet hasn't reported yet",
    )


@pytest.mark.parametrize("status", ["Unknown", "False"])
def test_only_true_is_ready(status: str) -> None:
    """Unknown isn't Ready."""
    assert only([node(status=status)], [], []).state == "NotReady"


def test_a_ready_node_may_lack_something() -> None:
    """Pressure, a cordon and a serving certificate that waits are told."""
    serving = csr(
        "n1", signerName=node_state.SERVING_SIGNER, username="system:node:n1", request="x"
    )
    conditions = [
        {"type": "DiskPressure", "status": "True"},
        {"type": "PIDPressure", "status": "False"},
    ]
    row = only([node(conditions=conditions, spec={"unschedulable": True})], [serving], [])
    assert row.state == "Ready"
    assert row.lacks == (
        "short of disk space; cordoned: it takes no new pods; its serving certificate waits for approval"
    )


def pod(name: str, reason: str, on: str = "n1", *, host: bool = True) -> dict[str, Any]:
    waiting = {"state": {"waiting": {"reason": reason}}}
    return {
        "metadata": {"name": name},
        "spec": {"nodeName": on, "hostNetwork": host},
        "status": {"containerStatuses": [waiting]},
    }


def test_a_plugin_that_does_not_start_is_named() -> None:
    """A pod on the host's network that is stuck says more than the node does."""
    pods = [
        pod("web", "ErrImagePull", host=False),
        pod("other", "ErrImagePull", on="n2"),
        pod("slow", "ContainerCreating"),
        pod("flannel", "ImagePullBackOff"),
    ]
    row = only([node(status="False", message=NO_PLUGIN)], [], pods)
    assert row.lacks == "no network plugin; flannel: ImagePullBackOff"


@pytest.mark.parametrize(
    ("request_", "lacks"),
    [
        (csr(), "its certificate request waits for approval"),
        (csr("n2", "Approved"), "its certificate request is approved, not signed yet"),
        (csr("n2", "Approved", issued=True), "has its certificate, waiting for the kubelet"),
        (csr("n2", "Denied"), "its certificate request was denied"),
        (csr("n2", "Approved", "Failed"), "its certificate couldn't be signed"),
    ],
)
def test_a_node_on_its_way(request_: dict[str, Any], lacks: str) -> None:
    """Before there is a Node its certificate request tells how far it is."""
    row = only([], [request_], [])
    assert (row.name, row.state, row.lacks) == ("n2", "joining", lacks)


@pytest.mark.parametrize(
    "request_",
    [
        csr("n2", "Approved", issued=True, age=301),
        csr("n2", username="system:node:n2"),
        csr("n2", signerName="example.com/other"),
        csr("n2", request="no base64!"),
        csr("n2", request=b64encode(b"no pem").decode()),
    ],
)
def test_requests_that_nobody_waits_for(request_: dict[str, Any]) -> None:
    """An old one, a renewal, another signer's and an unreadable one make no row."""
    assert states([], [request_], [], NOW) == ()


def test_a_node_that_arrived_is_no_longer_joining() -> None:
    """The Node counts, whatever its request says; the newest request of a name counts."""
    rows = states([node("n2")], [csr("n2")], [], NOW)
    assert [(row.name, row.state) for row in rows] == [("n2", "Ready")]
    newest = states([], [csr("n2", age=1), csr("n2", "Denied", age=50)], [], NOW)
    assert [row.lacks for row in newest] == ["its certificate request waits for approval"]


def test_rows_have_an_order() -> None:
    """Nodes by name, and those that are joining behind them."""
    rows = states([node("b"), node("a")], [csr("0")], [], NOW)
    assert [row.name for row in rows] == ["a", "b", "0"]
