"""From YAML nodes to values, by shape; a mistake is noted with its place and reading goes on.

A word without quotes means what Go's YAML takes it for: `no` is not a text, `06443` no number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from phases.model import schema, yaml_source
from phases.model.duration import format_duration, parse_duration
from phases.model.go_yaml import meaning
from phases.model.problem import Place, Problem
from phases.model.quantity import QUANTITY
from phases.model.secret import Secret
from phases.model.yaml_source import Node, Scalar

MANY = 50
"""Beyond so many mistakes nobody wants to know what was meant by each."""

UNSET: Final = object()
"""Stands for a value that was null, absent or unreadable."""

_KINDS = {
    schema.Text: "a text",
    schema.Hidden: "a text",
    schema.Whole: "a whole number",
    schema.Decimal: "a number",
    schema.Truth: "true or false",
    schema.Duration: "a duration",
    schema.Quantity: "a quantity",
    schema.Items: "a list",
    schema.Table: "a map",
    schema.Record: "a map of fields",
}
_WRITTEN = {
    "null": "nothing",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "string": "a text",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")
_HINTS = {
    schema.Duration: "Write it as in 1h30m, 24h or 90s",
    schema.Truth: "Write true or false, without quotes",
}


@dataclass(slots=True)
class Reading:
    """What one reading has found so far: the problems, and where each path stands.

    `homes` names the document that each top-level field of kubeadm's own documents belongs to,
    `later` the version of the format that brought a field which the one being read doesn't have.
    """

    file: str = ""
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)

    def note(self, path: str, message: str, place: Place, remedy: str = "") -> Any:
        """Notes a problem; returns UNSET, for the value that isn't there."""
        problem = Problem(place.path or path, message, remedy, place.line, place.column, self.file)
        self.problems.append(problem)
        return UNSET


def decode(node: Node, shape: schema.Shape, path: str, reading: Reading) -> Any:
    """The value of a node, or UNSET when it is null or wrong; wrong ones are noted in `reading`."""
    reading.places[path] = node.place
    if isinstance(node, Scalar) and node.plain and meaning(node.text) == "null":
        return UNSET
    match shape:
        case schema.Record():
            return _record(node, shape, path, reading)
        case schema.Items():
            return _items(node, shape, path, reading)
        case schema.Table():
            return _table(node, shape, path, reading)
    if not isinstance(node, Scalar):
        return _mismatch(node, shape, path, reading)
    return _scalar(node, shape, path, reading)


def _record(node: Node, shape: schema.Record, path: str, reading: Reading) -> Any:
    if not isinstance(node, yaml_source.Mapping):
        return _mismatch(node, shape, path, reading)
    values: dict[str, Any] = {}
    for key, child in node.entries:
        inner = f"{path}.{key.text}" if path else key.text
        known = shape.field(key.text)
        if known is None:
            note_unknown(key, [field.key for field in shape.fields], shape.name, inner, reading)
            continue
        value = decode(child, known.shape, inner, reading)
        if value is not UNSET:
            values[known.attribute] = value
    return _build(shape, values, node, path, reading)


def _build(
    shape: schema.Record, values: dict[str, Any], node: Node, path: str, reading: Reading
) -> Any:
    missing = [known for known in shape.fields if known.required and known.attribute not in values]
    for known in missing:
        inner = f"{path}.{known.key}" if path else known.key
        reading.note(inner, "is missing", node.place, f"Add {known.key}")
    return UNSET if missing else shape.build(**values)


def note_unknown(
    key: Scalar, known: Collection[str], owner: str, path: str, reading: Reading
) -> None:
    """Notes a key that is none of the `known` ones of its `owner`, with the nearest good one."""
    same = next((name for name in known if name.lower() == key.text.lower()), None)
    if same:
        reading.note(path, "has the wrong case", key.place, f"Write {same}")
    elif path in reading.homes:
        remedy = "Move it into that document"
        reading.note(path, f"belongs to {reading.homes[path]}", key.place, remedy)
    elif path in reading.later:
        version = reading.later[path]
        remedy = f"Remove it, or write the document as {version} has it"
        reading.note(path, f"came only with {version}", key.place, remedy)
    else:
        few = len(reading.problems) < MANY  # looking for near names takes its time
        near = get_close_matches(key.text, known, n=1) if few else []
        remedy = f"Did you mean {near[0]}?" if near else f"{owner} has {_listed(known)}"
        reading.note(path, "is not a known field", key.place, remedy)


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:12]) + (", ..." if len(ordered) > 12 else "")


def _items(node: Node, shape: schema.Items, path: str, reading: Reading) -> Any:
    if not isinstance(node, yaml_source.Sequence):
        return _not_a_list(node, shape, path, reading)
    values = []
    for index, child in enumerate(node.items):
        inner = f"{path}[{index}]"
        before = len(reading.problems)
        value = decode(child, shape.of, inner, reading)
        if value is UNSET and len(reading.problems) == before:
            reading.note(
                inner, "is empty", child.place, f"Write {_KINDS[type(shape.of)]} or remove it"
            )
        values.append(value)
    return tuple(value for value in values if value is not UNSET)


