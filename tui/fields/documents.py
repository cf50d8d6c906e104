"""The documents of a `kubeadm.yaml` as plain data: read, changed by path, written.

Documents that kubeadm would refuse stay as they are; whether they are right is for the model to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from phases.model import yaml_source
from phases.model.go_yaml import meaning, to_yaml
from phases.model.hints import record_of
from phases.model.load import KINDS, PREFIXES
from phases.model.problem import Place, Problem, Problems
from phases.model.types import ClusterConfiguration
from phases.model.yaml_source import Node, Scalar

Document: TypeAlias = Mapping[str, Any]
Documents: TypeAlias = tuple[Document, ...]

ORDER = tuple(KINDS)
HEADING = ("apiVersion", "kind")
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_CLUSTER_KEYS = frozenset(field.key for field in record_of(ClusterConfiguration).fields)


def kind_of(path: str) -> str:
    """The kind of the document that a path belongs to."""
    head = steps(path)[0]
    if head in PREFIXES:
        return head
    return "ClusterConfiguration" if head in _CLUSTER_KEYS else "InitConfiguration"


def steps(path: str) -> tuple[str, ...]:
    """The keys of a path; items of a list as `[0]`."""
    return tuple(_STEP.findall(path)) or ("",)


def _inside(path: str) -> tuple[str, ...]:
    found = steps(path)
    return found[1:] if found[0] in PREFIXES else found


def parse(text: str, name: str) -> tuple[Documents, dict[str, Place]]:
    """The documents of a text and the place of every path; raises Problems for what is no such YAML."""
    documents: list[Document] = []
    places: dict[str, Place] = {}
    for node in yaml_source.parse_documents(text, name=name):
        if not isinstance(node, yaml_source.Mapping):
            message = "a document must be a map of fields with apiVersion and kind"
            raise Problems([Problem("", message, "", node.place.line, node.place.column, name)])
        document = _plain(node)
        documents.append(document)
        prefix = PREFIXES.get(str(document.get("kind")), "")
        _note_places(node, prefix, places)
    return tuple(documents), places


def _plain(node: Node) -> Any:
    if isinstance(node, yaml_source.Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, yaml_source.Sequence):
        return [_plain(item) for item in node.items]
    return _scalar(node)


def _scalar(node: Scalar) -> Any:
    if not node.plain:
        return node.text
    match meaning(node.text):
        case "null":
            return None
        case "bool" if node.text in ("true", "false"):
            return node.text == "true"
        case "int" if _INTEGER.fullmatch(node.text):
            return int(node.text)
        case "float" if node.text == repr(float(node.text.replace("_", ""))):
            return float(node.text)
    return node.text


def _note_places(node: Node, path: str, places: dict[str, Place]) -> None:
    """Each path at its key, where a person looks for it; list items at their beginning."""
    if isinstance(node, yaml_source.Mapping):
        for key, value in node.entries:
            inner = f"{path}.{key.text}" if path else key.text
            places[inner] = key.place
            _note_places(value, inner, places)
    elif isinstance(node, yaml_source.Sequence):
        for index, item in enumerate(node.items):
            places[f"{path}[{index}]"] = item.place
            _note_places(item, f"{path}[{index}]", places)


def get(documents: Documents, path: str) -> Any:
    """What stands at a path, None where nothing does."""
    value: Any = next((d for d in documents if d.get("kind") == kind_of(path)), None)
    for step in _inside(path):
        value = _step_into(value, step)
    return value


def _step_into(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, Sequence) and not isinstance(value, str) and step.startswith("["):
        index = int(step[1:-1])
        return value[index] if index < len(value) else None
    return None


def put(documents: Documents, path: str, value: Any) -> Documents:
    """The documents with a value at a path; None removes it, and parents that are left empty.

    An empty document of a component goes too: that it is there means something to kubeadm.
    """
    kind, inside = kind_of(path), _inside(path)
    old = next((d for d in documents if d.get("kind") == kind), None)
    if old is None and value is None:
        return documents
    heading = {"apiVersion": KINDS[kind], "kind": kind}
    new = _with(old if old is not None else heading, inside, value)
    changed = _inserted(documents, new) if old is None else _replaced(documents, old, new)
    dropped = kind in PREFIXES and value is None and _is_empty(new)
    return tuple(d for d in changed if d is not new or not dropped)


def _replaced(documents: Documents, old: Document, new: Document) -> Documents:
    return tuple(new if one is old else one for one in documents)


def _inserted(documents: Documents, new: Document) -> Documents:
    """Before the first document that kubeadm would list after it."""
    rank = ORDER.index(new["kind"])
    later = (i for i, d in enumerate(documents) if d.get("kind") in ORDER[rank + 1 :])
    at = next(later, len(documents))
    return (*documents[:at], new, *documents[at:])


def _with(document: Any, path: Sequence[str], value: Any) -> dict[str, Any]:
    step, *rest = path
    changed = dict(document) if isinstance(document, Mapping) else {}
    inner = _with(changed.get(step), rest, value) if rest else value
    if inner is None or (rest and inner == {}):
        changed.pop(step, None)
    else:
        changed[step] = inner
    return changed


def _is_empty(document: Document) -> bool:
    return not set(document) - set(HEADING)


def write(documents: Documents) -> str:
    """The documents as YAML, each with its heading first and its keys in Go's order."""
    return "---\n".join(_written(document) for document in documents if document)


def _written(document: Document) -> str:
    heading = {key: document[key] for key in HEADING if key in document}
    rest = {key: value for key, value in document.items() if key not in HEADING}
    return (to_yaml(heading) if heading else "") + (to_yaml(rest) if rest else "")


def without(documents: Documents, paths: Sequence[str]) -> Documents:
    """The documents without what stands at the paths; an item of a list takes its list along."""
    for path in paths:
        documents = put(documents, path.partition("[")[0], None)
    return documents


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """The paths of everything that is no map."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif path:
        yield path
