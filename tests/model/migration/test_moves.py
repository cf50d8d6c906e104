"""The tables of old documents lead somewhere, and name nothing that isn't there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from phases.model.load import OWN_TYPES, shape_of
from phases.model.migration.forms import FORMS
from phases.model.migration.moves import DOCUMENTS, OLD_VERSIONS, Move, Tree, gates, moves, paths
from phases.model.schema import Items, Record, Shape

TABLES = (*OLD_VERSIONS, "current")


def leaves(tree: Tree, path: str = "") -> Iterator[tuple[str, Move]]:
    for key, below in tree.items():
        inner = f"{path}.{key}" if path else key
        if isinstance(below, Move):
            yield inner, below
        else:
            yield from leaves(below, inner)


def every(version: str) -> list[tuple[str, str, Move]]:
    return [(kind, *leaf) for kind, tree in moves(version).items() for leaf in leaves(tree)]


def exists(place: str) -> bool:
    """Whether today's documents have a field at a place of the tables."""
    alias, _, path = place.partition(".")
    shape: Shape = shape_of(DOCUMENTS[alias])
    for key in filter(None, re.split(r"\.|\[0\]", path)):
        shape = shape.of if isinstance(shape, Items) else shape
        field = shape.field(key) if isinstance(shape, Record) else None
        if field is None:
            return False
        shape = field.shape
    return True


@pytest.mark.parametrize("version", TABLES)
def test_every_field_leads_to_one_of_today_or_is_gone(version: str) -> None:
    """A place that a table names exists in today's documents; what is gone has an advice instead."""
    for kind, path, move in every(version):
        assert bool(move.to) is not bool(move.gone), (kind, path)
        assert not move.to or exists(move.to), (kind, path, move.to)


@pytest.mark.parametrize("version", TABLES)
def test_what_a_field_depends_on_is_in_the_same_document(version: str) -> None:
    """`when`, `unless` and `by` name a field of the old document and a function that is there."""
    for kind, path, move in every(version):
        known = set(paths(version, kind)) | {"featureGates.Auditing"}
        assert {move.when, move.unless} - {""} <= known, (kind, path)
        assert not move.by or move.by in FORMS or move.by == "document", (kind, path)


def test_every_function_is_used() -> None:
    """No form is left over from a table that changed."""
    used = {move.by for version in TABLES for _, _, move in every(version)}
    assert set(FORMS) <= used


def test_gates_say_what_to_do() -> None:
    """Each gate that is gone has the value that loses nothing, and an advice."""
    for name, gate in gates().items():
        assert isinstance(gate["harmless"], bool), name
        assert gate["advice"], name


def test_the_documents_of_the_tables_are_todays() -> None:
    """Every name for a document is one that a file may hold."""
    assert {*OWN_TYPES, "KubeletConfiguration", "KubeProxyConfiguration"} == set(DOCUMENTS.values())
