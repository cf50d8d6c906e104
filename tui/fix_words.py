"""What fixes are called, for the screens: the engine knows them by their names."""

from __future__ import annotations

from functools import cache

from tui.text import said


@cache
def _titles() -> dict[str, str]:
    from phases.fixes.table import FIXES

    return {fix.name: fix.title for fix in FIXES}


def names() -> tuple[str, ...]:
    """All fixes, in the order in which they are applied."""
    return tuple(_titles())


def title_of(fix: str) -> str:
    """A fix' title in the language in use."""
    return said(_titles().get(fix, fix))
