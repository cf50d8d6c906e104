"""One field on its way from an old document to today's: what a form is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from phases.model import yaml_source
from phases.model.migration.moves import Move
from phases.model.problem import Place
from phases.model.yaml_source import Node, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Step:
    """One field on its way: its value, its path and the old document that it stands in."""

    node: Node
    move: Move
    path: str
    whole: yaml_source.Mapping

    def other(self, path: str) -> Node | None:
        """The value of another field of the old document; None where it isn't given."""
        return at(self.whole, path)


@dataclass(frozen=True, slots=True)
class Put:
    """`below` follows the field's path where only a part of it goes there."""

    to: str
    node: Node
    below: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """`below` follows the field's path; `advice` is what to do now."""

    below: str
    place: Place
    advice: str
    stops: bool = True


Form = Callable[[Step], Iterator[Put | Lost]]


def at(whole: Node, path: str) -> Node | None:
    """The value at a dotted path, None where there is none or nothing is said."""
    node: Node | None = whole
    for key in path.split("."):
        entries = node.entries if isinstance(node, yaml_source.Mapping) else ()
        node = next((value for name, value in entries if name.text == key), None)
    return None if node is None or is_empty(node) else node


def is_empty(node: Node) -> bool:
    """Whether a value says nothing: null, an empty text, list or map."""
    if isinstance(node, Scalar):
        return node.text == "" or (node.plain and node.text in ("null", "~", "Null", "NULL"))
    return not (node.items if isinstance(node, Sequence) else node.entries)


def is_true(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.text not in ("false", "0")


def text(value: str, place: Place) -> Scalar:
    return Scalar(value, False, place)


def record(place: Place, **fields: Node) -> yaml_source.Mapping:
    entries = ((Scalar(key, True, place), node) for key, node in fields.items())
    return yaml_source.Mapping(tuple(entries), place)


def argument(name: Scalar, value: Scalar) -> yaml_source.Mapping:
    """One flag of a list."""
    return record(name.place, name=replace(name, plain=False), value=value)


def argument_list(node: Node, *without: str) -> Sequence:
    """A map of flags as a list, in the order of their names."""
    entries = node.entries if isinstance(node, yaml_source.Mapping) else ()
    found = [(k, v) for k, v in entries if isinstance(v, Scalar) and k.text not in without]
    ordered = sorted(found, key=lambda entry: entry[0].text)
    return Sequence(tuple(argument(key, value) for key, value in ordered), node.place)
