"""A small client of a live API server, for looking at all objects there are and taking some away."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Object: TypeAlias = dict[str, Any]

PASSING = {
    "events", "leases", "endpoints", "endpointslices", "pods", "ipaddresses", "componentstatuses",
    "csinodes", "servicecidrs", "apiservices",
}  # fmt: skip
"""Resources that the cluster itself keeps changing."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind and where its objects are listed, such as `/api/v1/` and `configmaps`."""

    root: str
    name: str
    kind: str
    version: str

    def path(self, thing: Object) -> str:
        namespace = thing["metadata"].get("namespace")
        folder = f"namespaces/{namespace}/{self.name}" if namespace else self.name
        return f"{self.root}{folder}/{thing['metadata']['name']}"


class Api:
    """One connection, kept open, with the credentials of an admin.conf."""

    def __init__(self, kubeconfig: str, host: str) -> None:
        self._connection = http.client.HTTPSConnection(
            host, 6443, context=_context(kubeconfig), timeout=30
        )
        self.resources = tuple(self._discover())

    def objects(self) -> dict[str, tuple[Resource, Object]]:
        """Every object by its kind, namespace and name."""
        return {
            title(thing): (resource, thing)
            for resource in self.resources
            for thing in self._list(resource)
        }

    def create(self, path: str, thing: Object) -> None:
        self._call("POST", path, thing)

    def delete(self, resource: Resource, thing: Object) -> None:
        self._call(
            "DELETE",
            resource.path(thing),
            {"propagationPolicy": "Background", "gracePeriodSeconds": 0},
        )

    def get(self, path: str) -> Object:
        return self._call("GET", path)

    def close(self) -> None:
        self._connection.close()

    def _list(self, resource: Resource) -> Iterator[Object]:
        for thing in self._call("GET", resource.root + resource.name)["items"]:
            yield {"apiVersion": resource.version, "kind": resource.kind, **thing}

    def _discover(self) -> Iterator[Resource]:
        yield from self._resources("/api/v1/", "v1")
        for group in self._call("GET", "/apis")["groups"]:
            version = group["preferredVersion"]["groupVersion"]
            yield from self._resources(f"/apis/{version}/", version)

    def _resources(self, root: str, version: str) -> Iterator[Resource]:
        for found in self._call("GET", root.rstrip("/"))["resources"]:
            if {"list", "delete"} <= set(found["verbs"]) and found["name"] not in PASSING:
                yield Resource(root, found["name"], found["kind"], version)

    def _call(self, verb: str, path: str, body: Object | None = None) -> Object:
        for patience in (3, 2, 1, 0):
            try:
                return self._once(verb, path, body)
            except (OSError, http.client.HTTPException):
                self._connection.close()  # the next request opens it anew
                if not patience or verb == "POST":
                    raise
        raise AssertionError

    def _once(self, verb: str, path: str, body: Object | None) -> Object:
        payload = None if body is None else json.dumps(body)
        self._connection.request(verb, path, payload, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        found: Object = json.loads(answer.read() or b"{}")
        if answer.status >= 300 and (verb, answer.status) != ("DELETE", 404):
            raise RuntimeError(f"{verb} {path}: {answer.status} {found.get('message')}")
        return found


def title(thing: Object) -> str:
    """Such as `ConfigMap kube-system/coredns`."""
    namespace = thing["metadata"].get("namespace")
    name = thing["metadata"]["name"]
    return f"{thing['kind']} {namespace}/{name}" if namespace else f"{thing['kind']} {name}"


def _context(kubeconfig: str) -> ssl.SSLContext:
    parsed = yaml.safe_load(kubeconfig)
    cluster, user = parsed["clusters"][0]["cluster"], parsed["users"][0]["user"]
    context = ssl.create_default_context(
        cadata=base64.b64decode(cluster["certificate-authority-data"]).decode()
    )
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pair.pem"
        parts = (user["client-certificate-data"], user["client-key-data"])
        path.write_bytes(b"".join(base64.b64decode(part) for part in parts))
        context.load_cert_chain(path)
    return context
