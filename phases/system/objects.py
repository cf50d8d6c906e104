"""An API server's store of objects without a server: versions, conflicts, merge patches, selectors.

With a folder, each object is also a YAML file there; a store made later reads them back. What
controllers would do with the objects isn't here.
"""

from __future__ import annotations

import base64
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any
from urllib.parse import quote

import yaml

from phases.system import kinds
from phases.system.kinds import Resource
from phases.system.ports import ClusterError, Object, Ref
from phases.system.real_host import RealHost

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
KEPT = ("uid", "creationTimestamp")
IDLE = ("resourceVersion", "managedFields")


class Objects:
    """Objects by Ref, answered as an API server does; thread-safe."""

    def __init__(self, folder: str, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._disk = RealHost()
        self.lock = threading.RLock()
        self._held: dict[Ref, dict[str, Any]] = {}
        for thing in self._read_back():
            self._held[Ref.of(thing)] = thing
        self._version = max((version(thing) for thing in self._held.values()), default=0)
        for name in NAMESPACES:
            namespace = Ref("v1", "Namespace", name)
            if namespace not in self._held:
                self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def get(self, ref: Ref) -> Object | None:
        self._path(ref)
        with self.lock:
            return deepcopy(self._held.get(ref))

    def list(
        self, api_version: str, kind: str, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]:
        """Objects in order of namespace and name."""
        self.resource(api_version, kind)
        with self.lock:
            refs = sorted(self._held, key=lambda ref: (ref.namespace, ref.name))
            return tuple(
                deepcopy(self._held[ref])
                for ref in refs
                if (ref.api_version, ref.kind) == (api_version, kind)
                and namespace in ("", ref.namespace)
                and selected(self._held[ref], selector)
            )

    def create(self, thing: Object) -> Object:
        ref = Ref.of(thing)
        self._path(ref)
        with self.lock:
            if ref.namespace and Ref("v1", "Namespace", ref.namespace) not in self._held:
                raise missing(Ref("v1", "Namespace", ref.namespace))
            if ref in self._held:
                raise refused(409, "AlreadyExists", ref, "already exists")
            born = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
            return self._keep(ref, thing, {"uid": str(uuid.uuid4()), "creationTimestamp": born})

    def replace(self, thing: Object) -> Object:
        """A change to nothing keeps the version, an outdated version is a conflict."""
        ref = Ref.of(thing)
        with self.lock:
            before = self._expect(ref)
            seen = thing["metadata"].get("resourceVersion", "")
            if seen not in ("", before["metadata"]["resourceVersion"]):
                raise refused(409, "Conflict", ref, "the object has been modified")
            return self._keep(ref, thing, {key: before["metadata"][key] for key in KEPT})

    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        with self.lock:
            return self.replace(merged(self._expect(ref), change))

    def delete(self, ref: Ref) -> None:
        with self.lock:
            self._expect(ref)
            del self._held[ref]
            if self._folder:
                self._disk.remove(self._file(ref))

    def resource(self, api_version: str, kind: str) -> Resource:
        """From the table, or as a definition of custom resources that is held has it."""
        if (api_version, kind) in kinds.RESOURCES:
            return kinds.resource(api_version, kind)
        held = [self._held[ref] for ref in self._held if ref.kind == kinds.DEFINITION[1]]
        return kinds.defined(held, api_version, kind)

    def _path(self, ref: Ref) -> str:
        return kinds.path(ref, self.resource)

    def _expect(self, ref: Ref) -> dict[str, Any]:
        self._path(ref)
        if ref not in self._held:
            raise missing(ref)
        return self._held[ref]

    def _keep(self, ref: Ref, thing: Object, identity: Mapping[str, Any]) -> Object:
        kept = settled(thing)
        kept["metadata"] |= identity
        before = self._held.get(ref)
        if before is None or essence(before) != essence(kept):
            self._version += 1
            kept["metadata"]["resourceVersion"] = str(self._version)
            self._save(ref, kept)
            self._held[ref] = kept
        return deepcopy(self._held[ref])

    def _save(self, ref: Ref, thing: Object) -> None:
        if self._folder:
            text = yaml.safe_dump(thing, sort_keys=True, allow_unicode=True)
            self._disk.write(self._file(ref), text.encode(), mode=0o600)

    def _read_back(self) -> Iterator[dict[str, Any]]:
        if not self._folder:
            return
        self._disk.make_directory(self._folder, mode=0o700)
        for name in self._disk.list(self._folder):
            if name.endswith(".yaml") and not name.startswith("."):
                yield yaml.safe_load(self._disk.read(f"{self._folder}/{name}"))

    def _file(self, ref: Ref) -> str:
        words = (self.resource(ref.api_version, ref.kind).plural, ref.namespace, ref.name)
        return f"{self._folder}/{'_'.join(quote(word, safe='') for word in words if word)}.yaml"


def settled(thing: Object) -> dict[str, Any]:
    """A copy as plain data; a Secret's stringData has become data."""
    copy: dict[str, Any] = plain(thing)
    if copy["kind"] == "Secret" and "stringData" in copy:
        words = copy.pop("stringData")
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in words.items()}
        copy["data"] = {**copy.get("data", {}), **encoded}
    return copy


def plain(value: Any) -> Any:
    """Mappings as dicts and sequences as lists, all the way down."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def essence(thing: Object) -> dict[str, Any]:
    """What makes a change a change."""
    meta = {key: value for key, value in thing["metadata"].items() if key not in IDLE}
    return {**thing, "metadata": meta}


def merged(target: Any, change: Any) -> Any:
    """A JSON merge patch applied (RFC 7386): null removes, mappings merge, all else replaces."""
    if not isinstance(change, Mapping):
        return plain(change)
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def selected(thing: Object, selector: str) -> bool:
    """Whether a label selector (`a=b,c!=d,e,!f`; no sets) chooses the object."""
    labels = thing["metadata"].get("labels") or {}
    return all(chosen(labels, term.strip()) for term in selector.split(",") if term.strip())


def chosen(labels: Mapping[str, str], term: str) -> bool:
    name, sign, value = term.partition("=")
    if not sign:
        return (term.lstrip("!") in labels) != term.startswith("!")
    if name.endswith("!"):
        return labels.get(name[:-1]) != value
    return labels.get(name) == value.removeprefix("=")


def version(thing: Object) -> int:
    return int(thing["metadata"]["resourceVersion"])


def missing(ref: Ref) -> ClusterError:
    return refused(404, "NotFound", ref, "not found")


def refused(status: int, reason: str, ref: Ref, words: str) -> ClusterError:
    """An API server's sentence: 'configmaps "x" already exists'."""
    known = kinds.RESOURCES.get((ref.api_version, ref.kind))
    plural = known.plural if known else ref.kind.lower()
    return ClusterError(status, reason, f'{plural} "{ref.name}" {words}')
