"""Which field belongs to which, worked out by shape alone: for a document that has lost its indentation.

Every reading that the shapes allow is found, and none is preferred: one is certain, several are for a
person to choose from. Indentation that is still there rules readings out, as it would in YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache

from phases.model import schema
from phases.model.decode import Reading as Decoding
from phases.model.decode import decode
from phases.model.pasted import KEY
from phases.model.problem import Place, Problem
from phases.model.schema import Field, Items, Record, Shape, Table
from phases.model.yaml_source import Scalar

MOST = 64
"""Readings that are followed at the same time; with more there is nothing left to show."""

TOO_MANY = "too many fields could belong to more than one place"
HEADING = ("apiVersion", "kind")
CONTAINERS = (Record, Table, Items)
BLANKS = " \t"
_DASHES = re.compile(r"(?:-(?:[ \t]+|$))*")
_ENTRY = re.compile(rf"({KEY})[ \t]*:(?:[ \t]+(.*))?$")
_COMMENT = re.compile(r"(?:^|[ \t])#.*$")
_QUOTED = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')(?:[ \t]+#.*)?[ \t]*")
BRACKETS = {"{": "}", "[": "]"}
_NOTHING = ("null", "Null", "NULL", "~")


@dataclass(frozen=True, slots=True)
class Token:
    """A line with something on it: where it stands, and what YAML would see there."""

    number: int
    indent: int
    dashes: int
    key: str
    value: str

    @property
    def content(self) -> str:
        entry = f"{self.key}: {self.value}".rstrip(BLANKS) if self.key else self.value
        return "- " * self.dashes + entry


@dataclass(frozen=True, slots=True)
class Open:
    """A map or list that more may be put into; `column` is where its keys or dashes stand."""

    shape: Record | Table | Items
    path: str
    column: int
    keys: frozenset[str] = frozenset()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """A token in its place; `owner` is the path of the map or list it was put into."""

    token: Token
    column: int
    owner: str
    before: Placed | None = None


@dataclass(frozen=True, slots=True)
class _State:
    stack: tuple[Open, ...]
    last: Placed | None = None


def token(number: int, text: str) -> Token | None:
    """What stands in a line; None for a blank one and a comment."""
    body = text.strip(BLANKS)
    if not body or body.startswith("#"):
        return None
    dashes = _DASHES.match(body)
    lead = dashes[0] if dashes else ""
    rest = body[len(lead) :]
    entry = _ENTRY.match(rest)
    key = entry[1].strip("\"'") if entry else ""
    value = (entry[2] or "").strip(BLANKS) if entry else rest
    return Token(number, len(text) - len(text.lstrip(BLANKS)), lead.count("-"), key, value)


def bare(value: str) -> str:
    """A value without the comment behind it."""
    if quoted := _QUOTED.fullmatch(value):
        return quoted[1]
    return _COMMENT.sub("", value).strip(BLANKS)


def readings(
    tokens: Sequence[Token], root: Record
) -> tuple[tuple[tuple[Placed, ...], ...], tuple[Problem, ...]]:
    """All ways to read the tokens as one document of that shape, and what fits nowhere.

    Values must be what their fields hold; only where no reading has that are they let through, for
    the loader to tell.
    """
    unreadable = tuple(_unreadable(tokens))
    if unreadable:
        return (), unreadable
    found, doubts = _search(tokens, root, strict=True)
    if doubts:
        found, doubts = _search(tokens, root, strict=False)
    consistent = tuple(one for one in found if _keeps_indentation(one))
    return consistent or found, doubts


def _unreadable(tokens: Sequence[Token]) -> Iterator[Problem]:
    """Values that take more than their line: without indentation their end can't be told."""
    for one in tokens:
        value = bare(one.value)
        if value[:1] in ("|", ">"):
            message = "begins a text of several lines, whose end can't be told any more"
            yield Problem("", message, "Put it in one line, in quotes", one.number, one.indent + 1)
        elif value[:1] in ("'", '"') and not _QUOTED.fullmatch(one.value):
            message = "has a quote that isn't closed in its line"
            yield Problem("", message, "Close it", one.number, one.indent + 1)
        elif value[:1] in BRACKETS and value[-1:] != BRACKETS[value[:1]]:
            message = "has a bracket that isn't closed in its line"
            yield Problem("", message, "Close it", one.number, one.indent + 1)


def _search(
    tokens: Sequence[Token], root: Record, *, strict: bool
) -> tuple[tuple[tuple[Placed, ...], ...], tuple[Problem, ...]]:
    headed = Record(root.name, (*(Field(key, key, schema.Text()) for key in HEADING), *root.fields))
    states, doubts = [_State((Open(headed, "", 0),))], list[Problem]()
    for one in tokens:
        after = [state for before in states for state in _placings(before, one, strict=strict)]
        if len(after) > MOST:
            return (), (Problem("", TOO_MANY, "Indent it by hand", one.number, 1),)
        if not after:
            doubts.append(_homeless(one, states))
        states = after or states
    return tuple(tuple(_chain(state.last)) for state in states), tuple(doubts)


