"""Presets: starting points as small files, those that come with the program and those of operators.

A file begins with what a person reads (title, description, `asks`), and goes on as a kubeadm.yaml.
docs/presets.md tells how to write one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from phases.model import load, yaml_source
from phases.model.decode import UNSET, Reading, decode
from phases.model.problem import Place, Problems
from phases.model.schema import Field, Record, Shape, Table, Text
from tui import sections, text
from tui.fields.documents import parse
from tui.fragment import NOTHING, SOURCES, Fragment, of_documents

SHIPPED = ("lab", "production", "ha", "edge", "mirrors", "mirrors-china", "air-gapped")
"""In the order in which they are offered."""

FOLDERS = (Path("/etc/kubeboot/presets"), Path("~/.config/kubeboot/presets"))
"""Where operators put theirs; a later one takes the place of an earlier one with the same name."""

HEAD: Mapping[str, Shape] = {
    "title": Table(Text()),
    "description": Table(Text()),
    "asks": Text(),
    "options": Table(Text()),
}
TOGETHER = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
LANGUAGE = "en"
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Preset:
    """A starting point: what it sets, and the field that it can't know and asks for. `fault` says why a
    file can't be used."""

    name: str
    titles: Mapping[str, str] = field(default_factory=lambda: _NONE)
    descriptions: Mapping[str, str] = field(default_factory=lambda: _NONE)
    fragment: Fragment = NOTHING
    asks: str = ""
    file: str = ""
    fault: str = ""

    @property
    def title(self) -> str:
        """In the language in use, else in English."""
        return _spoken(self.titles) or self.name

    @property
    def description(self) -> str:
        return _spoken(self.descriptions)


def _spoken(texts: Mapping[str, str]) -> str:
    return texts.get(text.language()) or texts.get(LANGUAGE) or next(iter(texts.values()), "")


def presets(folders: tuple[Path, ...] | None = None) -> tuple[Preset, ...]:
    """All presets by name; a file that can't be used has its `fault`."""
    found = {name: _shipped(name) for name in SHIPPED}
    searched = FOLDERS if folders is None else folders
    for path in (path for folder in searched for path in _files(folder)):
        found[path.stem] = _of_file(path)
    return tuple(found.values())


def named(name: str, folders: tuple[Path, ...] | None = None) -> Preset | None:
    """The preset of that name."""
    return next((one for one in presets(folders) if one.name == name), None)


def _shipped(name: str) -> Preset:
    return read(
        name, files("tui.presets").joinpath(f"{name}.yaml").read_text("utf-8"), f"{name}.yaml"
    )


def _files(folder: Path) -> Iterator[Path]:
    """A folder that isn't there or may not be looked into holds none."""
    with suppress(OSError, RuntimeError):
        yield from sorted(folder.expanduser().glob("*.yaml"))


def _of_file(path: Path) -> Preset:
    try:
        return read(path.stem, yaml_source.read_text(str(path)), str(path))
    except Problems as found:
        return Preset(path.stem, file=str(path), fault=str(found.problems[0]))


def read(name: str, content: str, file: str) -> Preset:
    """A preset from its text; Problems with their lines for one that can't be used."""
    head, _rule, rest = content.partition("\n---\n")
    below = "\n" * (head.count("\n") + 1) + "---\n" + rest
    facts = _head(head, file)
    documents = parse(below, file)[0]
    kinds = {str(document.get("kind")) for document in documents}
    whole = below if kinds & {"InitConfiguration", "ClusterConfiguration"} else f"{below}{TOGETHER}"
    load.read(whole, name=file)
    return Preset(
        name,
        facts.get("title", _NONE),
        facts.get("description", _NONE),
        of_documents(documents, facts.get("options")),
        facts.get("asks", ""),
        file,
    )


def _head(content: str, file: str) -> Mapping[str, Any]:
    nodes = yaml_source.parse_documents(content, name=file)
    reading = Reading(file=file)
    shape = Record("A preset", tuple(Field(key, key, one) for key, one in HEAD.items()))
    found: Any = decode(_worded(nodes[0]), shape, "", reading) if nodes else UNSET
    facts: dict[str, Any] = {} if found is UNSET else dict(found)
    if not facts.get("title"):
        reading.note("title", "is missing", Place(1, 1), "Add a title")
    for path in filter(None, (facts.get("asks"), *facts.get("options", ()))):
        if path not in sections.fields() and path not in SOURCES:
            reading.note(path, "is no field of the form", Place(1, 1))
    if reading.problems:
        raise Problems(reading.problems)
    return facts


def _worded(node: yaml_source.Node) -> yaml_source.Node:
    """A title or a description in one language only may be a plain text."""
    if not isinstance(node, yaml_source.Mapping):
        return node
    return yaml_source.Mapping(
        tuple((key, _in_english(key, value)) for key, value in node.entries), node.place
    )


def _in_english(key: yaml_source.Scalar, value: yaml_source.Node) -> yaml_source.Node:
    if key.text not in ("title", "description") or not isinstance(value, yaml_source.Scalar):
        return value
    return yaml_source.Mapping(
        ((yaml_source.Scalar(LANGUAGE, True, value.place), value),), value.place
    )


__all__ = ["FOLDERS", "SHIPPED", "Preset", "named", "presets", "read"]
