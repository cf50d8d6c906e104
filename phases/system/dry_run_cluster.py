"""The Cluster port of a dry run: the real cluster is read, what would be written stays in memory.

Where no API server answers yet, as on a fresh master, a stand-in serves once the dry run has
'started' the kubelet. No write ever reaches the real cluster, not even as a server-side dry run.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from typing import Any, Literal

from phases.system import kinds
from phases.system.jws import detached
from phases.system.objects import (
    KEPT,
    essence,
    merged,
    missing,
    refused,
    selected,
    settled,
    version,
)
from phases.system.ports import Cluster, ClusterError, HttpReply, Object, Ref
from phases.system.rehearsal_cluster import (
    CLUSTER_INFO,
    SIGNATURE,
    may_sign,
    token,
    unsigned,
)

PROBE = "/livez"
PATIENCE = 5.0
TOKENS = "kube-system"
"""The namespace that bootstrap tokens live in."""


class Changes:
    """What one dry run has written so far, whichever kubeconfig it used; None where it deleted.

    `source` is settled by the first answer, so that a run never sees two clusters in turns.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.held: dict[Ref, dict[str, Any] | None] = {}
        self.source: Literal["", "real", "stand-in"] = ""
        self.now = now
        self._version = 0

    def keep(self, before: Object | None, after: dict[str, Any]) -> Object:
        """Holds an object; a change to nothing keeps its version, as on an API server."""
        if before is None or essence(before) != essence(after):
            older = version(before) if before else 0
            self._version = max(self._version, older) + 1
            after["metadata"]["resourceVersion"] = str(self._version)
            self.held[Ref.of(after)] = after
            return deepcopy(after)
        return before

    def definitions(self) -> list[Object]:
        """The custom kinds that this dry run has brought."""
        return [one for ref, one in self.held.items() if one and ref.kind == kinds.DEFINITION[1]]


class DryRunCluster:
    """`connect` makes the real one, at the first use; `may_stand_in` tells whether the dry run has
    done what would bring an API server up."""

    def __init__(
        self,
        connect: Callable[[], Cluster],
        stand_in: Cluster,
        changes: Changes,
        *,
        may_stand_in: Callable[[], bool],
    ) -> None:
        self._connect = connect
        self._stand_in = stand_in
        self._changes = changes
        self._may_stand_in = may_stand_in
        self._real: Cluster | None = None

    def get(self, ref: Ref) -> Object | None:
        return self._cluster().get(ref)

    def list(
        self, api_version: str, kind: str, *, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]:
        return self._cluster().list(api_version, kind, namespace=namespace, selector=selector)

    def create(self, thing: Object) -> Object:
        return self._cluster().create(thing)

    def replace(self, thing: Object) -> Object:
        return self._cluster().replace(thing)

    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        return self._cluster().patch(ref, change)

    def delete(self, ref: Ref) -> None:
        self._cluster().delete(ref)

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        return self._cluster().is_namespaced(api_version, kind)

    def fetch(self, path: str, *, timeout: float = 10.0) -> HttpReply:
        return self._cluster().fetch(path, timeout=timeout)

    def _cluster(self) -> Cluster:
        with self._changes.lock:
            if self._changes.source == "":
                self._settle()
            if self._changes.source == "stand-in":
                return self._stand_in
            self._real = self._real or LaidOver(self._connect(), self._changes)
            return self._real

    def _settle(self) -> None:
        """Any answer makes it the real cluster; without one, raises while nothing may stand in."""
        try:
            real = self._connect()
            real.fetch(PROBE, timeout=PATIENCE)
        except ClusterError:
            if not self._may_stand_in():
                raise
            self._changes.source = "stand-in"
        else:
            self._changes.source = "real"
            self._real = LaidOver(real, self._changes)