def _chain(last: Placed | None) -> list[Placed]:
    found: list[Placed] = []
    while last is not None:
        found.append(last)
        last = last.before
    return found[::-1]


def _placings(state: _State, one: Token, *, strict: bool) -> Iterator[_State]:
    """The ways to put a token into what is open; what lies deeper is closed by that."""
    for depth in range(len(state.stack) - 1, -1, -1):
        place, below = state.stack[depth], state.stack[:depth]
        if one.dashes == 1 and isinstance(place.shape, Items):
            tops = _as_item(place, one, strict=strict)
        elif not one.dashes and one.key and (depth == 0 or one.key not in HEADING):
            tops = _as_key(place, one, strict=strict)
        else:
            continue
        placed = Placed(one, place.column, place.path, state.last)
        for top in tops:
            yield _State((*below, *top), placed)


def _as_key(place: Open, one: Token, *, strict: bool) -> Iterator[tuple[Open, ...]]:
    shape = _shape_at(place, one.key)
    if shape is None or one.key in place.keys or not fits(one.value, shape, strict=strict):
        return
    if isinstance(place.shape, Table) and not isinstance(shape, CONTAINERS) and not bare(one.value):
        return
    filled = replace(place, keys=place.keys | {one.key})
    path = f"{place.path}.{one.key}".lstrip(".")
    yield (filled, *_opened(shape, path, place.column, one))


def _opened(shape: Shape, path: str, column: int, one: Token) -> tuple[Open, ...]:
    """What a key without a value opens: fields two columns further in, dashes right below."""
    if bare(one.value) or not isinstance(shape, CONTAINERS):
        return ()
    return (Open(shape, path, column if isinstance(shape, Items) else column + 2),)


def _as_item(place: Open, one: Token, *, strict: bool) -> Iterator[tuple[Open, ...]]:
    if not isinstance(place.shape, Items):
        return
    path, inner = f"{place.path}[{place.count}]", place.shape.of
    counted = replace(place, count=place.count + 1)
    if one.key and isinstance(inner, Record | Table):
        item = Open(inner, path, place.column + 2)
        for tops in _as_key(item, one, strict=strict):
            yield (counted, *tops)
    elif not one.key and fits(one.value, inner, strict=strict):
        opened = isinstance(inner, CONTAINERS) and not one.value
        more = (Open(inner, path, place.column + 2),) if opened else ()  # type: ignore[arg-type]
        yield (counted, *more)


def _shape_at(place: Open, key: str) -> Shape | None:
    if isinstance(place.shape, Record):
        known = place.shape.field(key)
        return known.shape if known else None
    return place.shape.of if isinstance(place.shape, Table) and is_free(key) else None


def is_free(key: str) -> bool:
    """Whether a key can be the name of a flag, a gate or a resource: fields are written inCamelCase."""
    return key[:1].isupper() or key.lower() == key or any(sign in key for sign in ".-/")


@cache
def fits(value: str, shape: Shape, *, strict: bool) -> bool:
    """Whether a field of that shape may hold what is written; leniently, whether it is of its make."""
    text = bare(value)
    if not text or text in _NOTHING:
        return True
    if text[0] in "{[":
        makes = (Record, Table) if text[0] == "{" else (Items,)
        return isinstance(shape, makes)
    if isinstance(shape, CONTAINERS):
        return False
    quoted = text[0] in "\"'"
    decoding = Decoding()
    decode(Scalar(text[1:-1] if quoted else text, not quoted, Place(1, 1)), shape, "x", decoding)
    return not strict or not decoding.problems


def _homeless(one: Token, states: Sequence[_State]) -> Problem:
    """Says of a token that it fits nowhere, and what it may have been meant for."""
    if not one.key:
        return Problem("", "belongs to no field", "Remove it, or name its field", one.number, 1)
    opened = {place.path: place for state in states for place in state.stack}
    known = {
        field.key
        for place in opened.values()
        if isinstance(place.shape, Record)
        for field in place.shape.fields
    }
    near = get_close_matches(one.key, known, n=1)
    if near == [one.key]:
        message = f"{one.key} can't hold what is written here"
        return Problem(
            "", message, "Give it another value, or put it where it belongs", one.number, 1
        )
    remedy = f"Did you mean {near[0]}?" if near else "Remove it, or put it where it belongs"
    return Problem("", f"{one.key} is no field of what stands above it", remedy, one.number, 1)


def _keeps_indentation(reading: Sequence[Placed]) -> bool:
    """Whether what is left of the indentation allows it: the keys of one map stand in one column, and
    none further out than what they belong to."""
    columns: dict[str, int] = {}
    for placed in reading:
        one, owner = placed.token, placed.owner
        if one.indent < columns.get(_parent(owner), 0):
            return False
        if columns.setdefault(owner, one.indent) != one.indent:
            return False
    return True


def _parent(path: str) -> str:
    return path[: max(path.rfind("."), path.rfind("["), 0)]
