"""Paragraphs in lines, by the cells they take: Chinese breaks after any character, other text at blanks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.cells import cell_len

SEAMS = ",;/=|&?})]"
"""Behind what an endless word is broken best: between the parts of a list, a path, an address."""

CLOSING = "，。、；：？！）》】”’…"
"""What never begins a line."""


def fold(paragraph: str, width: int, first: str, rest: str, *, whole: bool = False) -> list[str]:
    """Lines that begin with `first` and then `rest`; a `whole` word may be longer than a line."""
    if cell_len(paragraph) == len(paragraph):
        wrapper = _Wrapper(
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words=not whole,
        )
        return wrapper.wrap(paragraph) or [first.rstrip()]
    longest = len(paragraph) if whole else width - cell_len(rest) - cell_len(CLOSING[0])
    return [*_lines(_pieces(paragraph, longest), width, first, rest)]


class _Wrapper(textwrap.TextWrapper):
    """Breaks a word that is longer than a line at a seam, where there is one in its latter half."""

    def _handle_long_word(
        self, reversed_chunks: list[str], cur_line: list[str], cur_len: int, width: int
    ) -> None:
        word, room = reversed_chunks[-1], width - cur_len
        seam = 1 + max(word.rfind(mark, 0, room) for mark in SEAMS)
        if self.break_long_words and seam > room // 2:
            cur_line.append(word[:seam])
            reversed_chunks[-1] = word[seam:]
        else:
            super()._handle_long_word(reversed_chunks, cur_line, cur_len, width)


def _lines(pieces: Iterator[str], width: int, first: str, rest: str) -> Iterator[str]:
    line = first
    for piece in pieces:
        if cell_len(line) + cell_len(piece.rstrip()) > width and line.strip():
            yield line.rstrip()
            line = rest
        line += piece.lstrip() if line == rest else piece
    yield line.rstrip()


def _pieces(text: str, longest: int) -> Iterator[str]:
    """Where a mixed text may be broken: around a wide character, between words, inside endless ones."""
    word = ""
    for character in text:
        if word and character not in CLOSING and _ends(word, character, longest):
            yield word
            word = ""
        word += character
    if word:
        yield word


def _ends(word: str, following: str, longest: int) -> bool:
    """Whether a line may end between a piece and the character behind it."""
    wide = cell_len(word[-1]) > 1 or cell_len(following) > 1
    return word[-1] == " " or (wide and word[-1] not in "（《【“‘") or len(word) >= longest
