"""The tables of old documents: for each field what it holds and where it went.

`field = "TYPE"` stayed where it was, `field = "TYPE > document.path"` went elsewhere. In braces: `is` the
type, `to` the new place, `by` the function of `forms` that rewrites it, `gone` what to do now that it
no longer exists, `harmless` the value that loses nothing (true: any), `when` and `unless` another
field that this one has an effect with, or without. Types are those of `tables`, classes of `types`,
`port`, `secret`, `any`, and what stands under [types] of the same file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias, get_args

from phases.model import schema, tables, types
from phases.model.hints import record_of
from phases.model.schema import Shape

DOCUMENTS: Mapping[str, str] = {
    "init": "InitConfiguration",
    "cluster": "ClusterConfiguration",
    "join": "JoinConfiguration",
    "kubelet": "KubeletConfiguration",
    "kubeProxy": "KubeProxyConfiguration",
}
"""How the tables call today's documents."""

OLD_VERSIONS = ("v1alpha1", "v1alpha2", "v1alpha3", "v1beta1", "v1beta2", "v1beta3")


@dataclass(frozen=True, slots=True)
class Move:
    """What became of one field; the words are explained above. `shape` None is not looked at."""

    shape: Shape | None
    to: str = ""
    by: str = ""
    gone: str = ""
    harmless: bool | str = ""
    when: str = ""
    unless: str = ""


Tree: TypeAlias = "Mapping[str, Tree | Move]"


@cache
def moves(version: str) -> Mapping[str, Tree]:
    """The documents of an old version, or of `current`, by kind; KeyError for no such version."""
    table = _read(version)
    own = table.pop("types", {})
    aliases = {kind: alias for alias, kind in DOCUMENTS.items()}
    return {kind: _tree(fields, own, aliases.get(kind, "")) for kind, fields in table.items()}


@cache
def paths(version: str, kind: str) -> tuple[str, ...]:
    """All fields of a document of an old version."""
    return tuple(_paths(moves(version).get(kind, {}), ""))


def _paths(tree: Tree, prefix: str) -> list[str]:
    found: list[str] = []
    for key, below in tree.items():
        path = f"{prefix}{key}"
        found += [path] if isinstance(below, Move) else [path, *_paths(below, f"{path}.")]
    return found


def gates() -> Mapping[str, Any]:
    """kubeadm's feature gates that are gone, as gates.toml has them."""
    return _read("gates")


@cache
def _text(name: str) -> str:
    return files("phases.model.migration").joinpath(f"{name}.toml").read_text("utf-8")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


def _tree(table: Mapping[str, Any], own: Mapping[str, Any], path: str) -> Tree:
    return {key: _entry(entry, own, f"{path}.{key}") for key, entry in table.items()}


def _entry(entry: Any, own: Mapping[str, Any], path: str) -> Tree | Move:
    if isinstance(entry, str):
        kind, _, to = entry.partition(" > ")
        return Move(_shape(kind, own), to or path)
    if "is" not in entry:
        return _tree(entry, own, path)
    facts = {name: value for name, value in entry.items() if name != "is"}
    to = "" if "gone" in entry else facts.pop("to", path)
    return Move(_shape(entry["is"], own), to, **facts)


def _shape(text: str, own: Mapping[str, Any]) -> Shape | None:
    if text == "any":
        return None
    if text.startswith(("[]", "map[")):
        wrap = schema.Items if text.startswith("[]") else schema.Table
        inner = text[2:] if text.startswith("[]") else text[4:-1]
        shape = _shape(inner, own)
        return None if shape is None else wrap(shape)
    return _named(text, own)


def _named(name: str, own: Mapping[str, Any]) -> Shape:
    if name in own:
        fields = own[name].items()
        return schema.Record(name, tuple(schema.Field(k, k, _named(t, own)) for k, t in fields))
    found = getattr(types, name, None)
    if found is None:
        return _SIMPLE.get(name) or tables.scalar(name)
    return schema.Text(get_args(found)) if get_args(found) else record_of(found)


_SIMPLE: Mapping[str, Shape] = {"port": schema.Whole(1, 65535), "secret": schema.Hidden()}
