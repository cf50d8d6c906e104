"""How a field's value is written as text and read back; nothing that can be typed is refused here.

A text of the wrong form becomes data of the wrong form, and the model says what is wrong with it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tui.fields.field import Kind

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_TRUTHS = {"true": True, "false": False}
_FROM = "<-"
NONE = "none"
"""The text for a list that is there and empty: no taint at all."""


def read(kind: Kind, text: str) -> Any:
    """The data that a text stands for; None for an empty one."""
    reader = _READERS.get(kind)
    if reader is None:
        return text.strip() or None
    return reader(text)


def show(kind: Kind, value: Any) -> str:
    """The text for data, also for data of an unexpected form; empty for None."""
    if value is None:
        return ""
    shower = _SHOWERS.get(kind)
    return shower(value) if shower else _word(value)


def shorter_duration(text: str) -> str:
    """A duration without the minutes and seconds that are none: `87600h` for `87600h0m0s`."""
    return re.sub(r"(?<=[hm])0s$", "", re.sub(r"(?<=h)0m0s$", "", text))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str) -> Any:
    word = text.strip()
    return int(word) if _INTEGER.fullmatch(word) else word or None


def _truth(text: str) -> Any:
    word = text.strip()
    return _TRUTHS.get(word, word or None)


def _list(text: str) -> Any:
    """Items one a line; commas part them too."""
    words = [word.strip() for line in _lines(text) for word in line.split(",")]
    return [word for word in words if word] or None


def _show_list(value: Any) -> str:
    if isinstance(value, Mapping):
        return _show_map(value)
    items = value if isinstance(value, list | tuple) else [value]
    return "\n".join(_word(item) for item in items)


def _pairs(text: str) -> list[tuple[str, str]]:
    split = (line.partition("=") for line in _lines(text))
    return [(name.strip(), value.strip()) for name, _, value in split]


def _args(text: str) -> Any:
    """Flags as they stand on a command line may keep their dashes."""
    return [
        {"name": name.removeprefix("--"), "value": value} for name, value in _pairs(text)
    ] or None


def _show_args(value: Any) -> str:
    if isinstance(value, Mapping):
        return _show_map(value)
    return "\n".join(_show_records(value, lambda one: f"{_at(one, 'name')}={_at(one, 'value')}"))


def _show_records(value: Any, line: Callable[[Mapping[str, Any]], str]) -> Iterable[str]:
    items = value if isinstance(value, list | tuple) else [value]
    return [line(item) if isinstance(item, Mapping) else _word(item) for item in items]


def _at(record: Mapping[str, Any], key: str) -> str:
    held = record.get(key)
    return "" if held is None else _word(held)


def _envs(text: str) -> Any:
    return [_env(line) for line in _lines(text)] or None


def _env(line: str) -> dict[str, Any]:
    """`NAME=value`, or `NAME <- {...}` for a valueFrom."""
    name, sign, source = line.partition(_FROM)
    if sign and "=" not in name:
        try:
            return {"name": name.strip(), "valueFrom": json.loads(source)}
        except ValueError:
            return {"name": name.strip(), "valueFrom": source.strip()}
    name, _, value = line.partition("=")
    return {"name": name.strip(), "value": value.strip()}


def _show_envs(value: Any) -> str:
    return "\n".join(_show_records(value, _show_env))


def _show_env(record: Mapping[str, Any]) -> str:
    if record.get("valueFrom") is not None:
        return f"{_at(record, 'name')} {_FROM} {_word(record['valueFrom'])}"
    return f"{_at(record, 'name')}={_at(record, 'value')}"


def _volumes(text: str) -> Any:
    return [_volume(line) for line in _lines(text)] or None


def _volume(line: str) -> dict[str, Any]:
    name, _, rest = line.partition("=")
    host, _, rest = rest.partition(":")
    mount, *marks = rest.split(":")
    given = {"name": name.strip(), "hostPath": host.strip(), "mountPath": mount.strip()}
    record: dict[str, Any] = {key: value for key, value in given.items() if value}
    for mark in filter(None, (mark.strip() for mark in marks)):
        if mark in ("ro", "rw"):
            record["readOnly"] = mark == "ro"
        else:
            record["pathType"] = mark
    return record


def _show_volumes(value: Any) -> str:
    return "\n".join(_show_records(value, _show_volume))


def _show_volume(record: Mapping[str, Any]) -> str:
    access = {True: "ro", False: "rw"}.get(record.get("readOnly"), "")  # type: ignore[arg-type]
    parts = (_at(record, "mountPath"), access, _at(record, "pathType"))
    places = ":".join(part for part in (_at(record, "hostPath"), *parts) if part)
    return f"{_at(record, 'name')}={places}"


def _taints(text: str) -> Any:
    if text.strip().lower() == NONE:
        return []
    return [_taint(line) for line in _lines(text)] or None


def _taint(line: str) -> dict[str, Any]:
    """`key=value:effect`, with `@time` behind it where one was added."""
    line, _, time = line.partition("@")
    front, _, effect = line.rpartition(":") if ":" in line else (line, "", "")
    key, _, value = front.partition("=")
    given = {"key": key, "value": value, "effect": effect, "timeAdded": time}
    return {name: text.strip() for name, text in given.items() if text.strip()}


def _show_taints(value: Any) -> str:
    if value in ([], ()):
        return NONE
    return "\n".join(_show_records(value, _show_taint))


def _show_taint(record: Mapping[str, Any]) -> str:
    value, time = _at(record, "value"), _at(record, "timeAdded")
    effect = _at(record, "effect")
    front = _at(record, "key") + (f"={value}" if value else "")
    return front + (f":{effect}" if effect else "") + (f"@{time}" if time else "")


_LISTS = ("usages", "groups")


def _tokens(text: str) -> Any:
    return [_token(line) for line in _lines(text)] or None


def _token(line: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for word in _shell_words(line):
        name, sign, value = word.partition("=")
        if not sign:
            record["token"] = word
        elif name in _LISTS:
            record[name] = [item for item in value.split(",") if item]
        else:
            record[name] = value
    return record


def _shell_words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote that isn't closed yet
        return line.split()


def _show_tokens(value: Any) -> str:
    return "\n".join(_show_records(value, _show_token))


def _show_token(record: Mapping[str, Any]) -> str:
    named = (f"{key}={_token_value(held)}" for key, held in record.items() if key != "token")
    words = [_at(record, "token"), *named] if record.get("token") is not None else [*named]
    return " ".join(shlex.quote(word) for word in words) or "ttl="


def _token_value(held: Any) -> str:
    return ",".join(map(_word, held)) if isinstance(held, list | tuple) else _word(held)


def _map(text: str) -> Any:
    return dict(_pairs(text)) or None


def _show_map(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _show_list(value)
    return "\n".join(f"{name}={_word(held)}" for name, held in value.items())


def _gates(text: str) -> Any:
    return {name: _TRUTHS.get(value, value) for name, value in _pairs(text)} or None


_READERS: dict[Kind, Callable[[str], Any]] = {
    "number": _number,
    "switch": _truth,
    "list": _list,
    "args": _args,
    "envs": _envs,
    "volumes": _volumes,
    "taints": _taints,
    "tokens": _tokens,
    "map": _map,
    "gates": _gates,
}
_SHOWERS: dict[Kind, Callable[[Any], str]] = {
    "list": _show_list,
    "args": _show_args,
    "envs": _show_envs,
    "volumes": _show_volumes,
    "taints": _show_taints,
    "tokens": _show_tokens,
    "map": _show_map,
    "gates": _show_map,
}
