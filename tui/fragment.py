"""A part of a configuration that is laid over what was typed: a preset's, or a pasted command line's.

What it would change is told before; what somebody typed stays unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from phases.model.encode import encode
from phases.model.hints import record_of
from phases.model.load import KINDS, PREFIXES, shape_of
from phases.model.schema import Record
from phases.model.types import ClusterConfiguration, Configuration, InitConfiguration
from tui.fields.documents import HEADING, Documents, get

_NONE: Mapping[str, Any] = MappingProxyType({})
Effect = Literal["set", "same", "typed", "gone"]
"""A value comes to be; stands already; differs from what was typed; goes with an earlier preset."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Values by path: of the documents as plain data, of the options as texts."""

    values: Mapping[str, Any]
    options: Mapping[str, str] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True)
class Change:
    """What laying a fragment over a draft does at one path; the values are data, None for none."""

    path: str
    effect: Effect
    before: Any
    after: Any


NOTHING = Fragment(_NONE)
SOURCES = ("--package-source", "--version-source")
"""Options that have no field: where packages come from, and who knows what a version label means."""


def of_documents(documents: Documents, options: Mapping[str, str] | None = None) -> Fragment:
    """The values in documents whose kinds are known."""
    values: dict[str, Any] = {}
    for document in documents:
        kind = str(document.get("kind"))
        if kind in KINDS:
            inside = {key: value for key, value in document.items() if key not in HEADING}
            values.update(_leaves(inside, shape_of(kind), PREFIXES.get(kind, "")))
    return Fragment(MappingProxyType(values), MappingProxyType(dict(options or {})))


def _leaves(value: Mapping[str, Any], shape: Record, path: str) -> Iterator[tuple[str, Any]]:
    """Fields with what they hold; lists and maps with free keys are whole."""
    for key, held in value.items():
        known, inner = shape.field(key), f"{path}.{key}".lstrip(".")
        if known and isinstance(known.shape, Record) and isinstance(held, Mapping):
            yield from _leaves(held, known.shape, inner)
        else:
            yield inner, held


def of_configuration(configuration: Configuration, options: Mapping[str, str]) -> Fragment:
    """What a configuration sets beside empty fields."""
    parts: tuple[tuple[Any, Record, str], ...] = (
        (configuration.init, record_of(InitConfiguration), ""),
        (configuration.cluster, record_of(ClusterConfiguration), ""),
    )
    values = {
        path: _lean(held)
        for part, shape, prefix in parts
        for path, held in _leaves(encode(part, shape), shape, prefix)
        if held not in (None, "", 0, False, {}, [])
    }
    return Fragment(MappingProxyType(values), MappingProxyType(dict(options)))


def _lean(value: Any) -> Any:
    """A list of maps without the fields that say nothing."""
    if isinstance(value, list):
        return [_lean(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _lean(item) for key, item in value.items() if item is not None}
    return value


def changes(
    fragment: Fragment,
    documents: Documents,
    options: Mapping[str, str],
    laid: Mapping[str, Any] = _NONE,
) -> tuple[Change, ...]:
    """What laying a fragment does; `laid` holds what an earlier one put there and nobody has changed."""
    wanted: dict[str, Any] = {**fragment.values, **fragment.options}
    held = {path: get(documents, path) for path in fragment.values}
    held |= {path: options.get(path) or None for path in fragment.options}
    gone = (
        Change(path, "gone", value, None)
        for path, value in laid.items()
        if path not in wanted and _held(path, documents, options) == value
    )
    return (*(_change(path, held[path], wanted[path], laid) for path in wanted), *gone)


def _held(path: str, documents: Documents, options: Mapping[str, str]) -> Any:
    return options.get(path) if path.startswith("--") else get(documents, path)


def _change(path: str, before: Any, after: Any, laid: Mapping[str, Any]) -> Change:
    if before == after:
        return Change(path, "same", before, after)
    free = before is None or (path in laid and laid[path] == before)
    return Change(path, "set" if free else "typed", before, after)
