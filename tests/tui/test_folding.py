"""Lines that fit: where words that are longer than a line are broken."""

from __future__ import annotations

import pytest

from tui.folding import fold


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("--errors=Swap,Mem,Port", ["--errors=", "Swap,Mem,", "Port"]),
        ('{"a":"b","c":"d"}', ['{"a":"b",', '"c":"d"}']),
        ("a,bcdefghijklmnop", ["a,bcdefghi", "jklmnop"]),
        ("x /etc/kubernetes", ["x /etc/", "kubernetes"]),
    ],
)
def test_an_endless_word_is_broken_at_a_seam(text: str, lines: list[str]) -> None:
    """Behind a comma, a slash or the like in its latter half; else where the line ends."""
    assert fold(text, 10, "", "") == lines


def test_a_word_that_is_to_be_whole_is_not_broken() -> None:
    """Where something is to be copied, a word may be longer than a line."""
    assert fold("x --errors=Swap,Mem,Port", 10, "", "", whole=True) == [
        "x",
        "--errors=Swap,Mem,Port",
    ]
