"""From values to plain data, by shape: what Go would write, and nothing that Go would leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from phases.model import schema
from phases.model.duration import format_duration
from phases.model.quantity import canonical
from phases.model.secret import Secret
from phases.model.types import EMPTY

_ZEROS: Mapping[type[Any], Any] = {
    schema.Text: "",
    schema.Hidden: "",
    schema.Whole: 0,
    schema.Decimal: 0,
    schema.Truth: False,
    schema.Duration: "0s",
    schema.Quantity: "0",
}
_STRUCTS = (schema.Record, schema.Duration, schema.Quantity)
"""What Go never leaves out for being empty, unless a pointer to it is nil."""

_CONTAINERS = (schema.Items, schema.Table)


def encode(value: Any, shape: schema.Record, *, minor: int | None = None) -> dict[str, Any]:
    """The fields of a record in their own keys; `minor` leaves out fields that came later."""
    return dict(_entries(value, shape, minor))


def _entries(value: Any, shape: schema.Record, minor: int | None) -> Iterator[tuple[str, Any]]:
    for field in shape.fields:
        if minor is not None and field.since > minor:
            continue
        held = None if value is None else shape.get(value, field.attribute)
        if held is None or held is EMPTY:
            held = _unset(field)
            if held is None and not field.always:
                continue
        elif _left_out(held, field):
            continue
        yield field.key, _plain(held, field.shape, minor)


def _unset(field: schema.Field) -> Any:
    if field.pointer or isinstance(field.shape, _CONTAINERS):
        return None
    if isinstance(field.shape, schema.Record):
        return {}
    if isinstance(field.shape, schema.Duration) and field.shape.loose:
        return 0
    zero = _ZEROS[type(field.shape)]
    return zero if field.always or isinstance(field.shape, _STRUCTS) else None


def _left_out(held: Any, field: schema.Field) -> bool:
    if field.always or isinstance(field.shape, _STRUCTS):
        return False
    if isinstance(field.shape, _CONTAINERS):
        return not held
    return not field.pointer and held == _ZEROS[type(field.shape)]


def _plain(value: Any, shape: schema.Shape, minor: int | None) -> Any:
    if value is None:
        return None
    match shape:
        case schema.Record():
            return encode(_mapping_or_value(value, shape), shape, minor=minor)
        case schema.Items():
            return [_plain(item, shape.of, minor) for item in value]
        case schema.Table():
            return {key: _plain(item, shape.of, minor) for key, item in value.items()}
        case schema.Quantity():
            return canonical(value)
    if isinstance(value, timedelta):
        return format_duration(value)
    return value.reveal() if isinstance(value, Secret) else value


def _mapping_or_value(value: Any, shape: schema.Record) -> Any:
    return None if value == {} and shape.get is getattr else value
