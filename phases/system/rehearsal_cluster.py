"""The Cluster port of a rehearsal: a store, and the two controllers that phases wait for.

A Node appears once a kubelet was 'started', and cluster-info is signed, for real, with every
token that may sign. Nothing else is played: no defaulting, no admission, no access control.
"""

from __future__ import annotations

import base64
import binascii
import platform
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from phases.system.jws import detached
from phases.system.objects import Objects
from phases.system.ports import ClusterError, HttpReply, Machine, Object, Ref

CLUSTER_INFO = Ref("v1", "ConfigMap", "cluster-info", "kube-public")
SIGNATURE = "jws-kubeconfig-"
NOTE = {"kubeboot/rehearsal": "a stand-in: no kubelet made this object"}
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
HEALTH = ("/healthz", "/livez", "/readyz")


class RehearsalCluster:
    """`up`: would there be an API server by now; `node`: the name the kubelet would take."""

    def __init__(
        self,
        objects: Objects,
        *,
        up: Callable[[], bool],
        node: Callable[[], str],
        machine: Callable[[], Machine],
        now: Callable[[], datetime],
    ) -> None:
        self._objects = objects
        self._up = up
        self._node = node
        self._machine = machine
        self._now = now

    def get(self, ref: Ref) -> Object | None:
        return self._awake().get(ref)

    def list(
        self, api_version: str, kind: str, *, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]:
        return self._awake().list(api_version, kind, namespace, selector)

    def create(self, thing: Object) -> Object:
        made = self._awake().create(thing)
        self._sign()
        return made

    def replace(self, thing: Object) -> Object:
        made = self._awake().replace(thing)
        self._sign()
        return made

    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        made = self._awake().patch(ref, change)
        self._sign()
        return made

    def delete(self, ref: Ref) -> None:
        self._awake().delete(ref)
        self._sign()

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        return self._awake().resource(api_version, kind).namespaced

    def fetch(self, path: str, *, timeout: float = 10.0) -> HttpReply:  # noqa: ARG002
        self._awake()
        known = path.partition("?")[0] in HEALTH
        return HttpReply(200, "ok") if known else HttpReply(404, "404 page not found\n")

    def _awake(self) -> Objects:
        if not self._up():
            raise ClusterError(0, "Unreachable", "no API server rehearsed yet: start the kubelet")
        self._register()
        return self._objects

    def _register(self) -> None:
        """The kubelet's part: a Node under the name it would register."""
        with self._objects.lock:
            name = self._node()
            if self._objects.get(Ref("v1", "Node", name)) is None:
                self._objects.create(node(name, self._machine()))

    def _sign(self) -> None:
        """The bootstrap signer's part: one signature for each token that may sign, no other."""
        with self._objects.lock:
            info = self._objects.get(CLUSTER_INFO)
            if info is not None and "kubeconfig" in info.get("data", {}):
                signed = {**unsigned(info["data"]), **self._signatures(info["data"]["kubeconfig"])}
                self._objects.replace({**info, "data": signed})

    def _signatures(self, content: str) -> dict[str, str]:
        secrets = self._objects.list("v1", "Secret", "kube-system")
        tokens = (token(secret) for secret in secrets if may_sign(secret, self._now()))
        return {SIGNATURE + name: detached(content, name, secret) for name, secret in tokens}


def unsigned(data: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in data.items() if not key.startswith(SIGNATURE)}


def may_sign(secret: Object, now: datetime) -> bool:
    """Whether a Secret is a bootstrap token for signing that hasn't run out."""
    if secret.get("type") != "bootstrap.kubernetes.io/token":
        return False
    expires = field(secret, "expiration")
    alive = not expires or datetime.fromisoformat(expires) > now
    return alive and field(secret, "usage-bootstrap-signing") == "true"


def token(secret: Object) -> tuple[str, str]:
    return field(secret, "token-id"), field(secret, "token-secret")


def field(secret: Object, name: str) -> str:
    try:
        return base64.b64decode(secret.get("data", {}).get(name, ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def node(name: str, machine: Machine) -> Object:
    """A Node as a kubelet registers it before there is a network add-on: not ready."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels(name), "annotations": dict(NOTE)},
        "spec": {},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": machine.default_address},
                {"type": "Hostname", "address": name},
            ],
            "conditions": [
                {
                    "type": "Ready",
                    "status": "False",
                    "reason": "KubeletNotReady",
                    "message": "a rehearsal has no kubelet and no network add-on",
                }
            ],
        },
    }


def labels(name: str) -> dict[str, str]:
    """What a kubelet says of itself."""
    kind = platform.machine()
    arch = MACHINES.get(kind, kind)
    return {
        "beta.kubernetes.io/arch": arch,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": arch,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    }
