"""A text whose documents were changed by the form: only the lines of what has changed are written anew.

Comments, order and quotes of all the rest stay as they were typed. Where lines can't tell a change,
such as inside `{...}`, the entry around it is written anew, and as a last resort the whole text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import yaml
from yaml import events, nodes

from phases.model.go_yaml import to_yaml
from phases.model.problem import Place, Problems
from tui.fields.documents import HEADING, Document, Documents, parse, write

Path: TypeAlias = tuple[str, ...]
Pair: TypeAlias = tuple[nodes.Node, nodes.Node]


class Unpatchable(Exception):
    """This change can't be made line by line."""


def patched(
    text: str, before: Documents, after: Documents, name: str
) -> tuple[str, Mapping[str, Place]]:
    """The text, which says what `before` says, so that it says what `after` says; and its places.

    Raises Problems when what `after` holds may not stand in YAML at all.
    """
    try:
        changed = _brought(text, before, after)
        documents, places = parse(changed, name)
        if documents == after:
            return changed, places
    except (Unpatchable, Problems, yaml.YAMLError):
        pass  # written out as a whole then
    changed = write(after)
    return changed, parse(changed, name)[1]


def _brought(text: str, before: Documents, after: Documents) -> str:
    if len(after) == len(before):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            for path in _differences(old, new):
                text = _with(text, number, path, new)
        return text
    longer, shorter = (after, before) if len(after) > len(before) else (before, after)
    at = next((n for n, one in enumerate(shorter) if one != longer[n]), len(shorter))
    if longer[:at] + longer[at + 1 :] != shorter:
        raise Unpatchable
    return _inserted_document(text, at, after[at]) if longer is after else _less(text, at)


