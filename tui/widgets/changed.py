"""What a preset or a kubeadm line would change, a field a line, with a sign and words for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.change_words import SIGNS, told
from tui.fragment import Change
from tui.widgets import drawing as d

LABEL = 38


def lines(changes: Sequence[Change], width: int) -> Iterator[Content]:
    """A line or more for each change, and a blank one behind them."""
    label = min(LABEL, width // 2)
    for one in changes:
        name, words = told(one)
        sign = Content.styled(f"{SIGNS[one.effect]} ", "$accent bold")
        for number, part in enumerate(
            d.labelled(d.cut(d.styled(name), label - 2).plain, words, width - 2, label_width=label)
        ):
            yield Content.assemble(sign if number == 0 else "  ", part)
    if changes:
        yield Content("")
