"""In what two configurations differ once every default is filled in: the same effect is no difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from phases.model.defaults import Surroundings
from phases.model.effective import Value, effective
from phases.model.load import Source


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, and what each of the two says of it; None where one of them has nothing."""

    path: str
    left: Value | None
    right: Value | None


def differences(left: Source, right: Source, surroundings: Surroundings) -> Iterator[Difference]:
    """Every field that has another value in the other file, on one and the same machine."""
    ours, theirs = (_values(source, surroundings) for source in (left, right))
    for path in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(path), theirs.get(path)
        if (one and one.value) != (other and other.value):
            yield Difference(path, one, other)


def _values(source: Source, surroundings: Surroundings) -> Mapping[str, Value]:
    """Flags are told apart by their names, wherever in a list they stand."""
    found = {value.path: value for value in effective(source, surroundings) if value.path}
    names = {
        path.removesuffix(".name"): value.value
        for path, value in found.items()
        if path.endswith("].name")
    }
    return {
        _named(path, names): value
        for path, value in found.items()
        if not path.endswith("].name") or _lonely(path, found)
    }


def _lonely(path: str, found: Mapping[str, Value]) -> bool:
    """A name beside which nothing stands is itself the value."""
    item = path.removesuffix(".name")
    return not any(other.startswith(f"{item}.") and other != path for other in found)


def _named(path: str, names: Mapping[str, str]) -> str:
    item, bracket, rest = path.rpartition("]")
    name = names.get(f"{item}{bracket}")
    return f"{item.rpartition('[')[0]}[{name}]{rest}" if name else path
