"""Lines of styled text: cut, padded and set in columns by the cells they take, CJK included.

What the lines say is the business of panels and pages. Styles name variables of the theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui import signs
from tui.folding import SEAMS, fold
from tui.signs import State
from tui.text import clean

MUTED = "$muted"
TITLE = "bold"
INDENT = "  "


def styled(text: str, style: str = "") -> Content:
    """Text from wherever, never taken for markup."""
    words = signs.spelled(clean(text))
    return Content.styled(words, style) if style else Content(words)


def muted(text: str) -> Content:
    return styled(text, MUTED)


def marked(state: State, text: str = "") -> Content:
    """A state's sign, and a text behind it."""
    sign = Content.styled(signs.sign(state), signs.colour(state))
    return Content.assemble(sign, " ", styled(text)) if text else sign


def fitted(text: Content | str, width: int) -> Content:
    """Exactly `width` cells of it: cut with an ellipsis, or filled with blanks."""
    content = text if isinstance(text, Content) else styled(text)
    room = max(width, 0)
    length = cell_len(content.plain)
    if length <= room:
        return content.pad_right(room - length)
    return cut(content, room)


def cut(content: Content, width: int) -> Content:
    """At most `width` cells of it, with an ellipsis where something is left out."""
    if cell_len(content.plain) <= width:
        return content
    dots = signs.pick("…", "~")
    if width <= 1:
        return Content(dots[:width])
    kept = set_cell_size(content.plain, width - 1)
    whole = kept.rstrip() if content.plain.startswith(kept.rstrip()) else kept[:-1]
    gap = width - 1 - cell_len(whole)
    return Content.assemble(content[: len(whole)], Content.styled(dots, MUTED), " " * gap)


def row(cells: Iterable[tuple[Content | str, int]], gap: int = 2) -> Content:
    """Cells side by side, each fitted to its width; a width of 0 takes what it needs."""
    parts = [
        fitted(text, width) if width else (text if isinstance(text, Content) else styled(text))
        for text, width in cells
    ]
    return Content(" " * gap).join(parts)


def spread(left: Content, right: Content, width: int) -> Content:
    """One at the left end, the other at the right; the left one is cut when both don't fit."""
    room = width - cell_len(right.plain)
    if room < 1:
        return fitted(left, width)
    gap = 1 if right.plain and cell_len(left.plain) >= room > 1 else 0
    return Content.assemble(fitted(left, room - gap), " " * gap, right)


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """A text in lines of at most `width` cells, its own line ends kept, with hanging indent."""
    lines: list[str] = []
    for number, paragraph in enumerate(signs.spelled(clean(text)).split("\n")):
        lead = first if number == 0 else rest
        lines.extend(fold(paragraph, max(width, 12), lead, rest))
    return lines


def pieces(content: Content, width: int, rest: str = INDENT) -> Iterator[Content]:
    """A styled line in parts of at most so many cells, broken behind blanks and seams where it can be;
    what follows is indented as the line was, and by `rest`."""
    plain = content.plain
    lead = " " * (len(plain) - len(plain.lstrip())) + rest
    while cell_len(content.plain) > max(width, len(lead) + 8):
        room = len(set_cell_size(content.plain, width).rstrip("\0"))
        seam = 1 + max(content.plain.rfind(mark, len(lead), room) for mark in f" {SEAMS}")
        at = seam if seam > (room + len(lead)) // 2 else room
        yield content[:at]
        content = Content.assemble(lead, content[at:])
    yield content


def labelled(label: str, text: str, width: int, *, label_width: int = 10) -> list[Content]:
    """A muted label with its text beside it, folded under itself."""
    lines = wrapped(text, width - label_width) if text else []
    blank = Content(" " * label_width)
    return [
        Content.assemble(fitted(muted(label), label_width) if number == 0 else blank, line)
        for number, line in enumerate(lines)
    ]


def heading(title: str, note: str = "") -> Content:
    """The title of a part of a panel, with a word on it."""
    name = styled(title, TITLE)
    return Content.assemble(name, "  ", muted(note)) if note else name


def rule(width: int) -> Content:
    return Content.styled(signs.pick("─", "-") * width, "$rule")


def stacked(lines: Sequence[Content]) -> Content:
    return Content("\n").join(lines)


def span(started: datetime | None, until: datetime | None) -> str:
    """How long something took: tenths of seconds below a minute, minutes and seconds above."""
    if started is None or until is None:
        return ""
    seconds = max((until - started).total_seconds(), 0.0)
    return f"{seconds:.1f} s" if seconds < 60 else clock(until - started)


def clock(period: timedelta) -> str:
    """A period as h:mm:ss or m:ss."""
    seconds = max(int(period.total_seconds()), 0)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{head}:{seconds % 60:02}"


def size(count: float) -> str:
    """A number of bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
