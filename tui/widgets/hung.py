"""Sentences behind a sign each, folded under themselves and never under their sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions
from rich.table import Table
from rich.text import Text


class Hung:
    """What is drawn of pairs of sign and text, below each other; a text may have several lines."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = tuple(pairs)

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> Iterator[Table]:
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for sign, text in self._pairs:
            table.add_row(Text(sign), Text(text))
        yield table


def hung(text: str) -> Hung:
    """A text that begins with its sign; lines below it lose their own indentation."""
    sign, _gap, rest = text.partition(" ")
    return Hung([(sign, "\n".join(line.strip() for line in rest.split("\n")))])
