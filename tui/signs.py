"""States as a sign and a word, never colour alone; in Unicode, or in ASCII for serial consoles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "risky", "missing", "running", "waiting", "skipped", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Sign:
    """How a state looks: its sign in both skins, its word, and the theme colour that it wears."""

    unicode: str
    ascii: str
    word: str
    colour: str


SIGNS: dict[State, Sign] = {
    "ok": Sign("✓", "[ok]", "done", "success"),
    "unchanged": Sign("=", "[==]", "unchanged", "success"),
    "risky": Sign("!", "[!!]", "risky", "warning"),
    "missing": Sign("✗", "[xx]", "missing", "error"),
    "failed": Sign("✗", "[xx]", "failed", "error"),
    "running": Sign("●", "[>>]", "running", "accent"),
    "waiting": Sign("○", "[..]", "waiting", "secondary"),
    "skipped": Sign("↷", "[--]", "skipped", "secondary"),
}

_ascii = False


def use_ascii(only: bool) -> None:
    """Draws in ASCII from now on, or in Unicode again."""
    global _ascii  # noqa: PLW0603  the one piece of state: what the terminal can draw
    _ascii = only


def is_ascii() -> bool:
    return _ascii


def sign(state: State) -> str:
    return SIGNS[state].ascii if _ascii else SIGNS[state].unicode


def pick(unicode: str, plain: str) -> str:
    """The first where Unicode can be drawn, else the second."""
    return plain if _ascii else unicode
