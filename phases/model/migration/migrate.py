"""A file of any version as v1beta4: its text, and what became of each field.

The new file says what the old one said and nothing more: no default is written into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from phases.model import documents, load
from phases.model.check_join import join_problems
from phases.model.checking import anywhere, completed
from phases.model.decode import Reading
from phases.model.defaults_join import complete_join
from phases.model.documents import Documents
from phases.model.dump import document_yaml
from phases.model.migration import args
from phases.model.migration.report import Line
from phases.model.migration.step import at
from phases.model.problem import Place, Problem, Problems, located
from phases.model.types import Configuration
from phases.model.versions import releases, resolve_version
from phases.model.yaml_source import Mapping as MappingNode
from phases.model.yaml_source import Node, Scalar

VERSION = "kubernetesVersion"


@dataclass(frozen=True, slots=True)
class Migration:
    """`text` is the new file, as secret as the old one; `lines` has a line for each old field."""

    name: str
    text: str
    lines: tuple[Line, ...]
    notices: tuple[Problem, ...] = ()


def migrate(
    text: str,
    *,
    name: str,
    version: str = "",
    labels: Mapping[str, str] | None = None,
    judged: bool = True,
) -> Migration:
    """Raises Problems for what can't be read, and for a Kubernetes version that is too old or unknown.

    `version` is the one to write instead; `labels` says what labels such as stable-1.36 mean. What
    isn't `judged` is only read and rewritten: a form goes on from there and tells what is wrong.
    """
    reading = Reading(file=name)
    found = documents.split(text, reading, documents.KINDS, "migrate", renewing=True)
    if reading.problems:
        raise Problems(reading.problems)
    if not found.nodes:
        held = f"only {', '.join(found.headings)}" if found.headings else "nothing"
        raise Problems([Problem("", f"holds {held} that could be migrated", file=name)])
    known = labels or {}
    chosen = _versioned(found, version, name, known)
    lines = [line for line in found.lines if not chosen or line.path != VERSION] + chosen
    found.nodes, told = args.renew(found.nodes, _minor(found, known), name)
    values = load.decoded(found, reading, forgiving=True)
    if judged:
        _refuse(values, reading, name, known)
    written = "---\n".join(
        _written(kind, value, found.nodes[kind]) for kind, value in _ordered(values)
    )
    ordered = sorted([*lines, *told], key=lambda line: (line.line, line.column))
    return Migration(name, written, tuple(ordered), tuple(found.notices))


def is_old(text: str, *, name: str) -> bool:
    """Whether a file holds a document of an older version. Raises Problems for what is no plain YAML."""
    return bool(documents.split(text, Reading(file=name), documents.KINDS, "").old)


def _versioned(found: Documents, version: str, file: str, labels: Mapping[str, str]) -> list[Line]:
    """Sets the version that was chosen in place of the old one, or that its label means."""
    if version and not {"InitConfiguration", "ClusterConfiguration"} & set(found.nodes):
        message = "has no place in a file that init doesn't read"
        raise Problems([Problem("--kubernetes-version", message, "Leave it out")])
    cluster = found.nodes.get("ClusterConfiguration", MappingNode((), Place(1, 1)))
    if not isinstance(cluster, MappingNode):
        return []
    former = at(cluster, VERSION)
    said = former.text if isinstance(former, Scalar) else ""
    meant = version or labels.get(said, "")
    if not meant:
        return []
    told = next((line for line in found.lines if line.path == VERSION), None)
    place = Place(told.line, told.column) if told else cluster.place
    entries = [entry for entry in cluster.entries if entry[0].text != VERSION]
    entries.append((Scalar(VERSION, True, place), Scalar(meant, False, place)))
    found.nodes["ClusterConfiguration"] = replace(cluster, entries=tuple(entries))
    to = f"ClusterConfiguration.{VERSION}"
    note = f"{version} was chosen" if version else f"{said} is {meant}, as the version source says"
    return [Line("changed", VERSION, to, note, False, place.line, place.column, file)]


def _minor(found: Documents, labels: Mapping[str, str]) -> int:
    """The minor release that is asked for; the newest one where it is none of ours."""
    cluster = found.nodes.get("ClusterConfiguration")
    given = at(cluster, VERSION) if cluster else None
    try:
        return resolve_version(
            given.text if isinstance(given, Scalar) else "", labels
        ).version.minor
    except Problems:
        return next(iter(releases()))


def _refuse(
    values: Mapping[str, Any], reading: Reading, name: str, labels: Mapping[str, str]
) -> None:
    """Raises Problems for what no machine could make sense of, and for a version that can't be had."""
    places, refused = MappingProxyType(reading.places), list[Problem]()
    if {"InitConfiguration", "ClusterConfiguration"} & set(values):
        configuration = load.configuration_of(values)
        try:
            completed(configuration, anywhere(configuration, labels), places, name)
        except Problems as found:
            refused += map(_with_choice, found.problems)
    if "JoinConfiguration" in values:
        joining = complete_join(values["JoinConfiguration"], anywhere(Configuration()))
        refused += located(join_problems(joining), places, name)
    if refused:
        raise Problems(refused)


def _with_choice(problem: Problem) -> Problem:
    """A version can be chosen here without touching the old file."""
    if problem.path != VERSION:
        return problem
    return replace(problem, remedy=f"{problem.remedy}, by --kubernetes-version")


def _ordered(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(kind, values[kind]) for kind in documents.KINDS if kind in values]


def _written(kind: str, value: Any, node: Node) -> str:
    return document_yaml(kind, documents.KINDS[kind], value, lambda fields: _only(fields, node))


def _only(written: Any, node: Node) -> Any:
    """Of what would be written, that which the file has said itself."""
    if isinstance(node, MappingNode) and isinstance(written, Mapping):
        said = {key.text: _only(written.get(key.text), value) for key, value in node.entries}
        return {key: value for key, value in said.items() if value is not None}
    return written
