"""Whatever a document of today holds: written and read again it is equal, and migrating it changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phases.model.decode import Reading, as_document, decode
from phases.model.documents import KINDS
from phases.model.dump import document_yaml
from phases.model.load import PREFIXES, shape_of
from phases.model.migration.convert import refreshed
from phases.model.yaml_source import Mapping, parse_documents
from tests.model.shapes import documents

MANY = settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def written(kind: str, value: Any) -> str:
    return document_yaml(kind, KINDS[kind], value, lambda fields: fields)


def node(text: str) -> Mapping:
    (found,) = parse_documents(text, name="k")
    assert isinstance(found, Mapping)
    entries = tuple(entry for entry in found.entries if entry[0].text not in ("apiVersion", "kind"))
    return Mapping(entries, found.place)


def read(kind: str, text: str) -> tuple[Any, Reading]:
    reading = Reading("k")
    value = decode(node(text), shape_of(kind), "", reading)
    return as_document(value) if kind in PREFIXES else value, reading


@pytest.mark.parametrize("kind", KINDS)
@MANY
@given(st.data())
def test_what_is_written_is_read_as_it_was(kind: str, data: st.DataObject) -> None:
    """Four hundred random documents of each kind come back equal, without a problem."""
    value = data.draw(documents(kind))
    found, reading = read(kind, written(kind, value))
    assert reading.problems == []
    assert found == value


@pytest.mark.parametrize("kind", KINDS)
@settings(MANY, max_examples=100)
@given(st.data())
def test_a_document_of_today_is_not_changed_by_refreshing(kind: str, data: st.DataObject) -> None:
    """What holds nothing of earlier releases stays, value by value."""
    value = data.draw(documents(kind))
    text = written(kind, value)
    found = refreshed(node(text), kind, Reading("k"))
    lost = [line for line in found.lines if line.fate != "kept"]
    empty = Mapping((), node(text).place)
    again = decode(found.documents.get(kind, empty), shape_of(kind), "", Reading("k"))
    assert lost or again == decode(node(text), shape_of(kind), "", Reading("k"))
