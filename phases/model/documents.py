"""The documents of a kubeadm file, told apart by their headings; those of older versions as today's.

What a document's fields mean is decoded by `load`; a document that no verb here can use is passed over
with a word, or a problem.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from phases.model import yaml_source
from phases.model.decode import Reading
from phases.model.migration.convert import convert, refreshed
from phases.model.migration.moves import OLD_VERSIONS, moves
from phases.model.migration.report import Line
from phases.model.problem import Place, Problem
from phases.model.types import KUBE_PROXY_API, KUBEADM_API, KUBELET_API
from phases.model.yaml_source import Node, Scalar

KINDS: Mapping[str, str] = {
    "InitConfiguration": KUBEADM_API,
    "ClusterConfiguration": KUBEADM_API,
    "JoinConfiguration": KUBEADM_API,
    "KubeletConfiguration": KUBELET_API,
    "KubeProxyConfiguration": KUBE_PROXY_API,
}
IGNORED_KINDS = ("ResetConfiguration", "UpgradeConfiguration")
"""Kinds of kubeadm commands that have no counterpart here."""

GROUP = "kubeadm.k8s.io"
EQUAL_API = f"{GROUP}/v1"
"""kubeadm 1.37 brings it as an experiment; all fields but one are those of v1beta4."""


@dataclass(slots=True)
class Documents:
    """What was found: today's documents as nodes by kind, what became of old fields, and remarks.

    `headings` has the place of every document by the kind it was written as, `written` that kind by
    today's.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    headings: dict[str, Place] = field(default_factory=dict)
    old: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)


def split(
    text: str, reading: Reading, wanted: Collection[str], verb: str, *, renewing: bool = False
) -> Documents:
    """The documents of a text; those not `wanted` by the verb are passed over with a notice.

    With `renewing` also today's documents lose what they still hold of earlier releases.

    Raises Problems for what is no plain YAML; other faults are noted in `reading`.
    """
    sorting = _Sorting(reading, wanted, verb, renewing)
    for node in yaml_source.parse_documents(text, name=reading.file):
        if isinstance(node, yaml_source.Mapping):
            sorting.add(node)
        else:
            message = "a document must be a map of fields with apiVersion and kind"
            reading.note("", message, node.place)
    return sorting.found


def old_version(api: str) -> str:
    """The version of an older API of kubeadm, empty for any other."""
    group, _, version = api.rpartition("/")
    return version if group == GROUP and version in OLD_VERSIONS else ""


