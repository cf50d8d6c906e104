"""Protocol buffers' wire format, as much as CRI and containerd need: strings, bytes, numbers, messages,
lists, maps.

A hundred lines of our own stand in for the protobuf package: nothing to build for each machine,
nothing to import, and a message is a plain dict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
Kind = Literal["string", "bytes", "int", "bool", "map"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field's number; its kind, or the message in it; whether it repeats."""

    number: int
    kind: Kind | Message
    many: bool = False


Message = Mapping[str, Field]
"""The fields that we know of a message, by name; all others are skipped."""

EMPTY: dict[str, Any] = {"string": "", "bytes": b"", "int": 0, "bool": False}


def encode(message: Message, values: Mapping[str, Any]) -> bytes:
    """The given fields on the wire."""
    return b"".join(
        encode_field(message[name], one)
        for name, value in values.items()
        for one in each(message[name], value)
    )


def each(field: Field, value: Any) -> Iterable[Any]:
    """What goes on the wire one by one: the items of a list, the pairs of a map, else the one value."""
    if field.kind == "map":
        return [{"key": key, "value": text} for key, text in value.items()]
    return value if field.many else (value,)


def encode_field(field: Field, value: Any) -> bytes:
    if field.kind in ("int", "bool"):
        return varint(field.number << 3 | VARINT) + varint(int(value))
    inner = encode_inner(field, value)
    return varint(field.number << 3 | LENGTH) + varint(len(inner)) + inner


def encode_inner(field: Field, value: Any) -> bytes:
    if field.kind == "bytes":
        return bytes(value)
    if field.kind == "string":
        return str(value).encode()
    return encode(PAIR if field.kind == "map" else message_of(field), value)


def decode(message: Message, raw: bytes) -> dict[str, Any]:
    """Every known field, absent ones with their empty value. Raises ValueError."""
    values = {name: absent(field) for name, field in message.items()}
    known = {field.number: (name, field) for name, field in message.items()}
    for number, value in fields(raw):
        if number in known:
            name, field = known[number]
            put(values, name, field, value)
    return values


def absent(field: Field) -> Any:
    if field.many:
        return []
    if field.kind == "map":
        return {}
    return decode(field.kind, b"") if isinstance(field.kind, Mapping) else EMPTY[field.kind]


def put(values: dict[str, Any], name: str, field: Field, value: int | bytes) -> None:
    found = decode_value(field, value)
    if field.many:
        values[name].append(found)
    elif field.kind == "map":
        values[name][found["key"]] = found["value"]
    else:
        values[name] = found


def decode_value(field: Field, value: int | bytes) -> Any:
    if isinstance(value, int) != (field.kind in ("int", "bool")):
        raise ValueError(f"field {field.number} has the wrong type")
    if isinstance(value, int):
        return bool(value) if field.kind == "bool" else signed(value)
    if field.kind == "bytes":
        return value
    if field.kind == "string":
        return value.decode(errors="replace")
    return decode(PAIR if field.kind == "map" else message_of(field), value)


def fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and raw value of each field; fixed-size ones are bytes too."""
    at = 0
    while at < len(raw):
        tag, at = read_varint(raw, at)
        if tag & 7 == VARINT:
            value, at = read_varint(raw, at)
            yield tag >> 3, value
            continue
        size, at = size_of(tag & 7, raw, at)
        if at + size > len(raw):
            raise ValueError("a field ends after its message")
        yield tag >> 3, raw[at : at + size]
        at += size


def size_of(wire: int, raw: bytes, at: int) -> tuple[int, int]:
    """How many bytes a field's value has, and where they begin."""
    if wire == LENGTH:
        return read_varint(raw, at)
    if wire in (FIXED64, FIXED32):
        return (8 if wire == FIXED64 else 4), at
    raise ValueError(f"wire type {wire} is unknown")


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def read_varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number and the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(raw):
            raise ValueError("a number ends after its message")
        value |= (raw[at] & 0x7F) << shift
        at += 1
        if raw[at - 1] < 0x80:
            return value & (1 << 64) - 1, at
    raise ValueError("a number of more than 64 bits")


def signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def message_of(field: Field) -> Message:
    if not isinstance(field.kind, Mapping):
        raise TypeError(f"field {field.number} holds no message")
    return field.kind


PAIR: Message = {"key": Field(1, "string"), "value": Field(2, "string")}
