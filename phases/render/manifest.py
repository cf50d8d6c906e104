"""An operator's manifest: read within bounds, put in an order that can be applied, and summed up.

Scalars mean what they mean to kubectl (go-yaml v2): `yes` is true, a date and 12:30 are texts. Anchors,
aliases, merge keys and tags are refused, as in a kubeadm.yaml. Where a manifest comes from isn't here.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from yaml import events as ev

from phases.model.problem import Problem, Problems

Object = Mapping[str, Any]

MAX_DEPTH = 64
MAX_VALUES = 400_000
MAX_OBJECTS = 2_000
"""Bounds that leave room for the largest network plugins: they come with 30 definitions of 10,000 lines."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FIRST = ("Namespace", "CustomResourceDefinition")
"""Kinds that others stand on, in the order in which they are applied; the rest keeps the file's order."""

TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
FALSE = frozenset({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
NULL = frozenset({"", "~", "null", "Null", "NULL"})
INTEGER = re.compile(r"[-+]?(0x[0-9a-fA-F_]+|0b[01_]+|0o?[0-7_]*|[1-9][0-9_]*)")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def parse(text: str, *, name: str) -> tuple[Object, ...]:
    """The objects of a manifest in the order in which they are applied; Problems for anything else.

    Lists (`kind: List`) are taken apart, empty documents passed over.
    """
    try:
        documents = tuple(_Builder(yaml.parse(text, Loader=LOADER), name).documents())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        words = f"is not YAML: {error.problem or error.context}"
        raise Problems([Problem("", words, "", line, column, name)]) from error
    except yaml.YAMLError as error:
        raise Problems([Problem("", f"is not YAML: {error}", file=name)]) from error
    found = tuple(_objects(documents, name))
    if not found:
        raise Problems([Problem("", "holds no object", "Give the plugin's manifest", file=name)])
    return ordered(found)


def ordered(objects: Iterable[Object]) -> tuple[Object, ...]:
    """Namespaces first, then definitions of custom resources, then all others as they came."""
    ranks = {kind: rank for rank, kind in enumerate(FIRST)}
    return tuple(sorted(objects, key=lambda one: ranks.get(one["kind"], len(FIRST))))


@dataclass(frozen=True, slots=True)
class Summary:
    """What a manifest would bring: kinds with how many, and what gives it power over the machine.

    `powers` has for each ClusterRole what it may do in short; `privileged` and `host_paths` name the
    workload as `DaemonSet kube-flannel-ds` and what it asks for.
    """

    kinds: tuple[tuple[str, int], ...]
    images: tuple[str, ...]
    powers: tuple[tuple[str, str], ...]
    privileged: tuple[tuple[str, str], ...]
    host_paths: tuple[tuple[str, str], ...]

    @property
    def objects(self) -> int:
        return sum(number for _, number in self.kinds)


def summary(objects: Iterable[Object]) -> Summary:
    """Sums objects up; what isn't shaped as it should be is passed over, the API server will say so."""
    everything = tuple(objects)
    pods = tuple(_pods(everything))
    images = {one["image"]: None for _, pod in pods for one in _containers(pod) if "image" in one}
    return Summary(
        kinds=tuple(Counter(str(one["kind"]) for one in everything).items()),
        images=tuple(map(str, images)),
        powers=tuple(
            (str(one["metadata"]["name"]), "; ".join(dict.fromkeys(map(_power, _rules(one)))))
            for one in everything
            if one["kind"] == "ClusterRole"
        ),
        privileged=tuple((who, what) for who, pod in pods for what in _privileges(pod)),
        host_paths=tuple((who, what) for who, pod in pods for what in _host_paths(pod)),
    )


def lines(found: Summary) -> Iterator[str]:
    """The summary as plain sentences, for lines and logs."""
    yield ", ".join(f"{number} {kind}" for kind, number in found.kinds)
    for image in found.images:
        yield f"image {image}"
    for name, power in found.powers:
        yield f"ClusterRole {name}: {power}"
    for who, what in (*found.privileged, *found.host_paths):
        yield f"{who}: {what}"


def _rules(role: Object) -> Iterator[Object]:
    yield from (rule for rule in _items(role, "rules") if isinstance(rule, Mapping))


def _power(rule: Object) -> str:
    things = [*_items(rule, "resources"), *_items(rule, "nonResourceURLs")]
    verbs, names = map(str, _items(rule, "verbs")), map(str, things)
    return f"{','.join(verbs)} {','.join(names)}"


def _pods(objects: Iterable[Object]) -> Iterator[tuple[str, Object]]:
    """The pod specifications in workloads, each with the name of its owner."""
    for one in objects:
        spec = _map(one, "spec")
        inner = _map(_map(spec, "jobTemplate"), "spec") or spec
        pod = _map(_map(inner, "template"), "spec") or (spec if one["kind"] == "Pod" else {})
        if pod:
            yield f"{one['kind']} {one['metadata']['name']}", pod


def _containers(pod: Object) -> Iterator[Object]:
    for key in ("initContainers", "containers"):
        yield from (one for one in _items(pod, key) if isinstance(one, Mapping))


def _privileges(pod: Object) -> Iterator[str]:
    for key, words in (("hostNetwork", "the host's network"), ("hostPID", "the host's processes")):
        if pod.get(key) is True:
            yield words
    for one in _containers(pod):
        security = _map(one, "securityContext")
        added = [str(each) for each in _items(_map(security, "capabilities"), "add")]
        if security.get("privileged") is True:
            yield f"privileged container {one.get('name')}"
        elif added:
            yield f"container {one.get('name')} with {','.join(added)}"


def _host_paths(pod: Object) -> Iterator[str]:
    for volume in _items(pod, "volumes"):
        path = _map(volume, "hostPath").get("path") if isinstance(volume, Mapping) else None
        if path:
            yield f"host path {path}"


def _map(thing: Object, key: str) -> Object:
    found = thing.get(key)
    return found if isinstance(found, Mapping) else {}


def _items(thing: Object, key: str) -> tuple[Any, ...]:
    found = thing.get(key)
    return tuple(found) if isinstance(found, list | tuple) else ()


def _objects(documents: Iterable[Any], name: str) -> Iterator[Object]:
    for number, document in enumerate(documents, 1):
        if document is None or document == {}:
            continue
        whole = isinstance(document, Mapping)
        parts = _items(document, "items") if whole and _is_list(document) else (document,)
        for part in parts:
            if fault := _fault(part):
                raise Problems([Problem("", f"document {number} {fault}", file=name)])
            yield part


def _is_list(document: Object) -> bool:
    return str(document.get("kind", "")).endswith("List") and "items" in document


def _fault(thing: Any) -> str:
    """Why something is no object that could be applied; empty when it is one."""
    if not isinstance(thing, Mapping):
        return "is no object"
    for key in ("apiVersion", "kind"):
        if not (isinstance(thing.get(key), str) and thing[key]):
            return f"has no {key}"
    name = _map(thing, "metadata").get("name")
    if not (isinstance(name, str) and name):
        return f"({thing['kind']}) has no metadata.name"
    words = (*thing["apiVersion"].split("/"), name, _map(thing, "metadata").get("namespace", ""))
    fits = all(isinstance(word, str) and not re.search(r"[/?#%\s]|^\.+$", word) for word in words)
    return "" if fits else f"({thing['kind']}) has a name that no object can have"


class _Builder:
    """Turns parser events into plain data and stops at the first thing that may not be there."""

    def __init__(self, events: Iterator[Any], name: str) -> None:
        self._events = events
        self._name = name
        self._values = 0

    def documents(self) -> Iterator[Any]:
        for number, event in enumerate(self._documents()):
            if number >= MAX_OBJECTS:
                raise self._refusal(f"has more than {MAX_OBJECTS} documents", event)
            yield self._value(event, 0)

    def _documents(self) -> Iterator[Any]:
        """The first event of each document."""
        for event in self._events:
            if isinstance(event, ev.DocumentStartEvent):
                yield next(self._events)

    def _value(self, event: Any, depth: int) -> Any:
        self._guard(event, depth)
        if isinstance(event, ev.ScalarEvent):
            return event.value if event.style else scalar(event.value)  # libyaml says "" for none
        if isinstance(event, ev.SequenceStartEvent):
            return list(self._sequence(depth))
        return dict(self._mapping(depth))

    def _sequence(self, depth: int) -> Iterator[Any]:
        while not isinstance(event := next(self._events), ev.SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _mapping(self, depth: int) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        while not isinstance(event := next(self._events), ev.MappingEndEvent):
            key = self._key(event)
            if key in seen:
                raise self._refusal(f"has the key {key!r} twice", event)
            seen.add(key)
            yield key, self._value(next(self._events), depth + 1)

    def _key(self, event: Any) -> str:
        self._guard(event, 0)
        if not isinstance(event, ev.ScalarEvent) or (not event.style and event.value == "<<"):
            raise self._refusal("has a key that is no word", event)
        return str(event.value)

    def _guard(self, event: Any, depth: int) -> None:
        self._values += 1
        if isinstance(event, ev.AliasEvent) or event.anchor is not None:
            raise self._refusal("uses anchors and aliases, which are not accepted", event)
        if event.tag is not None:
            raise self._refusal(f"uses the tag {event.tag}, which is not accepted", event)
        if depth > MAX_DEPTH:
            raise self._refusal(f"is nested deeper than {MAX_DEPTH} levels", event)
        if self._values > MAX_VALUES:
            raise self._refusal(f"has more than {MAX_VALUES} values", event)

    def _refusal(self, words: str, event: Any) -> Problems:
        mark = event.start_mark
        return Problems([Problem("", words, "", mark.line + 1, mark.column + 1, self._name)])


def scalar(text: str) -> Any:
    """What a scalar without quotes means."""
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    if INTEGER.fullmatch(text):
        return _integer(text)
    if FLOAT.fullmatch(text) and not math.isinf(float(text)):
        return float(text)
    return text


def _integer(text: str) -> int | str:
    """A zero in front makes it octal; what is too long for any field stays a text."""
    digits = text.lstrip("+-").replace("_", "")
    octal = re.fullmatch(r"0o?([0-7]+)", digits)
    try:
        value = int(octal[1], 8) if octal else int(digits[:66], 0)
    except ValueError:
        return text
    return text if value >> 64 else -value if text.startswith("-") else value
