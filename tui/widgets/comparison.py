"""A text as it came and as it was meant, line by line: side by side, or one of the two.

What was changed has a sign, `~`, `-` or `+`, and a colour on top; what was done is told by line below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from textual.content import Content

from phases.model.pasted import Line
from phases.model.repair import Reading
from tui import reading_words
from tui.masking import masked
from tui.reading_words import LEFT, sign_of
from tui.signs import pick
from tui.text import _
from tui.widgets import drawing as d

LABEL = 14
BESIDE = 100
"""From this width on both stand beside each other."""

NUMBER, SIGN = 4, 3
DOUBTFUL = "?"
SHORT = 2
"""Lines that were left out in a row and are still shown; more of them are counted."""


def lines(
    reading: Reading,
    width: int,
    *,
    original: bool = False,
    doubtful: frozenset[int] = frozenset(),
) -> list[Content]:
    """The comparison; where there is no room for both, what was meant or the `original`. `doubtful`
    are the numbers of lines that nobody can tell the meaning of."""
    if width >= BESIDE:
        return list(_both(reading, width, doubtful))
    return list(_one(reading, width, doubtful, original=original))


def _meant(doubtful: frozenset[int]) -> str:
    return _("as far as it can be told") if doubtful else _("as it was meant")


def _sign(line: Line, doubtful: frozenset[int]) -> str:
    return DOUBTFUL if line.number in doubtful else sign_of(line)


def _both(reading: Reading, width: int, doubtful: frozenset[int]) -> Iterator[Content]:
    column = (width - NUMBER - SIGN) // 2
    yield _row("", d.muted(_("as it came")), "", d.muted(_meant(doubtful)), column)
    for run in _runs(reading.lines):
        if _is_long(run):
            yield _row("", d.muted(_dots()), LEFT, d.muted(_counted(run)), column)
            continue
        for line in run:
            gone = line.after is None
            before = d.styled(came(line), d.MUTED if gone else "")
            after = d.muted(_("left out")) if gone else _after(line)
            yield _row(_number(line), before, _sign(line, doubtful), after, column)


def _row(number: str, before: Content, sign: str, after: Content, column: int) -> Content:
    cells = [(d.muted(number), NUMBER), (before, column), (_signed(sign), SIGN), (after, column)]
    return d.row(cells, gap=0)


def _one(
    reading: Reading, width: int, doubtful: frozenset[int], *, original: bool
) -> Iterator[Content]:
    title = _("as it came") if original else _meant(doubtful)
    yield Content.assemble(" " * (NUMBER + SIGN), d.muted(title))
    for run in _runs(reading.lines):
        if _is_long(run):
            yield _line("", LEFT, d.muted(_counted(run)), width)
            continue
        for line in (line for line in run if line.number or not original):
            shown = d.styled(came(line)) if original else _after(line)
            if line.after is None:
                shown = d.muted(line.before)
            yield _line(_number(line), _sign(line, doubtful), shown, width)


def _line(number: str, sign: str, shown: Content, width: int) -> Content:
    cells = [(d.muted(number), NUMBER), (_signed(sign), SIGN), (shown, 0)]
    return d.cut(d.row(cells, gap=0), width)


def _number(line: Line) -> str:
    return str(line.number or "").rjust(NUMBER - 1)


def _signed(sign: str) -> Content:
    return Content.styled(f" {sign or ' '} ", "$accent bold")


def _is_long(run: Sequence[Line]) -> bool:
    return len(run) > SHORT and run[0].after is None


def _after(line: Line) -> Content:
    return d.styled(masked(line.after or ""), "$accent" if line.is_changed else "")


def came(line: Line) -> str:
    """A line as it came; where what became of it holds a secret, its key alone."""
    after = line.after or ""
    if masked(after) == after:
        return masked(line.before)
    return f"{re.split('[:：]', line.before)[0]}: {masked(after).partition(': ')[2]}"


def _dots() -> str:
    return pick("⋯", "...")


def _counted(run: Sequence[Line]) -> str:
    words = _("{count} lines are left out: no part of the configuration")
    return words.format(count=sum(1 for line in run if line.before.strip()))


def _runs(given: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines, those that were left out in one piece; without blank lines around the configuration."""
    for left, group in groupby(given, lambda line: line.after is None):
        run = list(group)
        if left and not any(line.before.strip() for line in run):
            continue
        yield (
            [line for line in run if line.before.strip()] if left and len(run) <= SHORT + 1 else run
        )


def notes(reading: Reading, width: int) -> list[Content]:
    """What was done, line by line, lines with the same fate together."""
    return [
        part
        for where, note in reading_words.notes(reading)
        for part in d.labelled(where, note, width, label_width=LABEL)
    ]
