"""Shapes of documents by apiVersion and kind, old and new, for putting lost indentation back.

Today's are `load`'s; those of older versions are read from the tables of `migration`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from phases.model import documents, load
from phases.model.migration.moves import OLD_VERSIONS, Move, Tree, moves
from phases.model.schema import Field, Record, Shape, Table, Text

Shapes: TypeAlias = Callable[[str, str], Record | None]
"""The shape of a document by its apiVersion and kind, None where its fields aren't known."""


def record(name: str, /, **fields: Shape) -> Record:
    """A shape by its fields alone."""
    return Record(name, tuple(Field(key, key, shape) for key, shape in fields.items()))


def known_shape(api: str, kind: str) -> Record | None:
    """The shapes of kubeadm's documents in all versions, and of the components'."""
    if api and documents.KINDS.get(kind) == api:
        return load.shape_of(kind)
    group, _, version = api.rpartition("/")
    if group != documents.GROUP or version not in OLD_VERSIONS:
        return None
    fields = moves(version).get(kind)
    return _record(kind, fields) if isinstance(fields, Mapping) else None


def _record(name: str, fields: Mapping[str, Tree | Move]) -> Record:
    return record(name, **{key: _shape(key, one) for key, one in fields.items()})


def _shape(key: str, one: Tree | Move) -> Shape:
    """What isn't looked at in an old document is taken for a table: its keys are its own."""
    if isinstance(one, Move):
        return one.shape or Table(Text())
    return _record(key, one)
