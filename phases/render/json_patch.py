"""JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386) over plain data.

Written here: it is little, and the usual library would be one more dependency of a program that
runs as root. Like kubeadm's, a negative index counts from a list's end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from types import MappingProxyType
from typing import Any

_MISSING = object()


class OperationError(ValueError):
    """An operation that isn't one, or that finds no place to work on."""


def merge(original: Any, patch: Any) -> Any:
    """RFC 7386: maps merge, a null removes its field, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(original) if isinstance(original, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def apply(original: Any, operations: Any) -> Any:
    """RFC 6902: a copy of the original with all operations done in order, or an OperationError."""
    if not isinstance(operations, list):
        raise OperationError("a JSON patch is a list of operations")
    document = {"": deepcopy(original)}
    for operation in operations:
        if not isinstance(operation, Mapping):
            raise OperationError("an operation is a map with op and path")
        work = _OPERATIONS.get(operation.get("op", ""))
        if work is None:
            raise OperationError(f"unknown operation {operation.get('op')!r}")
        work(document, operation)
    return document[""]


def _add(document: Any, operation: Mapping[str, Any]) -> None:
    _insert(document, _path(operation, "path"), _value(operation))


def _remove(document: Any, operation: Mapping[str, Any]) -> None:
    _take(document, _path(operation, "path"))


def _replace(document: Any, operation: Mapping[str, Any]) -> None:
    path = _path(operation, "path")
    parent, token = _parent(document, path), path[-1]
    _item(parent, token, path)
    parent[_index(parent, token, path) if isinstance(parent, list) else token] = _value(operation)


def _move(document: Any, operation: Mapping[str, Any]) -> None:
    _insert(document, _path(operation, "path"), _take(document, _path(operation, "from")))


def _copy(document: Any, operation: Mapping[str, Any]) -> None:
    source = _path(operation, "from")
    _insert(document, _path(operation, "path"), deepcopy(_get(document, source)))


def _test(document: Any, operation: Mapping[str, Any]) -> None:
    path = _path(operation, "path")
    expected = operation.get("value")
    try:
        found = _get(document, path)
    except OperationError:
        found = None
    if found != expected or isinstance(found, bool) != isinstance(expected, bool):
        raise OperationError(f"the test of {_shown(path)} failed")


_OPERATIONS: Mapping[str, Callable[[Any, Mapping[str, Any]], None]] = MappingProxyType(
    {
        "add": _add,
        "remove": _remove,
        "replace": _replace,
        "move": _move,
        "copy": _copy,
        "test": _test,
    }
)


def _path(operation: Mapping[str, Any], name: str) -> list[str]:
    """The tokens of a JSON pointer; the first, empty one names the whole document."""
    pointer = operation.get(name)
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise OperationError(f"the operation's {name} is no JSON pointer: {pointer!r}")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")]


def _value(operation: Mapping[str, Any]) -> Any:
    if "value" not in operation:
        raise OperationError(f"the operation {operation['op']} has no value")
    return deepcopy(operation["value"])


def _get(document: Any, path: Sequence[str]) -> Any:
    found = document
    for token in path:
        found = _item(found, token, path)
    return found


def _parent(document: Any, path: Sequence[str]) -> Any:
    return _get(document, path[:-1])


def _item(parent: Any, token: str, path: Sequence[str]) -> Any:
    if isinstance(parent, list):
        return parent[_index(parent, token, path)]
    found = parent.get(token, _MISSING) if isinstance(parent, Mapping) else _MISSING
    if found is _MISSING:
        raise OperationError(f"there is no {_shown(path)}")
    return found


def _index(parent: Sequence[Any], token: str, path: Sequence[str], *, room: int = 0) -> int:
    """A place in the list; `room` 1 lets the place behind its end count."""
    try:
        index = int(token)
    except ValueError as error:
        raise OperationError(f"{token!r} in {_shown(path)} is no list index") from error
    size = len(parent) + room
    if not -size <= index < size:
        raise OperationError(f"there is no {_shown(path)}")
    return index + size if index < 0 else index


def _insert(document: Any, path: Sequence[str], value: Any) -> None:
    parent, token = _parent(document, path), path[-1]
    if isinstance(parent, list):
        end = token == "-"  # noqa: S105
        parent.insert(len(parent) if end else _index(parent, token, path, room=1), value)
    elif isinstance(parent, dict):
        parent[token] = value
    else:
        raise OperationError(f"there is no place for {_shown(path)}")


def _take(document: Any, path: Sequence[str]) -> Any:
    parent, token = _parent(document, path), path[-1]
    found = _item(parent, token, path)
    if isinstance(parent, list):
        del parent[_index(parent, token, path)]
    else:
        del parent[token]
    return found


def _shown(path: Sequence[str]) -> str:
    return "/".join(path) or "the document"
