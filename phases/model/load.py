"""A `kubeadm.yaml` as one Configuration, or all that is wrong with it.

It follows `kubeadm init` and `kubeadm join`, except that what kubeadm only warns of, an unknown field,
is a Problem, and that files of every older version are read. Nothing is defaulted or checked beyond
types here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from phases.model import documents, tables
from phases.model.decode import UNSET, Reading, as_document, decode
from phases.model.documents import Documents, split
from phases.model.hints import record_of
from phases.model.migration.report import Line
from phases.model.problem import Place, Problem, Problems
from phases.model.schema import Record
from phases.model.types import (
    KUBEADM_API,
    ClusterConfiguration,
    Configuration,
    InitConfiguration,
    JoinConfiguration,
)
from phases.model.yaml_source import Node

OF_JOIN = ("JoinConfiguration",)
KINDS = {kind: api for kind, api in documents.KINDS.items() if kind not in OF_JOIN}
"""The documents that `kubeadm init` reads, with their API."""

PREFIXES: Mapping[str, str] = {
    "KubeletConfiguration": "KubeletConfiguration",
    "KubeProxyConfiguration": "KubeProxyConfiguration",
}
OWN_TYPES: Mapping[str, type[Any]] = {
    "InitConfiguration": InitConfiguration,
    "ClusterConfiguration": ClusterConfiguration,
    "JoinConfiguration": JoinConfiguration,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: what it says, where each field stands, and what was passed over.

    `lines` tells what became of the fields of an older version, none for a file of today.
    """

    name: str
    configuration: Configuration
    places: Mapping[str, Place]
    notices: tuple[Problem, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinSource:
    """The same for a file that says how a node joins."""

    name: str
    configuration: JoinConfiguration
    places: Mapping[str, Place]
    notices: tuple[Problem, ...] = ()
    lines: tuple[Line, ...] = ()


NOTHING = Source("", Configuration(), MappingProxyType({}))
"""What is read where there is no file."""


def load(text: str, *, name: str) -> Configuration:
    """The configuration in a YAML text with one or more documents; raises Problems."""
    return read(text, name=name).configuration


def read(text: str, *, name: str, forgiving: bool = False) -> Source:
    """Like `load`, with the place of every field; `name` is the file's name for messages.

    With `forgiving` a field that no longer exists is no problem where leaving it out changes much.
    """
    reading = Reading(file=name)
    found = split(text, reading, KINDS, "init")
    if not {"InitConfiguration", "ClusterConfiguration"} & set(found.nodes):
        _note_nothing_usable(
            "init", "an InitConfiguration or a ClusterConfiguration", found, reading
        )
    configuration = configuration_of(decoded(found, reading, forgiving=forgiving))
    places = MappingProxyType(reading.places)
    return Source(name, configuration, places, tuple(_notices(found)), tuple(found.lines))


def read_join(text: str, *, name: str) -> JoinSource:
    """The JoinConfiguration in a YAML text; raises Problems."""
    reading = Reading(file=name)
    found = split(text, reading, OF_JOIN, "join")
    if "JoinConfiguration" not in found.nodes:
        _note_nothing_usable("join", "a JoinConfiguration", found, reading)
    configuration = decoded(found, reading)["JoinConfiguration"]
    places = MappingProxyType(reading.places)
    return JoinSource(name, configuration, places, tuple(_notices(found)), tuple(found.lines))


def kinds(text: str, *, name: str) -> tuple[str, ...]:
    """Which of today's documents a file holds. Raises Problems only for what is no plain YAML."""
    return tuple(split(text, Reading(file=name), documents.KINDS, "").nodes)


def _note_nothing_usable(verb: str, wanted: str, found: Documents, reading: Reading) -> None:
    if reading.problems:
        return
    held = f"only {', '.join(found.headings)}" if found.headings else "nothing"
    message = f"holds {held} where kubeadm {verb} could start from"
    reading.note("", message, Place(1, 1), f"Add {wanted}")


def decoded(found: Documents, reading: Reading, *, forgiving: bool = False) -> Mapping[str, Any]:
    """The documents as values by kind. Raises Problems, those of lost fields among them."""
    reading.homes, reading.later = homes(), {}
    values = {kind: _document(node, kind, reading) for kind, node in found.nodes.items()}
    lost = [line for line in found.lines if line.stops and not forgiving]
    problems = [*reading.problems, *(line.as_problem() for line in lost)]
    if problems:
        raise Problems(sorted(problems, key=lambda problem: problem.line))
    return values


def _notices(found: Documents) -> Iterator[Problem]:
    """What was passed over, and what is not read as it was written."""
    yield from found.notices
    for api in sorted(found.old):
        message = f"{api} is read as {KUBEADM_API}"
        advice = "`kubeboot-tui config migrate` writes it so, and tells what became of each field"
        yield Problem("", message, advice)
    for line in found.lines:
        if line.fate in ("gone", "changed"):
            yield line.as_problem()


def configuration_of(values: Mapping[str, Any]) -> Configuration:
    """What the documents of `kubeadm init` say together, by kind."""
    return Configuration(
        init=values.get("InitConfiguration", InitConfiguration()),
        cluster=values.get("ClusterConfiguration", ClusterConfiguration()),
        kubelet=values.get("KubeletConfiguration"),
        kube_proxy=values.get("KubeProxyConfiguration"),
    )


def _document(node: Node, kind: str, reading: Reading) -> Any:
    shape, path = shape_of(kind), PREFIXES.get(kind, "")
    value = decode(node, shape, path, reading)
    if value is UNSET:
        return None
    return as_document(value) if kind in PREFIXES else value


def shape_of(kind: str) -> Record:
    """The shape of one of the kinds."""
    return tables.record(kind) if kind in PREFIXES else record_of(OWN_TYPES[kind])  # type: ignore[arg-type]


def homes() -> Mapping[str, str]:
    """The kind that each top-level field of kubeadm's own documents for `init` belongs to."""
    kinds = ("InitConfiguration", "ClusterConfiguration")
    return {field.key: kind for kind in kinds for field in shape_of(kind).fields}
