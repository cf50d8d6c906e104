"""Whether what InitConfiguration says can be: the node, its tokens, keys and timeouts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from phases.model.names import (
    TOKEN,
    TOKEN_GROUP,
    absolute_path_fault,
    label_value_fault,
    qualified_name_fault,
    remedy,
    subdomain_fault,
)
from phases.model.problem import Problem
from phases.model.secret import Secret
from phases.model.types import BootstrapToken, Configuration, NodeRegistration, Taint, Timeouts

PUBLISHED_TOKENS = (
    "abcdef.0123456789abcdef",
    "783bde.3f89s0fje9f38fhf",
    "9a08jv.c0izixklcxtmnze7",
    "00bwbx.uvnaa2ewjflwu1ry",
)
"""Tokens of kubeadm's own examples and of a well-known tutorial, which everybody knows."""

TOKEN_USAGES = ("signing", "authentication")
CERTIFICATE_KEY = re.compile(r"[0-9a-fA-F]{64}")


def init_problems(configuration: Configuration) -> Iterator[Problem]:
    """Every rule about InitConfiguration, addresses aside; defaults must be filled in."""
    init = configuration.init
    yield from node_problems(init.node_registration)
    yield from _tokens(init.bootstrap_tokens)
    yield from certificate_key_problems(init.certificate_key, "certificateKey")
    if init.patches and init.patches.directory and "\n" in init.patches.directory:
        yield Problem("patches.directory", "has more than one line", "Write it in one line")
    yield from timeout_problems(init.timeouts or Timeouts())


def certificate_key_problems(key: Secret | None, path: str) -> Iterator[Problem]:
    """The key that shared certificates are encrypted with."""
    if key and not CERTIFICATE_KEY.fullmatch(key.reveal()):
        message = "must be 64 hexadecimal digits, an AES key of 32 bytes"
        yield Problem(path, message, "Leave it out and one is generated")


def node_problems(node: NodeRegistration) -> Iterator[Problem]:
    """Every rule about a node: its name, its runtime's socket, its taints."""
    path = "nodeRegistration.name"
    fault = subdomain_fault(node.name) if node.name else "is empty, and the machine has no name"
    if fault:
        lower = node.name.lower()
        good = node.name and not subdomain_fault(lower)
        yield Problem(path, fault, f"Use {lower}" if good else "Use a name such as master-1")
    yield from _socket(node.cri_socket)
    for index, taint in enumerate(node.taints or ()):
        yield from _taint(taint, f"nodeRegistration.taints[{index}]")
    waived = {name.lower() for name in node.ignore_preflight_errors}
    if "all" in waived and len(waived) > 1:
        message = "names single checks beside all"
        yield Problem("nodeRegistration.ignorePreflightErrors", message, "Keep one of the two")


def _socket(socket: str) -> Iterator[Problem]:
    path = "nodeRegistration.criSocket"
    if not socket:
        message = "is not set, and this machine has more than one container runtime"
        yield Problem(path, message, "Name the one to use, such as unix:///run/crio/crio.sock")
        return
    scheme, _, place = socket.partition("://")
    fault = f"{socket!r} is not of the form unix:///path" if scheme != "unix" else ""
    fault = fault or absolute_path_fault(place)
    if fault:
        yield Problem(path, fault, "Write it as in unix:///var/run/containerd/containerd.sock")


def _taint(taint: Taint, path: str) -> Iterator[Problem]:
    for name, text, rule in (
        ("key", taint.key, qualified_name_fault),
        ("value", taint.value, label_value_fault),
    ):
        if fault := rule(text):
            yield Problem(f"{path}.{name}", fault, remedy(rule, text))


def _tokens(tokens: tuple[BootstrapToken, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, token in enumerate(tokens):
        path = f"bootstrapTokens[{index}]"
        yield from _token_text(token, path, seen)
        yield from _token_life(token, path)
        yield from _token_rights(token, path)


def _token_text(token: BootstrapToken, path: str, seen: set[str]) -> Iterator[Problem]:
    if token.token is None:
        return
    name = token.token.reveal().partition(".")[0]
    found = tuple(token_problems(token.token, f"{path}.token"))
    yield from found
    if not found and name in seen:
        message = "has the same first six characters as an earlier one"
        yield Problem(f"{path}.token", message, "Leave it out and one is generated")
    seen.add(name)


def token_problems(token: Secret, path: str) -> Iterator[Problem]:
    """A token's form, and whether everybody knows it; messages never show it."""
    text, remedy = token.reveal(), "Leave it out and one is generated"
    if path.startswith("discovery"):
        remedy = "`kubeboot-tui token create` makes one on the control plane"
    if not TOKEN.fullmatch(text):
        message = "is not of the form abcdef.0123456789abcdef, lower case letters and digits"
        yield Problem(path, message, remedy)
    elif text in PUBLISHED_TOKENS:
        yield Problem(path, "is the token of the documentation, which everybody knows", remedy)


def _token_life(token: BootstrapToken, path: str) -> Iterator[Problem]:
    if token.ttl is not None and token.ttl < timedelta(0):
        yield Problem(f"{path}.ttl", "is negative", "Use 24h, or 0s for no end")
    if token.expires and token.ttl is not None:
        yield Problem(path, "has both ttl and expires", "Keep one of them")
    if token.expires and not _is_time(token.expires):
        message = f"{token.expires!r} is not a time"
        yield Problem(f"{path}.expires", message, "Write it as in 2030-01-31T12:00:00Z")


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None and text[10:11] == "T"
    except ValueError:
        return False


def _token_rights(token: BootstrapToken, path: str) -> Iterator[Problem]:
    for usage in token.usages:
        if usage not in TOKEN_USAGES:
            message = f"{usage!r} is not a usage"
            yield Problem(f"{path}.usages", message, "Use signing, authentication or both")
    for group in token.groups:
        if not TOKEN_GROUP.fullmatch(group):
            message = f"{group!r} is not a bootstrap group"
            yield Problem(f"{path}.groups", message, "Begin it with system:bootstrappers:")
    if token.groups and "authentication" not in token.usages:
        message = "are of no use to a token without the usage authentication"
        yield Problem(f"{path}.groups", message, "Add authentication to usages")


_TIMEOUT_KEYS = {
    "control_plane_component_health_check": "controlPlaneComponentHealthCheck",
    "kubelet_health_check": "kubeletHealthCheck",
    "kubernetes_api_call": "kubernetesAPICall",
    "etcd_api_call": "etcdAPICall",
    "tls_bootstrap": "tlsBootstrap",
    "discovery": "discovery",
    "upgrade_manifests": "upgradeManifests",
}


def timeout_problems(timeouts: Timeouts) -> Iterator[Problem]:
    """No wait may be over before it begins."""
    for attribute, key in _TIMEOUT_KEYS.items():
        value = getattr(timeouts, attribute)
        if value is not None and value <= timedelta(0):
            yield Problem(f"timeouts.{key}", "must be longer than nothing", "Use 4m or so")


def init_warnings(configuration: Configuration) -> Iterator[Problem]:
    """What is allowed in InitConfiguration but weakens the cluster, or depends on where one stands."""
    patches = configuration.init.patches
    if patches and patches.directory and (fault := absolute_path_fault(patches.directory)):
        yield Problem("patches.directory", fault, "Write it as in /etc/kubernetes/patches")
    for index, token in enumerate(configuration.init.bootstrap_tokens):
        if token.ttl == timedelta(0) and not token.expires:
            message = "is 0, so the token never expires"
            yield Problem(f"bootstrapTokens[{index}].ttl", message, "Use 24h")
