"""The configuration that would be in effect, as lines of YAML that each know where their value is from.

What it is compared with, and how it is shown, is a front end's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from phases.model import yaml_source
from phases.model.defaults import Surroundings, complete
from phases.model.defaults_join import complete_join
from phases.model.dump import join_yaml, to_documents
from phases.model.load import JoinSource, Source
from phases.model.problem import Place, Problems
from phases.model.types import Configuration
from phases.model.versions import resolve_version
from phases.model.yaml_source import Node, Scalar

From = Literal["file", "machine", "default"]

OF_THE_MACHINE = (
    "nodeRegistration.name",
    "localAPIEndpoint.advertiseAddress",
    "controlPlane.localAPIEndpoint.advertiseAddress",
)
SOCKET = "nodeRegistration.criSocket"
SECRETS = ("token", "certificateKey", "tlsBootstrapToken")
HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Value:
    """One line of YAML. `path` is empty where no value begins; secrets are hidden.

    `place` is where a value `from` a file stands, with the name that an older version gave it.
    """

    text: str
    path: str = ""
    value: str = ""
    source: From | None = None
    place: Place | None = None


def effective(source: Source, surroundings: Surroundings) -> Iterator[Value]:
    """What `init` would do with a file on a machine, line by line. Raises Problems."""
    completed = completed_anyway(source.configuration, surroundings)
    yield from lines(to_documents(completed), source.places, surroundings)


def effective_join(source: JoinSource, surroundings: Surroundings) -> Iterator[Value]:
    """The same of `join`."""
    completed = complete_join(source.configuration, surroundings)
    yield from lines(join_yaml(completed), source.places, surroundings)


def completed_anyway(configuration: Configuration, surroundings: Surroundings) -> Configuration:
    """With every default, also where the version is none that could be installed: it stays then."""
    try:
        resolve_version(configuration.cluster.kubernetes_version, surroundings.labels)
    except Problems:
        given = configuration.cluster.kubernetes_version
        usable = replace(configuration.cluster, kubernetes_version="")
        completed = complete(replace(configuration, cluster=usable), surroundings)
        cluster = replace(completed.cluster, kubernetes_version=given)
        return replace(completed, cluster=cluster)
    return complete(configuration, surroundings)


def lines(text: str, places: Mapping[str, Place], surroundings: Surroundings) -> Iterator[Value]:
    """The lines of documents that were written, each with where its value is from."""
    begins = {place.line: (path, value) for path, value, place in values(text)}
    for number, line in enumerate(text.splitlines(), 1):
        path, value = begins.get(number, ("", ""))
        if not path:
            yield Value(line)
            continue
        if path.rpartition(".")[2] in SECRETS and value not in ("", "null"):
            line, value = line.replace(value, HIDDEN), HIDDEN
        known = places.get(path)
        yield Value(line, path, value, "file" if known else _otherwise(path, surroundings), known)


def _otherwise(path: str, surroundings: Surroundings) -> From:
    found = path in OF_THE_MACHINE or (path == SOCKET and surroundings.cri_sockets)
    return "machine" if found else "default"


def values(text: str) -> Iterator[tuple[str, str, Place]]:
    """Path, text and place of every value of written documents, components' under their kind."""
    for document in yaml_source.parse_documents(text, name=""):
        kind = _kind(document)
        prefix = kind if kind.startswith("Kube") else ""
        yield from ((path, value, place) for path, value, place in _below(document, prefix))


def _kind(document: Node) -> str:
    entries = document.entries if isinstance(document, yaml_source.Mapping) else ()
    return next((v.text for k, v in entries if k.text == "kind" and isinstance(v, Scalar)), "")


def _below(node: Node, path: str) -> Iterator[tuple[str, str, Place]]:
    if isinstance(node, Scalar):
        yield path, node.text, node.place
    elif isinstance(node, yaml_source.Sequence):
        for index, item in enumerate(node.items):
            yield from _below(item, f"{path}[{index}]")
        if not node.items:
            yield path, "[]", node.place
    else:
        for key, value in node.entries:
            if key.text not in ("apiVersion", "kind"):
                yield from _below(value, f"{path}.{key.text}" if path else key.text)
