"""Documents in the making: values are put at paths, in the end each document is one YAML node.

Places stay those of the values that were put, so that a problem found later points into the old file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from phases.model import yaml_source
from phases.model.migration.step import at
from phases.model.problem import Place
from phases.model.yaml_source import Node, Scalar, Sequence

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")

Branch: TypeAlias = "dict[str, Node | Branch]"


class Draft:
    """Today's documents by kind, as far as something was put into them."""

    def __init__(self) -> None:
        self._tree: Branch = {}

    def put(self, path: str, node: Node) -> None:
        """Sets a value; a list is added to one that is there, flags in the order of their names.

        Beside plain keys a path may have `[0]`, the first item of a list.
        """
        *above, last = (index or key for index, key in _STEP.findall(path))
        branch = self._tree
        for key in above:
            below = branch.setdefault(key, {})
            if not isinstance(below, dict):
                below = branch[key] = dict(_entries(below))
            branch = below
        branch[last] = _joined(branch.get(last), node)

    def documents(self) -> Mapping[str, Node]:
        """Every document that something was put into, by the name it has in the tables."""
        return {name: _frozen(found) for name, found in self._tree.items()}


def _entries(node: Node) -> list[tuple[str, Node]]:
    entries = node.entries if isinstance(node, yaml_source.Mapping) else ()
    return [(key.text, value) for key, value in entries]


def _joined(before: Node | Branch | None, node: Node) -> Node | Branch:
    if isinstance(before, dict):
        return before | dict(_entries(node))
    if not isinstance(before, Sequence) or not isinstance(node, Sequence):
        return node
    return Sequence(tuple(sorted((*before.items, *node.items), key=_name)), before.place)


def _name(item: Node) -> str:
    """Items without a name keep their order."""
    name = at(item, "name")
    return name.text if isinstance(name, Scalar) else ""


def _frozen(branch: Node | Branch) -> Node:
    if not isinstance(branch, dict):
        return branch
    nodes = {key: _frozen(value) for key, value in branch.items()}
    first = next((node.place for node in nodes.values()), Place(1, 1))
    place = Place(first.line, first.column)  # no field of the old file has this name
    if nodes and all(key.isdecimal() for key in nodes):
        return Sequence(tuple(nodes.values()), place)
    entries = ((Scalar(key, True, node.place), node) for key, node in nodes.items())
    return yaml_source.Mapping(tuple(entries), place)
