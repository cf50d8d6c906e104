"""One check as lines: how it stands, what was found, what is needed, what to do, and what a fix would do.

Pure functions from a Found to styled text; which check is looked at is the page's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from textual.content import Content

from tui import signs
from tui.checkup import Found
from tui.fix_words import title_of
from tui.text import _, said, said_each
from tui.widgets import drawing as d
from tui.widgets.panels.checks import WORDS

FIX = "f"
GAP = 2


def draw(one: Found, width: int, *, airy: bool = False) -> list[Content]:
    """Labels in a column, their texts folded beside them; `airy` leaves a line between them."""
    rows = list(_rows(one))
    label_width = max(cell_len(label.plain) for label, _text, _style in rows) + GAP
    lines: list[Content] = []
    for label, text, style in rows:
        lines += [Content("")] if airy and lines else []
        for number, line in enumerate(d.wrapped(text, width - label_width)):
            lead = d.fitted(label if number == 0 else "", label_width)
            lines.append(Content.assemble(lead, d.styled(line, style)))
    return lines


def _rows(one: Found) -> Iterator[tuple[Content, str, str]]:
    """A label, its text, and the text's style."""
    state = signs.of_status(one.state)
    word = d.styled(_(WORDS.get(one.state, "")), signs.colour(state))
    yield Content.assemble(d.marked(state), " ", word), one.name, d.TITLE
    for label, text in (
        (_("found"), one.found),
        (_("needed"), one.needed),
        (_("remedy"), one.remedy),
    ):
        if text:
            yield d.muted(label), said_each(text), ""
    for fix in one.fixes:
        yield d.styled(f"{FIX} {_('fix')}", "bold $accent"), title_of(fix), ""
    for fix, reason in one.blocked.items():
        words = _("{title}: not yet, {reason}", title=title_of(fix), reason=said(reason))
        yield d.muted(_("fix")), words, d.MUTED
