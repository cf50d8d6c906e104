"""A `kubeadm.yaml` as one Configuration, or all that is wrong with it.

It follows `kubeadm init`, except that what kubeadm only warns of, an unknown field, is a Problem.
Nothing is defaulted or checked beyond types here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from types import MappingProxyType
from typing import Any

from phases.model import tables, yaml_source
from phases.model.decode import UNSET, Reading, as_document, decode
from phases.model.hints import record_of
from phases.model.problem import Place, Problem, Problems
from phases.model.schema import Record
from phases.model.types import (
    KUBE_PROXY_API,
    KUBEADM_API,
    KUBELET_API,
    ClusterConfiguration,
    Configuration,
    InitConfiguration,
)
from phases.model.yaml_source import Node, Scalar

KINDS: Mapping[str, str] = {
    "InitConfiguration": KUBEADM_API,
    "ClusterConfiguration": KUBEADM_API,
    "KubeletConfiguration": KUBELET_API,
    "KubeProxyConfiguration": KUBE_PROXY_API,
}
IGNORED_KINDS = ("JoinConfiguration", "ResetConfiguration", "UpgradeConfiguration")
"""Kinds of other kubeadm commands; `init` passes over them with a warning."""

OLD_APIS: Mapping[str, tuple[str, str]] = {
    "v1alpha1": ("v1.4", "v1.11"),
    "v1alpha2": ("v1.11", "v1.12"),
    "v1alpha3": ("v1.12", "v1.14"),
    "v1beta1": ("v1.13", "v1.21"),
    "v1beta2": ("v1.15", "v1.26"),
    "v1beta3": ("v1.22", "v1.36"),
}
"""Earlier versions of kubeadm's API, with the first and the last kubeadm that read them."""

PREFIXES: Mapping[str, str] = {
    "KubeletConfiguration": "KubeletConfiguration",
    "KubeProxyConfiguration": "KubeProxyConfiguration",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: what it says, where each field stands, and what was passed over."""

    name: str
    configuration: Configuration
    places: Mapping[str, Place]
    notices: tuple[Problem, ...] = ()


NOTHING = Source("", Configuration(), MappingProxyType({}))
"""What is read where there is no file."""


def load(text: str, *, name: str) -> Configuration:
    """The configuration in a YAML text with one or more documents; raises Problems."""
    return read(text, name=name).configuration


def read(text: str, *, name: str) -> Source:
    """Like `load`, with the place of every field; `name` is the file's name for messages."""
    nodes = yaml_source.parse_documents(text, name=name)
    reading = Reading(file=name, homes=homes())
    notices: list[Problem] = []
    documents: dict[str, Any] = {}
    headings: dict[str, Place] = {}
    for node in nodes:
        kind = _kind(node, headings, reading, notices)
        if kind:
            documents[kind] = _document(node, kind, reading)
    if not {"InitConfiguration", "ClusterConfiguration"} & set(documents) and not reading.problems:
        _note_nothing_usable(headings, reading)
    if reading.problems:
        raise Problems(reading.problems)
    places = MappingProxyType(reading.places)
    return Source(name, _configuration(documents), places, tuple(notices))


def _note_nothing_usable(headings: Mapping[str, Place], reading: Reading) -> None:
    found = f"only {', '.join(headings)}" if headings else "nothing"
    remedy = "Add an InitConfiguration or a ClusterConfiguration"
    reading.note("", f"holds {found} where kubeadm init could start from", Place(1, 1), remedy)


def _configuration(documents: Mapping[str, Any]) -> Configuration:
    return Configuration(
        init=documents.get("InitConfiguration", InitConfiguration()),
        cluster=documents.get("ClusterConfiguration", ClusterConfiguration()),
        kubelet=documents.get("KubeletConfiguration"),
        kube_proxy=documents.get("KubeProxyConfiguration"),
    )


def _kind(
    node: Node, headings: dict[str, Place], reading: Reading, notices: list[Problem]
) -> str | None:
    """The document's kind when it is one to decode; otherwise what is wrong has been noted."""
    if not isinstance(node, yaml_source.Mapping):
        message = "a document must be a map of fields with apiVersion and kind"
        reading.note("", message, node.place)
        return None
    api, kind = _heading(node, "apiVersion"), _heading(node, "kind")
    note = partial(reading.note, "", place=node.place)
    if not api or not kind:
        lacking = "apiVersion" if not api else "kind"
        note(f"the document has no {lacking}", remedy=f"Add {lacking}, such as {_example(lacking)}")
        return None
    if kind in headings:
        note(f"a second {kind}; the first begins in line {headings[kind].line}", remedy="Keep one")
        return None
    headings[kind] = node.place
    if api == KUBEADM_API and kind in IGNORED_KINDS:
        message = f"{kind} is not for kubeadm init and is passed over"
        notices.append(Problem("", message, "", node.place.line, node.place.column, reading.file))
        return None
    if KINDS.get(kind) == api:
        return kind
    message, remedy = _unusable(api, kind)
    note(message, remedy=remedy)
    return None


def _heading(node: yaml_source.Mapping, key: str) -> str:
    value = next((value for name, value in node.entries if name.text == key), None)
    return value.text if isinstance(value, Scalar) else ""


def _example(key: str) -> str:
    return f"{key}: {KUBEADM_API if key == 'apiVersion' else 'ClusterConfiguration'}"


def _unusable(api: str, kind: str) -> tuple[str, str]:
    group, _, version = api.rpartition("/")
    if group == "kubeadm.k8s.io" and version in OLD_APIS:
        first, last = OLD_APIS[version]
        message = f"{api} can't be read yet; it belongs to kubeadm {first} to {last}"
        return message, f"Rewrite the {kind} as {KUBEADM_API}"
    if kind in KINDS:
        return f"{kind} can't be of {api}", f"Use apiVersion: {KINDS[kind]}"
    near = get_close_matches(kind, KINDS, n=1)
    if near and group.endswith(".k8s.io"):
        return f"{kind} of {api} is not a known kind", f"Did you mean {near[0]}?"
    return f"{kind} of {api} has no place in a kubeadm configuration", "Remove the document"


def _document(node: Node, kind: str, reading: Reading) -> Any:
    shape, path = shape_of(kind), PREFIXES.get(kind, "")
    value = decode(_without_heading(node), shape, path, reading)
    if value is UNSET:
        return None
    return as_document(value) if kind in PREFIXES else value


def shape_of(kind: str) -> Record:
    """The shape of one of the four kinds."""
    if kind in PREFIXES:
        return tables.record(kind)
    return record_of(InitConfiguration if kind == "InitConfiguration" else ClusterConfiguration)


def homes() -> Mapping[str, str]:
    """The kind that each top-level field of kubeadm's own documents belongs to."""
    kinds = (name for name in KINDS if name not in PREFIXES)
    return {field.key: kind for kind in kinds for field in shape_of(kind).fields}


def _without_heading(node: Node) -> Node:
    if not isinstance(node, yaml_source.Mapping):
        return node
    entries = [entry for entry in node.entries if entry[0].text not in ("apiVersion", "kind")]
    return yaml_source.Mapping(tuple(entries), node.place)
