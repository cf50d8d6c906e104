"""Texts with a label each: beside each other where there is room, else one under the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

BESIDE = 56
"""From this width on labels stand to the left of their texts."""


class Labelled:
    """What is drawn of pairs of label and text; a text without a label before it is a sentence."""

    def __init__(self, pairs: Sequence[tuple[str, str]], quiet: str) -> None:
        self._pairs = tuple(pairs)
        self._quiet = quiet

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[Table | Text | Padding]:
        if not any(label for label, _text in self._pairs):
            yield from (self._text(text, self._quiet) for _label, text in self._pairs)
        elif options.max_width >= BESIDE:
            yield self._table()
        else:
            yield from self._stacked()

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for label, text in self._pairs:
            table.add_row(Text(label, self._quiet), Text(text))
        return table

    def _stacked(self) -> Iterator[Text | Padding]:
        for label, text in self._pairs:
            if label:
                yield Text(label, self._quiet)
            yield Padding(self._text(text), (0, 0, 0, 2))

    def _text(self, text: str, style: str = "") -> Text:
        return Text(text, style, overflow="fold")