class _Sorting:
    """Goes through the documents of one file; what a verb can't use is passed over or noted."""

    def __init__(
        self, reading: Reading, wanted: Collection[str], verb: str, renewing: bool
    ) -> None:
        self.reading = reading
        self.wanted = wanted
        self.verb = verb
        self.renewing = renewing
        self.found = Documents()

    def add(self, node: yaml_source.Mapping) -> None:
        api, kind = _heading(node, "apiVersion"), _heading(node, "kind")
        if not api or not kind:
            lacking = "apiVersion" if not api else "kind"
            remedy = f"Add {lacking}, such as {_example(lacking)}"
            self.reading.note("", f"the document has no {lacking}", node.place, remedy)
        elif kind in self.found.headings:
            self._refuse_second(kind, self.found.headings[kind], node.place)
        else:
            self.found.headings[kind] = node.place
            self._add_known(node, api, kind)

    def _add_known(self, node: yaml_source.Mapping, api: str, kind: str) -> None:
        version = old_version(api)
        if version and kind in moves(version):
            self._add_old(node, kind, version)
        elif KINDS.get(kind) == (KUBEADM_API if api == EQUAL_API else api):
            self._add_today(node, kind)
        elif api == KUBEADM_API and kind in IGNORED_KINDS:
            self._pass_over(kind, node.place)
        else:
            message, remedy = _unusable(api, kind)
            self.reading.note("", message, node.place, remedy)

    def _add_today(self, node: yaml_source.Mapping, kind: str) -> None:
        bare: Node = _without_heading(node)
        if kind in self.wanted and (self.renewing or kind.startswith("Kube")):
            converted = refreshed(_without_heading(node), kind, Reading(self.reading.file))
            bare = converted.documents.get(kind, yaml_source.Mapping((), node.place))
            lines = (line for line in converted.lines if self.renewing or line.fate != "kept")
            self.found.lines += lines
        self._add_one(kind, bare, kind)

    def _add_old(self, node: yaml_source.Mapping, kind: str, version: str) -> None:
        ours = Reading(self.reading.file)
        converted = convert(_without_heading(node), kind, version, ours)
        documents = converted.documents or _counterparts(kind, node.place)
        if not set(documents) & set(self.wanted) and kind != "ClusterStatus":
            self._pass_over(kind, node.place)
            return
        self.reading.problems += ours.problems
        self.found.old.add(f"{GROUP}/{version}")
        self.found.lines += converted.lines
        for today, part in documents.items():
            self._add_one(today, part, kind)

    def _add_one(self, kind: str, node: Node, written: str) -> None:
        """One document of today; `written` is the kind it stood in."""
        nodes, earlier = self.found.nodes, self.found.written.setdefault(kind, written)
        if kind not in self.wanted:
            self._pass_over(kind, node.place)
        elif kind not in nodes:
            nodes[kind] = node
        elif kind == "InitConfiguration" and "ClusterConfiguration" in (written, earlier):
            nodes[kind] = _merged(nodes[kind], node)
        else:
            self._refuse_second(kind, nodes[kind].place, node.place)

    def _refuse_second(self, kind: str, first: Place, second: Place) -> None:
        message = f"a second {kind}; the first begins in line {first.line}"
        self.reading.note("", message, second, "Keep one")

    def _pass_over(self, kind: str, place: Place) -> None:
        message = f"{kind} is not for kubeadm {self.verb} and is passed over"
        notice = Problem("", message, "", place.line, place.column, self.reading.file)
        self.found.notices.append(notice)


def _counterparts(kind: str, place: Place) -> Mapping[str, Node]:
    """An old document in which nothing was said still says what is meant to happen."""
    empty = yaml_source.Mapping((), place)
    today = {"MasterConfiguration": "InitConfiguration", "NodeConfiguration": "JoinConfiguration"}
    return {} if kind == "ClusterStatus" else {today.get(kind, kind): empty}


def _merged(first: Node, second: Node) -> Node:
    """Both together: an old ClusterConfiguration had a timeout that belongs to the other now."""
    if not isinstance(first, yaml_source.Mapping) or not isinstance(second, yaml_source.Mapping):
        return first
    names = {key.text for key, _ in first.entries}
    more = (entry for entry in second.entries if entry[0].text not in names)
    return yaml_source.Mapping((*first.entries, *more), first.place)


def _heading(node: yaml_source.Mapping, key: str) -> str:
    value = next((value for name, value in node.entries if name.text == key), None)
    return value.text if isinstance(value, Scalar) else ""


def _example(key: str) -> str:
    return f"{key}: {KUBEADM_API if key == 'apiVersion' else 'ClusterConfiguration'}"


def _unusable(api: str, kind: str) -> tuple[str, str]:
    group, _, version = api.rpartition("/")
    if version := old_version(api):
        kinds = ", ".join(moves(version))
        return f"{kind} is no document of {api}", f"{api} has {kinds}"
    if kind in KINDS:
        return f"{kind} can't be of {api}", f"Use apiVersion: {KINDS[kind]}"
    former = [version for version in OLD_VERSIONS if kind in moves(version)]
    if former and group == GROUP:
        return f"{kind} can't be of {api}", f"Use apiVersion: {GROUP}/{former[0]}"
    near = get_close_matches(kind, KINDS, n=1)
    if near and group.endswith(".k8s.io"):
        return f"{kind} of {api} is not a known kind", f"Did you mean {near[0]}?"
    return f"{kind} of {api} has no place in a kubeadm configuration", "Remove the document"


def _without_heading(node: yaml_source.Mapping) -> yaml_source.Mapping:
    entries = [entry for entry in node.entries if entry[0].text not in ("apiVersion", "kind")]
    return yaml_source.Mapping(tuple(entries), node.place)
