"""A failure as a person needs it: what failed, why in full, what to do, and the choices there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from phases.engine.events import Failure
from tui import causes, sections, signs
from tui.text import _, said
from tui.widgets import drawing as d

MOST_LINES = 60


def draw(
    failure: Failure, width: int, choices: Sequence[tuple[str, str]] = (), *, told: bool = False
) -> Iterator[Content]:
    """`choices` are keys with what they do, in the order to try them; the words of others come last,
    because they may be long, and not at all where something else on the panel has `told` them."""
    yield d.marked("failed", said(failure.what)).stylize("bold $error")
    if failure.where and not told:
        yield from d.labelled(_("where"), failure.where, width)
    yield from _cause(failure, width)
    remedy = _remedy(failure)
    if remedy:
        yield from d.labelled(_("remedy"), remedy, width)
    if choices:
        yield Content("")
        yield from _choices(choices, width)
    yield from _tried(failure, width)
    if failure.why and not told:
        yield Content("")
        yield d.heading(_("What was said"))
        yield from _why(failure.why, width)


def _remedy(failure: Failure) -> str:
    """What to do next; where the engine names a flag of the command line, the form has a field."""
    if failure.code == "preflight":
        field = _(sections.fields()[causes.IGNORE].label)
        return _(
            "Mend what is named below and try again, or let it only warn: {field}", field=field
        )
    return said(failure.remedy)


def _cause(failure: Failure, width: int) -> Iterator[Content]:
    """The judged cause and what mends it; a guess, and said as one."""
    if failure.cause:
        likely = d.labelled(_("probably"), said(failure.cause), width)
        yield from (line.stylize("bold") for line in likely)
        yield from d.labelled("", said(failure.advice), width)


def _tried(failure: Failure, width: int) -> Iterator[Content]:
    if failure.tried:
        yield Content("")
        yield d.heading(_("What was tried"))
    for one in failure.tried:
        yield from map(d.styled, d.wrapped(said(one), width, first="  ", rest="    "))


def _why(why: str, width: int) -> Iterator[Content]:
    """Every line of the cause, behind a bar."""
    bar = Content.styled(signs.pick("│ ", "| "), "$error")
    for line in why.splitlines()[:MOST_LINES]:
        for piece in d.wrapped(said(line), width - 2, rest="  "):
            yield Content.assemble(bar, piece)


def _choices(choices: Sequence[tuple[str, str]], width: int) -> Iterator[Content]:
    line = Content("")
    for key, label in choices:
        piece = Content.assemble(Content.styled(key, "bold $accent"), " ", label)
        if line and line.cell_length + piece.cell_length + 3 > width:
            yield line
            line = Content("")
        line = Content.assemble(line, "   ", piece) if line else piece
    yield line
