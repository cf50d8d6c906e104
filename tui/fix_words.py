"""What fixes are called, for the screens: the engine knows them by their names."""

from __future__ import annotations

from phases.fixes.titles import TITLES
from tui.text import said


def names() -> tuple[str, ...]:
    """All fixes, in the order in which they are applied."""
    return tuple(TITLES)


def title_of(fix: str) -> str:
    """A fix' title in the language in use."""
    return said(TITLES.get(fix, fix))