def _differences(old: Any, new: Any, path: Path = ()) -> Iterator[Path]:
    """The shortest paths below which two documents have nothing in common."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        if old != new:
            yield path
        return
    for key in dict.fromkeys((*old, *new)):
        if key not in old or key not in new:
            yield (*path, key)
        else:
            yield from _differences(old[key], new[key], (*path, key))


# an entry of a document


def _with(text: str, number: int, path: Path, document: Document) -> str:
    """The text with what the document holds at a path, or without it where it holds nothing."""
    node = _roots(text)[number]
    value: Any = document
    for depth, key in enumerate(path, 1):
        value = value.get(key)
        found = next((pair for pair in node.value if pair[0].value == key), None)
        if found is None:
            return _with_entry(text, node, key, value)
        if value is None:
            return _spliced(text, *_lines_of(text, found), "")
        if depth == len(path) or not (_is_block(found[1]) and isinstance(value, Mapping)):
            return _with_value(text, found, value)
        node = found[1]
    raise Unpatchable


def _roots(text: str) -> list[nodes.MappingNode]:
    found = [node for node in yaml.compose_all(text, yaml.SafeLoader) if not _is_empty(node)]
    if not all(map(_is_block, found)):
        raise Unpatchable
    return found  # type: ignore[return-value]


def _is_empty(node: nodes.Node | None) -> bool:
    return node is None or (isinstance(node, nodes.ScalarNode) and not node.value)


def _is_block(node: nodes.Node) -> bool:
    return isinstance(node, nodes.MappingNode) and not node.flow_style


def _with_value(text: str, found: Pair, value: Any) -> str:
    key, old = found
    written = _written(key, value)
    if "\n" not in written.rstrip("\n") and _is_word(old):
        word = written[written.index(": ") + 2 :].rstrip("\n")
        return text[: old.start_mark.index] + word + text[old.end_mark.index :]
    first, last = _lines_of(text, found)
    if old.start_mark.line > key.start_mark.line and "\n" in written.rstrip("\n"):
        first += 1  # the line of the key stays, with what stands behind it
        written = written.partition("\n")[2]
    return _spliced(text, first, last, written)


def _is_word(node: nodes.Node) -> bool:
    """Whether a value is a word or more in one line, so that the rest of the line can stay."""
    one_line = node.start_mark.line == node.end_mark.line
    return isinstance(node, nodes.ScalarNode) and one_line and bool(_length(node))


def _length(node: nodes.Node) -> int:
    return int(node.end_mark.index - node.start_mark.index)


def _written(key: nodes.Node, value: Any) -> str:
    """An entry as Go writes it, at the column of its key."""
    indent = " " * key.start_mark.column
    lines = to_yaml({key.value: value}).splitlines(keepends=True)
    return "".join(indent + line if line.strip() else line for line in lines)


def _with_entry(text: str, node: nodes.MappingNode, key: str, value: Any) -> str:
    """A new entry, in the order of keys where the others are in order, else behind them."""
    keys = [one.value for one, _ in node.value]
    own = [name for name in keys if name not in HEADING]
    ordered = own == sorted(own)
    earlier = [
        pair for pair in node.value
        if pair[0].value in HEADING or not ordered or pair[0].value < key
    ]  # fmt: skip
    like = nodes.ScalarNode("", key, node.value[0][0].start_mark)
    at = _lines_of(text, earlier[-1])[1] if earlier else _above(text, node.value[0])
    return _spliced(text, at, at, _written(like, value))


def _above(text: str, first: Pair) -> int:
    """The line before which something can stand ahead of an entry and its comments."""
    lines, at = text.splitlines(), _lines_of(text, first)[0]
    while at and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _lines_of(text: str, pair: Pair) -> tuple[int, int]:
    """The lines of an entry: its first, and the one behind its last."""
    mark = pair[0].start_mark
    if text[mark.index - mark.column : mark.index].strip():
        raise Unpatchable  # something else stands before it in its line
    return mark.line, _last(pair[1]) + 1


def _last(node: nodes.Node) -> int:
    """The last line of a node, without the comments and blank lines behind it."""
    if isinstance(node, nodes.CollectionNode) and node.value and not node.flow_style:
        final = node.value[-1]
        return _last(final[1] if isinstance(final, tuple) else final)
    mark = node.end_mark
    in_block = isinstance(node, nodes.ScalarNode) and node.style in ("|", ">")
    return int(mark.line - 1 if in_block and mark.column == 0 else mark.line)


def _spliced(text: str, first: int, behind: int, written: str) -> str:
    """The text with its lines from the first to before `behind` replaced."""
    lines = text.splitlines(keepends=True)
    before = "".join(lines[:first])
    gap = "" if not before or before.endswith("\n") else "\n"
    return before + gap + written + "".join(lines[behind:])


# a whole document


def _inserted_document(text: str, at: int, document: Document) -> str:
    written = write((document,))
    starts = _starts(text)
    if at == len(starts):
        return _spliced(text, len(text.splitlines()), len(text.splitlines()),
                        f"---\n{written}" if starts else written)  # fmt: skip
    line, marked = starts[at]
    return _spliced(text, line, line, f"---\n{written}" if marked else f"{written}---\n")


def _less(text: str, at: int) -> str:
    """Without a document; the line above it goes along, or the one below where there is none."""
    starts = _starts(text)
    end = starts[at + 1][0] if at + 1 < len(starts) else len(text.splitlines())
    return _spliced(text, starts[at][0], end + (0 if starts[at][1] else 1), "")


def _starts(text: str) -> list[tuple[int, bool]]:
    """The line each document with something in it begins at, and whether `---` stands there."""
    found: list[tuple[int, bool]] = []
    begun: tuple[int, bool] | None = None
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, events.DocumentStartEvent):
            begun = _line(event), bool(event.explicit)
        elif begun and isinstance(event, events.MappingStartEvent):
            found.append(begun if begun[1] else (_line(event), False))
            begun = None
    return found


def _line(event: Any) -> int:
    return int(event.start_mark.line)
