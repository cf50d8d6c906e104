"""Text and YAML as handed in: read within bounds, strictly, every value with its place.

What a scalar means isn't decided here; that takes a schema (see `decode`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml
from yaml import events as ev

from phases.model.plain_file import NotPlainFile, open_plain
from phases.model.problem import Place, Problem, Problems

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_NODES = 10_000

_UNPRINTABLE = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BREAKS = re.compile(r"\r\n|[\n\r]")
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as it was written; `plain` when it had no quotes and was no block."""

    text: str
    plain: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Key and value in the order of the file; no key comes twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place


Node: TypeAlias = Scalar | Sequence | Mapping


def read_text(path: str) -> str:
    """The text of a file; Problems for anything but a readable, regular, small file."""
    try:
        return decode_text(_read_bytes(path), name=path)
    except OSError as error:
        raise Problems([Problem("", f"can't be read: {_reason(error)}", file=path)]) from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _read_bytes(path: str) -> bytes:
    try:
        with open_plain(path) as file:
            return file.read(MAX_BYTES + 1)
    except NotPlainFile:
        raise Problems([Problem("", "is not a regular file", file=path)]) from None


def decode_text(content: bytes, *, name: str) -> str:
    """Strict UTF-8 without its byte order mark; Problems name other encodings and bad bytes."""
    if len(content) > MAX_BYTES:
        raise Problems([Problem("", f"is larger than {MAX_BYTES // 1024} KiB", file=name)])
    for mark, encoding in _WIDE.items():
        if content.startswith(mark):
            remedy = "Save it as UTF-8"
            raise Problems([Problem("", f"is {encoding}, not UTF-8", remedy, file=name)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        place = _place_at(before, len(before))
        message = f"byte {error.start} ({content[error.start]:#04x}) is not UTF-8"
        problem = Problem("", message, "Save it as UTF-8", place.line, place.column, name)
        raise Problems([problem]) from error


def parse_documents(text: str, *, name: str) -> tuple[Node, ...]:
    """The documents of a YAML text, empty ones left out; Problems unless it is plain YAML."""
    _refuse_unprintable(text, name)
    try:
        return _Composer(yaml.parse(text, Loader=yaml.SafeLoader), name).documents()
    except yaml.MarkedYAMLError as error:
        raise Problems([_syntax_problem(error, name)]) from error
    except yaml.YAMLError as error:
        raise Problems([Problem("", f"is not YAML: {error}", file=name)]) from error


def _refuse_unprintable(text: str, name: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found:
        place = _place_at(text, found.start())
        message = f"the character U+{ord(found[0]):04X} may not stand in YAML"
        problem = Problem("", message, "Remove it", place.line, place.column, name)
        raise Problems([problem])


def _place_at(text: str, offset: int) -> Place:
    ends = [match.end() for match in _BREAKS.finditer(text, 0, offset)]
    return Place(len(ends) + 1, offset - (ends[-1] if ends else 0) + 1)


def _syntax_problem(error: yaml.MarkedYAMLError, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = error.problem or error.context or "unreadable"
    if "'\\t'" in what:
        what = "a tab stands where only spaces may indent"
    place = _of_mark(mark) if mark else Place(0, 0)
    return Problem("", f"is not YAML: {what}", "", place.line, place.column, name)


def _of_mark(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


class _Composer:
    """Turns parser events into nodes and stops at the first thing that may not be there."""

    def __init__(self, events: Iterator[Any], name: str) -> None:
        self.events = events
        self.name = name
        self.count = 0

    def documents(self) -> tuple[Node, ...]:
        nodes = (
            self.node(next(self.events), 0)
            for event in self.events
            if isinstance(event, ev.DocumentStartEvent)
        )
        return tuple(node for node in nodes if not (isinstance(node, Scalar) and not node.text))

    def node(self, event: Any, depth: int) -> Node:
        place = _of_mark(event.start_mark)
        self.guard(event, place, depth)
        if isinstance(event, ev.ScalarEvent):
            return Scalar(event.value, event.style is None, place)
        if isinstance(event, ev.SequenceStartEvent):
            return Sequence(tuple(self.items(ev.SequenceEndEvent, depth)), place)
        return Mapping(tuple(self.entries(depth)), place)

    def items(self, end: type[Any], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), end):
            yield self.node(event, depth + 1)

    def entries(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Place] = {}
        while not isinstance(event := next(self.events), ev.MappingEndEvent):
            key = self.key(self.node(event, depth + 1))
            if key.text in seen:
                first = seen[key.text]
                message = f"the key {key.text!r} already stands in line {first.line}"
                raise self.refusal(message, key.place, "Keep one of them")
            seen[key.text] = key.place
            yield key, self.node(next(self.events), depth + 1)

    def key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            raise self.refusal("a key must be a single word", node.place)
        if node.plain and node.text == "<<":
            raise self.refusal(
                "merge keys (<<) are not accepted", node.place, "Write the fields out"
            )
        return node

    def guard(self, event: Any, place: Place, depth: int) -> None:
        self.count += 1
        if isinstance(event, ev.AliasEvent) or event.anchor is not None:
            raise self.refusal("anchors and aliases are not accepted", place, "Write the value out")
        if getattr(event, "tag", None) is not None:
            raise self.refusal(f"the tag {event.tag} is not accepted", place, "Remove it")
        if depth > MAX_DEPTH:
            raise self.refusal(f"is nested deeper than {MAX_DEPTH} levels", place)
        if self.count > MAX_NODES:
            raise self.refusal(f"has more than {MAX_NODES} values", place)

    def refusal(self, message: str, place: Place, remedy: str = "") -> Problems:
        return Problems([Problem("", message, remedy, place.line, place.column, self.name)])
