"""The shapes of kubeadm's own documents, read from the type hints of the dataclasses in `types`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from phases.model import tables
from phases.model.schema import (
    Duration,
    Field,
    Hidden,
    Items,
    Record,
    Shape,
    Table,
    Text,
    Truth,
    Whole,
)
from phases.model.secret import Secret


@cache
def record_of(kind: type[Any]) -> Record:
    """The shape that a frozen dataclass of `types` describes."""
    hints = get_type_hints(kind)
    fields = tuple(_field(field, hints[field.name]) for field in dataclasses.fields(kind))
    return Record(kind.__name__, fields, build=kind)


def _field(field: dataclasses.Field[Any], hint: Any) -> Field:
    inner, pointer = _without_none(hint)
    named = field.metadata.get("record")
    return Field(
        key=field.metadata.get("key") or camel_case(field.name),
        attribute=field.name,
        shape=tables.record(named) if named else _bounded(_shape(inner), field),
        always="always" in field.metadata,
        pointer=pointer or bool(named),
        required=field.default is field.default_factory is dataclasses.MISSING,
    )


def _bounded(shape: Shape, field: dataclasses.Field[Any]) -> Shape:
    return Whole(*field.metadata["range"]) if "range" in field.metadata else shape


def camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    return next(arg for arg in get_args(hint) if arg is not type(None)), True


_PLAIN: Mapping[Any, Shape] = {
    str: Text(),
    int: Whole(),
    bool: Truth(),
    timedelta: Duration(),
    Secret: Hidden(),
}


def _shape(hint: Any) -> Shape:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return Text(tuple(arguments))
    if origin is tuple:
        return Items(_shape(arguments[0]))
    if dataclasses.is_dataclass(hint):
        return record_of(hint)  # type: ignore[arg-type]
    return Table(_shape(arguments[1]))
