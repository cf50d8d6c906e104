"""Sizes, modes and exit codes beside an effect, in the language in use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from phases.engine.journal import Reader
from tests.tui.stage import RECORDINGS
from tui import text
from tui.detail_words import detail
from tui.follower import log_lines


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    text.use("en")


def test_every_detail_of_a_run_speaks_chinese() -> None:
    """All that an engine has told in a real run, but for names of fields."""
    records = Reader(RECORDINGS / "good.jsonl").new_records()
    told = {line.detail for record in records for line in log_lines(record) if line.detail}
    assert len(told) > 5
    text.use("zh_CN")
    assert [one for one in told if detail(one).isascii() and "," not in detail(one)] == []
    assert not detail("24 bytes, mode 0644").isascii()


@pytest.mark.parametrize(
    "words", ["folder, mode 0755", "exit 0", "24 bytes, mode 0644", "metadata, spec", ""]
)
def test_english_stays_as_the_engine_wrote_it(words: str) -> None:
    """Taken apart and put together again it is the same."""
    assert detail(words) == words


def test_what_steers_a_terminal_is_taken_out() -> None:
    """A detail may hold anything."""
    assert detail("a\x1b[31m") == "a?[31m"
