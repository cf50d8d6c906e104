"""States as a sign and a word, never colour alone; in Unicode, or in ASCII for serial consoles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.text import _, mark

State = Literal[
    "ok",
    "risky",
    "missing",
    "running",
    "waiting",
    "skipped",
    "unchanged",
    "failed",
    "stopped",
]


@dataclass(frozen=True, slots=True)
class Sign:
    """How a state looks: its sign in both skins, its word, and the theme colour that it wears."""

    unicode: str
    ascii: str
    word: str
    colour: str


SIGNS: dict[State, Sign] = {
    "ok": Sign("✓", "[ok]", mark("done"), "success"),
    "unchanged": Sign("=", "[==]", mark("unchanged"), "success"),
    "risky": Sign("!", "[!!]", mark("risky"), "warning"),
    "missing": Sign("✗", "[xx]", mark("missing"), "error"),
    "failed": Sign("✗", "[xx]", mark("failed"), "error"),
    "running": Sign("●", "[>>]", mark("running"), "accent"),
    "waiting": Sign("○", "[..]", mark("waiting"), "muted"),
    "skipped": Sign("↷", "[--]", mark("skipped"), "muted"),
    "stopped": Sign("■", "[##]", mark("stopped"), "warning"),
}

_ascii = False


def use_ascii(only: bool) -> None:
    """Draws in ASCII from now on, or in Unicode again."""
    global _ascii
    _ascii = only


def is_ascii() -> bool:
    return _ascii


def sign(state: State) -> str:
    return SIGNS[state].ascii if _ascii else SIGNS[state].unicode


def word(state: State) -> str:
    """The state's word in the language in use."""
    return _(SIGNS[state].word)


def colour(state: State) -> str:
    """The style that a state's sign is drawn in: a variable of the theme."""
    return f"${SIGNS[state].colour}"


def width() -> int:
    """How many cells a sign takes."""
    return 4 if _ascii else 1


def of_status(status: str) -> State:
    """The state that a phase, a step or an item of a panel is in."""
    return STATUSES.get(status, "ok")


STATUSES: dict[str, State] = {
    "waiting": "waiting",
    "running": "running",
    "done": "ok",
    "unchanged": "unchanged",
    "skipped": "skipped",
    "failed": "failed",
    "stopped": "stopped",
    "warned": "risky",
    "waived": "risky",
    "missing": "missing",
    "pulling": "running",
    "pausing": "risky",
    "importing": "running",
    "kept": "unchanged",
    "present": "unchanged",
    "external": "unchanged",
    "requested": "risky",
}
"""Everything else that an engine says of an item (created, written, pulled, passed) went well."""


PLAIN = str.maketrans(
    {
        "·": "-",
        "…": "...",
        "“": '"',
        "”": '"',
        "’": "'",
        "⏎": "Enter",
        "↑": "Up",
        "↓": "Dn",
        "→": "->",
        "×": "x",
    }
)


def spelled(text: str) -> str:
    """A text with its few signs written out where only ASCII can be drawn."""
    return text.translate(PLAIN) if _ascii else text


def pick(unicode: str, plain: str) -> str:
    """The first where Unicode can be drawn, else the second."""
    return plain if _ascii else unicode
