"""A damaged text and what was meant by it, in words: what was done to each line, and what tells readings
apart. How both texts are drawn is the business of `widgets.comparison`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from phases.model.pasted import Line
from phases.model.repair import Reading
from tui.text import _, said

CHANGED, LEFT, PUT = "~", "-", "+"


def sign_of(line: Line) -> str:
    """How a line was changed; empty where it wasn't."""
    if not line.is_changed:
        return ""
    return PUT if not line.number else LEFT if line.after is None else CHANGED


def notes(reading: Reading) -> Iterator[tuple[str, str]]:
    """Where something was done and what, lines with the same fate together."""
    kept = [line for line in reading.lines if line.note and line.after is not None]
    for note, group in groupby(kept, lambda line: line.note):
        yield _where([line.number for line in group]), "; ".join(map(said, note.split("; ")))


def _where(numbers: Sequence[int]) -> str:
    first, last = numbers[0], numbers[-1]
    if not first:
        return ""
    if first == last:
        return _("line {line}", line=first)
    return _("lines {first}-{last}", first=first, last=last)


def choice(reading: Reading) -> str:
    """What a reading says that others don't."""
    return "; ".join(
        _("{key} in line {line} belongs to {owner}", key=one.key, line=one.line, owner=one.owner)
        if one.owner
        else _("{key} in line {line} belongs to the document itself", key=one.key, line=one.line)
        for one in reading.choices
    )
