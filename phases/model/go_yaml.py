"""YAML exactly as sigs.k8s.io/yaml (go-yaml 2) writes it, and how it would read a bare word.

ConfigMaps are compared and hashed by their bytes, so quoting, folding and key order must agree.
Lines fold at 80 columns. Keys of more than 128 characters and the separators U+2028, U+2029 and
U+FEFF are beyond this writer; the loader lets none of them in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

Meaning = Literal["null", "bool", "int", "float", "timestamp", "string"]

_WIDTH = 80
_INT64, _UINT64 = 2**63, 2**64

_WORDS: dict[str, Meaning] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), "null"),
    **{
        form: "bool"
        for word in ("y", "yes", "true", "on", "n", "no", "false", "off")
        for form in (word, word.capitalize(), word.upper())
    },
    **{sign + form: "float" for sign in ("", "+", "-") for form in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), "float"),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DOT_FLOAT = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+)?")
_BASE60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_INTS = (
    (re.compile(r"([-+]?)0[xX]([0-9a-fA-F]+)"), 16),
    (re.compile(r"([-+]?)0[oO]([0-7]+)"), 8),
    (re.compile(r"([-+]?)0[bB]([01]+)"), 2),
    (re.compile(r"([-+]?)0([0-7]+)"), 8),
    (re.compile(r"([-+]?)(0|[1-9][0-9]*)"), 10),
)
_STAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d))"
    r"|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?",
    re.ASCII,
)


def meaning(text: str) -> Meaning:
    """What go-yaml takes an unquoted word for."""
    known = _WORDS.get(text)
    if known:
        return known
    if text[0] == ".":
        return "float" if _DOT_FLOAT.fullmatch(text) and _finite(text) else "string"
    if text[0] in "+-0123456789":
        return _numeric(text)
    return "string"


def _numeric(text: str) -> Meaning:
    if _is_stamp(text):
        return "timestamp"
    digits = text.replace("_", "")
    if _is_int(digits):
        return "int"
    return "float" if _FLOAT.fullmatch(digits) and _finite(digits) else "string"


def _finite(digits: str) -> bool:
    return abs(float(digits)) != float("inf")


def _is_int(digits: str) -> bool:
    for pattern, base in _INTS:
        match = pattern.fullmatch(digits)
        if match:
            sign, number = match[1], int(match[2], base)
            limit = {"": _UINT64 - 1, "+": _INT64 - 1, "-": _INT64}[sign]
            return number <= limit
    return False


def _is_stamp(text: str) -> bool:
    match = _STAMP.fullmatch(text)
    if not match:
        return False
    clock = [int(part) for part in match.groups()[3:] if part is not None] or [0, 0, 0]
    try:
        date(int(match[1]) or 4, int(match[2]), int(match[3]))
    except ValueError:
        return False
    return clock[0] < 24 and clock[1] < 60 and clock[2] < 60


def to_yaml(value: Mapping[str, Any]) -> str:
    """The document's text; values are str, bool, int, float, None, lists and mappings."""
    return f"{_node(value, 0, 0, 0)}\n"


def _node(value: Any, indent: int, inner: int, column: int) -> str:
    """What follows at `column`; `indent` is for lists and mappings, `inner` for folded lines."""
    if isinstance(value, Mapping) and value:
        return _mapping(value, indent)
    if isinstance(value, Sequence) and value and not isinstance(value, str):
        return _sequence(value, indent)
    return _leaf(value, inner, column)


def _mapping(value: Mapping[str, Any], indent: int) -> str:
    entries = (_entry(key, value[key], indent) for key in sorted(value, key=_Natural))
    return ("\n" + " " * indent).join(entries)


def _entry(key: str, value: Any, indent: int) -> str:
    name = _string(key, indent + 2, indent, simple=True)
    if isinstance(value, Mapping) and value:
        return f"{name}:\n{' ' * (indent + 2)}{_mapping(value, indent + 2)}"
    if isinstance(value, Sequence) and value and not isinstance(value, str):
        return f"{name}:\n{' ' * indent}{_sequence(value, indent)}"
    return f"{name}: {_leaf(value, indent + 2, indent + len(name) + 2)}"


def _sequence(value: Sequence[Any], indent: int) -> str:
    below = indent + 2
    items = (f"- {_node(item, below, below, below)}" for item in value)
    return ("\n" + " " * indent).join(items)


def _leaf(value: Any, indent: int, column: int) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float(value)
        case str():
            return _string(value, indent, column)
        case Mapping():
            return "{}"
        case _:
            return "[]"


