"""The Cluster port on a real API server: objects and errors as the server gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from phases.system import kinds
from phases.system.credentials import credentials
from phases.system.kinds import Resource
from phases.system.objects import plain
from phases.system.ports import ClusterError, HttpReply, Object, Ref
from phases.system.rest import Rest

TIMEOUT = 10.0
MERGE = "application/merge-patch+json"


class RealCluster:
    """Speaks with one kubeconfig; `server` replaces the file's own where it isn't empty."""

    def __init__(self, kubeconfig: bytes, server: str = "") -> None:
        self._rest = Rest(credentials(kubeconfig, server))
        self._found: dict[tuple[str, str], Resource] = {}

    def get(self, ref: Ref) -> Object | None:
        place = self._path(ref)
        try:
            return self._call("GET", place)
        except ClusterError as error:
            if (error.status, error.reason) == (404, "NotFound"):
                return None
            raise

    def list(
        self, api_version: str, kind: str, *, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]:
        query = "?" + urlencode({"labelSelector": selector}) if selector else ""
        found = self._call("GET", self._collection(api_version, kind, namespace) + query)
        return tuple({"apiVersion": api_version, "kind": kind, **one} for one in found["items"])

    def create(self, thing: Object) -> Object:
        ref = Ref.of(thing)
        self._path(ref)
        place = self._collection(ref.api_version, ref.kind, ref.namespace)
        return self._call("POST", place, thing)

    def replace(self, thing: Object) -> Object:
        return self._call("PUT", self._path(Ref.of(thing)), thing)

    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        return self._call("PATCH", self._path(ref), change, kind=MERGE)

    def delete(self, ref: Ref) -> None:
        self._call("DELETE", self._path(ref))

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        return self._resource(api_version, kind).namespaced

    def fetch(self, path: str, *, timeout: float = TIMEOUT) -> HttpReply:
        return self._rest.send("GET", path, timeout=timeout)

    def _resource(self, api_version: str, kind: str) -> Resource:
        """From the table, or as this server's discovery has it; what isn't there may come later."""
        key = (api_version, kind)
        if key not in kinds.RESOURCES and key not in self._found:
            reply = self._rest.send("GET", kinds.root(api_version), timeout=TIMEOUT)
            if reply.status == HTTPStatus.NOT_FOUND:
                raise kinds.unknown(api_version, kind)
            self._found[key] = kinds.served(answer(reply)["resources"], api_version, kind)
        return self._found.get(key) or kinds.resource(api_version, kind)

    def _path(self, ref: Ref) -> str:
        return kinds.path(ref, self._resource)

    def _collection(self, api_version: str, kind: str, namespace: str) -> str:
        return kinds.collection(api_version, kind, namespace, self._resource)

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        reply = self._rest.send(
            method, path, body=None if body is None else plain(body), kind=kind, timeout=TIMEOUT
        )
        return answer(reply)


def answer(reply: HttpReply) -> dict[str, Any]:
    """The object in a reply; a ClusterError for a refusal, or for what no API server would say."""
    try:
        found = json.loads(reply.body)
    except ValueError:
        found = None
    if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise refusal(reply, found if isinstance(found, dict) else {})
    if not isinstance(found, dict):
        raise ClusterError(0, "Garbled", f"not an object: {reply.body[:200]!r}")
    return found


def refusal(reply: HttpReply, status: Mapping[str, Any]) -> ClusterError:
    """The server's own reason and sentence, if it gave a Status object."""
    words = status.get("message") or f"HTTP {reply.status}: {reply.body[:200]!r}"
    return ClusterError(reply.status, status.get("reason") or "", words)
