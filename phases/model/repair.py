"""A configuration that copying has damaged, and what was meant, for a person to agree to.

`pasted` takes back what copying does to single lines, `indentation` works out which field belongs to
which. Nothing is guessed: what has several readings is offered as several, what fits nowhere is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TypeAlias

from phases.model import yaml_source
from phases.model.indentation import (
    CONTAINERS,
    HEADING,
    TOO_MANY,
    Placed,
    Token,
    bare,
    fits,
    is_free,
    readings,
    token,
)
from phases.model.pasted import Line, tidy
from phases.model.problem import Problem, Problems
from phases.model.repair_shapes import Shapes, known_shape
from phases.model.schema import Items, Record, Shape, Table
from phases.model.yaml_source import Node, Scalar

MOST_LINES, WIDEST = 5000, 1000
"""Lines, and characters in one, that a person's file doesn't have; more would take more than a second."""

MOST = 8
"""Readings that a person can be asked to choose from."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line that could belong to more than one place, and the one that a reading puts it in; `owner`
    is a path, empty for the document itself."""

    line: int
    key: str
    owner: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that may have been meant, line by line; `choices` tell it from the others."""

    lines: tuple[Line, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def text(self) -> str:
        return "".join(f"{line.after}\n" for line in self.lines if line.after is not None)

    @property
    def notes(self) -> tuple[tuple[int, str], ...]:
        """What was done, by line of what was pasted."""
        return tuple((line.number, line.note) for line in self.lines if line.note)


_Ways: TypeAlias = tuple[list[Reading], tuple[Problem, ...]]
"""The readings of one document, and what is doubtful in it."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What may have been meant: one reading, or several to choose from. With `doubts` none of them is
    whole: each doubt names a line that a person has to put right first."""

    readings: tuple[Reading, ...]
    doubts: tuple[Problem, ...] = ()

    @property
    def is_certain(self) -> bool:
        return len(self.readings) == 1 and not self.doubts

    @property
    def text(self) -> str:
        """The repaired text; of several readings the first."""
        return self.readings[0].text


def repair(text: str, shape_of: Shapes = known_shape) -> Repaired | None:
    """What was meant by a text that copying has damaged; None where nothing is to be repaired, and
    where there is no configuration in it. Whether its values are right is for `load` to say."""
    if text.count("\n") > MOST_LINES or max(map(len, text.splitlines()), default=0) > WIDEST:
        return None
    lines, doubts = tidy(text)
    documents = list(_documents(lines))
    if not any(map(_heading, documents)):
        return None
    found = [_ways(document, shape_of) for document in documents]
    unclear = [*doubts, *(doubt for _readings, more in found for doubt in more)]
    if len(found) and _count(found) > MOST:
        unclear.append(Problem("", TOO_MANY, "Indent it by hand", 1, 1))
        found = [(one[:1], more) for one, more in found]
    whole = tuple(map(_joined, product(*(one for one, _more in found))))
    if not unclear and len(whole) == 1 and not any(line.is_changed for line in whole[0].lines):
        return None
    return Repaired(whole, tuple(sorted(unclear, key=lambda one: one.line)))


def _count(found: Sequence[_Ways]) -> int:
    return prod(len(one) for one, _more in found)


def _joined(parts: Sequence[Reading]) -> Reading:
    """Documents one behind the other."""
    lines = tuple(line for one in parts for line in one.lines)
    return Reading(lines, tuple(choice for one in parts for choice in one.choices))


def _documents(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """The lines by document; the rule before a document belongs to it."""
    start = 0
    for at, line in enumerate(lines):
        if at > start and line.after is not None and line.after.startswith("---"):
            yield tuple(lines[start:at])
            start = at
    yield tuple(lines[start:])


def _heading(document: Sequence[Line]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in document:
        one = token(line.number, line.after or "")
        if one and one.key in HEADING and not one.dashes:
            found.setdefault(one.key, bare(one.value).strip("\"'"))
    return found


def _ways(document: tuple[Line, ...], shape_of: Shapes) -> _Ways:
    """The ways to read a document; as it stands where it can be, or where its fields aren't known."""
    heading = _heading(document)
    shape = shape_of(heading.get("apiVersion", ""), heading.get("kind", ""))
    faults = _faults(document, shape) if shape else 0
    if shape is None or faults == 0:
        return [Reading(document)], ()
    found, doubts = readings([one for line in document if (one := _token(line))], shape)
    if doubts and faults is not None and len(doubts) >= faults:
        return [Reading(document)], ()
    told = [Reading(_indented(document, one), _choices(one, found)) for one in found]
    return told or [Reading(document)], doubts


def _choices(reading: Sequence[Placed], others: Sequence[Sequence[Placed]]) -> tuple[Choice, ...]:
    """The lines that other readings put elsewhere, without what merely follows from one of them."""
    found: dict[str, Choice] = {}
    for at, one in enumerate(reading):
        elsewhere = any(other[at].owner != one.owner for other in others)
        if elsewhere and not any(one.owner.startswith(path) for path in found):
            path = f"{one.owner}.{one.token.key}".lstrip(".")
            found[path] = Choice(one.token.number, one.token.key or one.token.content, one.owner)
    return tuple(found.values())


def _token(line: Line) -> Token | None:
    if line.after is None or line.after.startswith(("---", "...")):
        return None
    return token(line.number, line.after)


def _faults(document: Sequence[Line], shape: Record) -> int | None:
    """How much speaks against the document as it is indented now: fields that stand where they can't,
    those right below an empty one counting twice, and those that an empty one above could hold.
    None where it isn't YAML."""
    text = "\n".join(line.after for line in document if line.after is not None)
    try:
        nodes = yaml_source.parse_documents(text, name="")
    except Problems:
        return None
    return sum(_misplaced(node, shape) for node in nodes)


def _misplaced(node: Node, shape: Shape) -> int:
    if isinstance(node, yaml_source.Sequence) and isinstance(shape, Items):
        return sum(_misplaced(item, shape.of) for item in node.items)
    if not isinstance(node, yaml_source.Mapping) or not isinstance(shape, Record | Table):
        return 0
    count = 0
    above: Shape = _NOTHING_OPEN
    for key, value in node.entries:
        inner = _inner(shape, key.text)
        heading = key.text in HEADING and key.place.column == 1
        if inner is None and not heading:
            count += 1 if above is _NOTHING_OPEN else 2
        else:
            count += _takes(above, key.text, value)
        count += _misplaced(value, inner) if inner else 0
        opens = isinstance(inner, CONTAINERS) and _is_blank(value)
        above = inner if inner and opens else _NOTHING_OPEN
    return count


def _inner(shape: Record | Table, key: str) -> Shape | None:
    if isinstance(shape, Table):
        return shape.of
    known = shape.field(key)
    return known.shape if known else None


def _is_blank(value: Node) -> bool:
    return isinstance(value, Scalar) and value.plain and not value.text


_NOTHING_OPEN = Record("", ())


def _takes(shape: Shape, key: str, value: Node) -> bool:
    """Whether a field that nothing was written into could hold the one below it."""
    if isinstance(shape, Table):
        inner: Shape | None = shape.of if is_free(key) else None
    else:
        inner = _inner(shape, key) if isinstance(shape, Record) else None
    if inner is None:
        return False
    return not isinstance(value, Scalar) or fits(value.text, inner, strict=False)


def _indented(document: Sequence[Line], reading: Sequence[Placed]) -> tuple[Line, ...]:
    """The document as a reading has it; comments stand as far in as what follows them."""
    placed = {one.token.number: one for one in reading}
    shown: list[Line] = []
    column = 0
    for line in reversed(document):
        body = (line.after or "").strip()
        if one := placed.get(line.number):
            column = one.column
            shown.append(_moved(line, " " * column + one.token.content, one.owner))
        elif body.startswith("#"):
            shown.append(_moved(line, " " * column + body, ""))
        else:
            shown.append(line)
    return tuple(shown[::-1])


def _moved(line: Line, text: str, owner: str) -> Line:
    if text == line.after:
        return line
    note = f"belongs to {owner}" if owner else ""
    return replace(line, after=text, note="; ".join(filter(None, (line.note, note))))