def _float(value: float) -> str:
    """Go's shortest %g; whole numbers come out of JSON as integers."""
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    mantissa, exponent = f"{value:.17e}".split("e")
    for precision in range(17):
        mantissa, exponent = f"{value:.{precision}e}".split("e")
        if float(f"{mantissa}e{exponent}") == value:
            break
    if -4 <= int(exponent) < 21 and not (int(exponent) >= 6 and len(mantissa) > 1):
        return repr(value)
    return f"{mantissa}e{exponent}"


class _Natural:
    """go-yaml's order of keys: letters after other characters, digits by their number."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __lt__(self, other: _Natural) -> bool:
        a, b = self.text, other.text
        at = next((i for i, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), -1)
        if at < 0:
            return len(a) < len(b)
        letters = a[at].isalpha(), b[at].isalpha()
        if all(letters):
            return a[at] < b[at]
        if any(letters):
            return letters[1]
        left, right = _number(a, b, at), _number(b, a, at)
        return left < right if left != right else a[at] < b[at]


def _number(text: str, other: str, at: int) -> tuple[int, int]:
    end = at
    while end < len(text) and text[end].isdecimal():
        end += 1
    head = "1" if "0" in (text[at], other[at]) and _inside_number(text, at) else ""
    return int(head + text[at:end] or "0"), end


def _inside_number(text: str, at: int) -> bool:
    digits = re.search(r"[0-9]*$", text[:at])
    return bool(digits and digits[0].strip("0"))


_LEADING = frozenset("#,[]{}&*!|>'\"%@`")
_BREAKS = "\n\r\x85\u2028\u2029"
_PRINTABLE = re.compile(r"[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*")
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r",
    "\x1b": "e", '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


def _string(text: str, indent: int, column: int, *, simple: bool = False) -> str:
    """`simple` for a key, which must stay on its line."""
    special = not _PRINTABLE.fullmatch(text) or any(f" {mark}" in text for mark in _BREAKS)
    if "\n" in text and not special and not simple and not text.endswith(" "):
        return _literal(text, indent)
    width = _WIDTH if not simple else len(text) * 10 + column + _WIDTH
    if special or "\n" in text or _needs_double(text):
        return _double_quoted(text, indent, column, width)
    if _plain_allowed(text):
        return _folded(text, indent, column, width)
    if any(mark in text for mark in _BREAKS):
        return _double_quoted(text, indent, column, width)
    return "'" + _folded(text.replace("'", "''"), indent, column + 1, width) + "'"


def _needs_double(text: str) -> bool:
    return meaning(text) != "string" or bool(_BASE60.fullmatch(text))


def _plain_allowed(text: str) -> bool:
    if text[0] == " " or text[-1] == " " or any(mark in text for mark in _BREAKS):
        return False
    if text[0] in _LEADING or text.startswith(("---", "...")):
        return False
    if text[0] in "?:-" and (len(text) == 1 or text[1] in " \t"):
        return False
    return not (": " in text or " #" in text or text.endswith(":"))


def _literal(text: str, indent: int) -> str:
    hint = "2" if text[0] in " \n" else ""
    chomp = "-" if text[-1] != "\n" else "+" if text[-2:] in ("\n", "\n\n") else ""
    lines = text.removesuffix("\n").split("\n")
    body = "\n".join(" " * indent + line if line else "" for line in lines)
    return f"|{hint}{chomp}\n{body}"


def _folded(text: str, indent: int, column: int, width: int) -> str:
    """Breaks the line at single spaces beyond the width."""
    written: list[str] = []
    for at, char in enumerate(text):
        lone = char == " " and text[at - 1 : at] != " " and text[at + 1 : at + 2] not in ("", " ")
        if lone and at and column > width:
            written.append("\n" + " " * indent)
            column = indent
        else:
            written.append(char)
            column += 1
    return "".join(written)


def _double_quoted(text: str, indent: int, column: int, width: int) -> str:
    written, column, spaced = ['"'], column + 1, False
    for at, char in enumerate(text):
        piece = _escaped(char)
        if char == " " and not spaced and column > width and 0 < at < len(text) - 1:
            piece = "\n" + " " * indent + ("\\" if text[at + 1 : at + 2] == " " else "")
            column = indent + len(piece.lstrip("\n ")) - len(piece)
        written.append(piece)
        column += len(piece)
        spaced = char == " "
    return "".join((*written, '"'))


def _escaped(char: str) -> str:
    if char in _ESCAPES and char != "\xa0":
        return "\\" + _ESCAPES[char]
    if _PRINTABLE.fullmatch(char):
        return char
    code = ord(char)
    return (
        f"\\x{code:02X}"
        if code < 0x100
        else f"\\u{code:04X}"
        if code < 0x10000
        else f"\\U{code:08X}"
    )