def _not_a_list(node: Node, shape: schema.Items, path: str, reading: Reading) -> Any:
    named = isinstance(shape.of, schema.Record) and shape.of.name == "Arg"
    if not (named and isinstance(node, yaml_source.Mapping)):
        return _mismatch(node, shape, path, reading)
    message = "is a map, as it was before v1beta4, but must be a list of name and value"
    example = next((key.text for key, _ in node.entries), "v")
    remedy = f'Write each flag as "- name: {example}" with "value:" below it'
    return reading.note(path, message, node.place, remedy)


def _table(node: Node, shape: schema.Table, path: str, reading: Reading) -> Any:
    if not isinstance(node, yaml_source.Mapping):
        return _mismatch(node, shape, path, reading)
    values: dict[str, Any] = {}
    for key, child in node.entries:
        inner = f"{path}.{key.text}" if path else key.text
        if _CONTROL.search(key.text) or "\n" in key.text or len(key.text) > 128:
            reading.note(path, "has an unusable key", key.place, "Remove it")
            continue
        value = decode(child, shape.of, inner, reading)
        if value is not UNSET:
            values[key.text] = value
    return MappingProxyType(values)


def _scalar(node: Scalar, shape: schema.Shape, path: str, reading: Reading) -> Any:
    match shape:
        case schema.Text() | schema.Hidden():
            return _text(node, shape, path, reading)
        case schema.Whole():
            return _whole(node, shape, path, reading)
        case schema.Truth():
            return _truth(node, path, reading)
        case schema.Duration():
            return _duration(node, shape, path, reading)
        case schema.Decimal():
            return _decimal(node, path, reading)
        case _:
            return _quantity(node, path, reading)


def _text(node: Scalar, shape: schema.Text | schema.Hidden, path: str, reading: Reading) -> Any:
    if _taken_for(node) != "string":
        shown = "what stands here" if isinstance(shape, schema.Hidden) else node.text
        message = f"must be a text, but {shown} without quotes is {_WRITTEN[_taken_for(node)]}"
        remedy = "Put quotes round it" if isinstance(shape, schema.Hidden) else f'Write "{shown}"'
        return reading.note(path, message, node.place, remedy)
    control = _CONTROL.search(node.text)
    if control:
        message = f"contains the control character U+{ord(control[0]):04X}"
        return reading.note(path, message, node.place, "Remove it")
    if isinstance(shape, schema.Hidden):
        return Secret(node.text)
    if shape.choices and node.text not in shape.choices:
        choices = ", ".join(choice or '""' for choice in shape.choices)
        return reading.note(path, f"can't be {node.text!r}", node.place, f"Use one of {choices}")
    return node.text


def _taken_for(node: Scalar) -> str:
    return meaning(node.text) if node.plain else "string"


def _whole(node: Scalar, shape: schema.Whole, path: str, reading: Reading) -> Any:
    if not node.plain or not _INTEGER.fullmatch(node.text):
        return _mismatch(node, shape, path, reading)
    if len(node.text) > 20 or not shape.minimum <= int(node.text) <= shape.maximum:
        message = f"must lie between {shape.minimum} and {shape.maximum}, but is {node.text[:24]}"
        return reading.note(path, message, node.place, "Write a number within these bounds")
    return int(node.text)


def _truth(node: Scalar, path: str, reading: Reading) -> Any:
    if not node.plain or node.text not in ("true", "false"):
        return _mismatch(node, schema.Truth(), path, reading)
    return node.text == "true"


def _decimal(node: Scalar, path: str, reading: Reading) -> Any:
    if not node.plain or not _DECIMAL.fullmatch(node.text):
        return _mismatch(node, schema.Decimal(), path, reading)
    value = float(node.text)
    return int(value) if value.is_integer() else value


def _duration(node: Scalar, shape: schema.Duration, path: str, reading: Reading) -> Any:
    if shape.loose and node.plain and _INTEGER.fullmatch(node.text) and len(node.text) < 19:
        return int(node.text)
    if _taken_for(node) != "string":
        return _mismatch(node, shape, path, reading)
    try:
        value = parse_duration(node.text)
    except ValueError as error:
        return reading.note(
            path, f"must be a duration, but {error}", node.place, _HINTS[type(shape)]
        )
    return format_duration(value) if shape.loose else value


def _quantity(node: Scalar, path: str, reading: Reading) -> Any:
    if not QUANTITY.fullmatch(node.text):
        return _mismatch(node, schema.Quantity(), path, reading)
    return node.text


def _mismatch(node: Node, shape: schema.Shape, path: str, reading: Reading) -> Any:
    message = f"must be {_KINDS[type(shape)]}, but {_description(node)}"
    remedy = _HINTS.get(type(shape), "")
    if isinstance(shape, schema.Whole) and isinstance(node, Scalar):
        remedy = "Write plain decimal digits, without quotes or a leading zero"
    return reading.note(path, message, node.place, remedy)


def _description(node: Node) -> str:
    if isinstance(node, yaml_source.Sequence):
        return "is a list"
    if isinstance(node, yaml_source.Mapping):
        return "is a map"
    shown = node.text if len(node.text) <= 60 else node.text[:57] + "..."
    quoted = repr(shown)
    return f"{quoted} in quotes is a text" if not node.plain else f"is written {quoted}"


def as_document(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Decoded component settings as plain frozen data: durations become Go's text."""
    return MappingProxyType({key: _plain(item) for key, item in value.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, Mapping):
        return as_document(value)
    return tuple(_plain(item) for item in value) if isinstance(value, tuple) else value