class LaidOver:
    """A cluster that is only read, with changes laid over it; it signs cluster-info as it would be."""

    def __init__(self, real: Cluster, changes: Changes) -> None:
        self._real = real
        self._changes = changes

    def get(self, ref: Ref) -> Object | None:
        with self._changes.lock:
            if ref in self._changes.held:
                return deepcopy(self._changes.held[ref])
        return self._below(ref)

    def list(
        self, api_version: str, kind: str, *, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]:
        """Objects in order of namespace and name."""
        below = {Ref.of(one): one for one in self._list(api_version, kind, namespace, selector)}
        with self._changes.lock:
            for ref, one in self._changes.held.items():
                below.pop(ref, None)
                asked = (ref.api_version, ref.kind) == (api_version, kind)
                inside = namespace in ("", ref.namespace)
                if one and asked and inside and selected(one, selector):
                    below[ref] = deepcopy(one)
        return tuple(below[ref] for ref in sorted(below, key=lambda ref: (ref.namespace, ref.name)))

    def create(self, thing: Object) -> Object:
        ref = Ref.of(thing)
        self._check(ref)
        with self._changes.lock:
            space = Ref("v1", "Namespace", ref.namespace)
            if ref.namespace and self.get(space) is None:
                raise missing(space)
            if self.get(ref) is not None:
                raise refused(409, "AlreadyExists", ref, "already exists")
            made = settled(thing)
            born = self._changes.now().strftime("%Y-%m-%dT%H:%M:%SZ")
            made["metadata"] |= {"uid": str(uuid.uuid4()), "creationTimestamp": born}
            return self._kept(None, made)

    def replace(self, thing: Object) -> Object:
        ref = Ref.of(thing)
        with self._changes.lock:
            before = self._expect(ref)
            seen = thing["metadata"].get("resourceVersion", "")
            if seen not in ("", before["metadata"]["resourceVersion"]):
                raise refused(409, "Conflict", ref, "the object has been modified")
            after = settled(thing)
            after["metadata"] |= {key: before["metadata"][key] for key in KEPT}
            return self._kept(before, after)

    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        with self._changes.lock:
            return self.replace(merged(self._expect(ref), change))

    def delete(self, ref: Ref) -> None:
        with self._changes.lock:
            self._expect(ref)
            self._changes.held[ref] = None
            self._sign(ref)

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        try:
            return self._real.is_namespaced(api_version, kind)
        except ClusterError as error:
            if error.status == 404:
                with self._changes.lock:
                    return kinds.defined(self._changes.definitions(), api_version, kind).namespaced
            raise

    def fetch(self, path: str, *, timeout: float = 10.0) -> HttpReply:
        return self._real.fetch(path, timeout=timeout)

    def _below(self, ref: Ref) -> Object | None:
        """What the real cluster has; nothing of a kind that only this dry run has brought."""
        try:
            return self._real.get(ref)
        except ClusterError as error:
            self._forgive(error, ref.api_version, ref.kind)
            return None

    def _list(
        self, api_version: str, kind: str, namespace: str, selector: str
    ) -> tuple[Object, ...]:
        try:
            return self._real.list(api_version, kind, namespace=namespace, selector=selector)
        except ClusterError as error:
            self._forgive(error, api_version, kind)
            return ()

    def _forgive(self, error: ClusterError, api_version: str, kind: str) -> None:
        """Raises the error unless it says that a kind isn't served which we have brought."""
        if error.status == 404:
            with self._changes.lock, suppress(ClusterError):
                kinds.defined(self._changes.definitions(), api_version, kind)
                return
        raise error

    def _check(self, ref: Ref) -> None:
        if self.is_namespaced(ref.api_version, ref.kind) and not ref.namespace:
            raise ClusterError(400, "BadRequest", f"{ref}: a namespace is needed")

    def _expect(self, ref: Ref) -> Object:
        found = self.get(ref)
        if found is None:
            raise missing(ref)
        return found

    def _kept(self, before: Object | None, after: dict[str, Any]) -> Object:
        made = self._changes.keep(before, after)
        self._sign(Ref.of(after))
        return made

    def _sign(self, changed: Ref) -> None:
        """The bootstrap signer's part, where a Secret of the tokens' or cluster-info has changed."""
        if changed != CLUSTER_INFO and (changed.kind, changed.namespace) != ("Secret", TOKENS):
            return
        info = self.get(CLUSTER_INFO)
        if info is not None and "kubeconfig" in info.get("data", {}):
            secrets = self.list("v1", "Secret", namespace=TOKENS)
            self._changes.keep(info, signed(info, secrets, self._changes.now()))


def signed(info: Object, secrets: Iterable[Object], now: datetime) -> dict[str, Any]:
    """cluster-info with one signature for each token that may sign, and no other."""
    content = info["data"]["kubeconfig"]
    tokens = (token(secret) for secret in secrets if may_sign(secret, now))
    fresh = {SIGNATURE + name: detached(content, name, secret) for name, secret in tokens}
    return {**info, "metadata": dict(info["metadata"]), "data": unsigned(info["data"]) | fresh}
