"""The shapes of the components' own configurations, read from the tables under `components`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from phases.model.schema import (
    Decimal,
    Duration,
    Field,
    Items,
    Quantity,
    Record,
    Shape,
    Table,
    Text,
    Truth,
    Whole,
)

_NOTATION = re.compile(r"(?P<pointer>\*?)(?P<type>[^! ]+)(?P<always>!?)(?: since (?P<since>\d+))?")
_SCALARS: Mapping[str, Shape] = {
    "string": Text(),
    "bool": Truth(),
    "number": Decimal(),
    "duration": Duration(),
    "nanoseconds": Duration(loose=True),
    "quantity": Quantity(),
    "int32": Whole(),
    "int64": Whole(-(2**63), 2**63 - 1),
    "uint32": Whole(0, 2**32 - 1),
}


def scalar(name: str) -> Shape:
    """The shape of a value that is neither list nor map, by its notation; KeyError for no such one."""
    return _SCALARS[name]


def record(name: str) -> Record:
    """The shape of one struct; KeyError when no table has that name."""
    return _records()[name]


@cache
def _records() -> dict[str, Record]:
    tables: dict[str, dict[str, str]] = {}
    for name in ("shared.toml", "kubelet.toml", "kube_proxy.toml"):
        text = files("phases.model.components").joinpath(name).read_text("utf-8")
        tables.update(tomllib.loads(text))
    known: dict[str, Record] = {}
    for name in tables:
        _resolve(name, tables, known)
    return known


def _resolve(
    name: str, tables: Mapping[str, Mapping[str, str]], known: dict[str, Record]
) -> Record:
    if name not in known:
        fields = tuple(_field(key, text, tables, known) for key, text in tables[name].items())
        known[name] = Record(name, fields, build=_frozen, get=dict_get)
    return known[name]


def _field(
    key: str, text: str, tables: Mapping[str, Mapping[str, str]], known: dict[str, Record]
) -> Field:
    match = _NOTATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{key}: {text!r} is no notation of a type")
    shape = _shape(match["type"], tables, known)
    since = int(match["since"] or 0)
    return Field(key, key, shape, bool(match["always"]), bool(match["pointer"]), since=since)


def _shape(text: str, tables: Mapping[str, Mapping[str, str]], known: dict[str, Record]) -> Shape:
    if text.startswith("[]"):
        return Items(_shape(text[2:], tables, known))
    if text.startswith("map["):
        return Table(_shape(text[4:-1], tables, known))
    return _SCALARS.get(text) or _resolve(text, tables, known)


def _frozen(**values: Any) -> Mapping[str, Any]:
    return MappingProxyType(values)


def dict_get(value: Mapping[str, Any], key: str) -> Any:
    """A field of a document; None where it was not given."""
    return value.get(key)
