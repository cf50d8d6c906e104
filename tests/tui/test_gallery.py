"""The README's pictures: true, small, shown with words, and of no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.gallery import PICTURES, SHOTS, Shot, draw
from tests.tui.program import ROOT
from tui import text

NAMES = [shot.name for shot in SHOTS]
SMALL = 100_000
"""Bytes of a picture at most."""


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    text.use("en")


@pytest.mark.parametrize("shot", SHOTS, ids=NAMES)
async def test_a_picture_is_what_the_program_shows(tmp_path: Path, shot: Shot) -> None:
    """After a change that is meant, the command draws the pictures anew."""
    drawn = await draw(shot, tmp_path)
    kept = (PICTURES / f"{shot.name}.svg").read_text("utf-8")
    assert kept == drawn, f"docs/pictures/{shot.name}.svg is out of date: run `make pictures`"
    assert str(tmp_path) not in drawn


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_stands_on_its_own(name: str) -> None:
    """It fetches nothing and stays small; the only address in it is the name of the format."""
    svg = (PICTURES / f"{name}.svg").read_text("utf-8")
    fetched = re.findall(r"@import|@font-face|href=|src=|url\((?!#)", svg)
    assert not fetched
    assert len(svg) < SMALL


def test_the_readme_shows_each_with_words() -> None:
    """Every picture is shown, with a text for who can't see it, and no other is kept."""
    shown = dict(
        re.findall(
            r"!\[([^\]]{20,})\]\(docs/pictures/(\w+)\.svg\)", (ROOT / "README.md").read_text()
        )
    )
    assert sorted(shown.values()) == sorted(NAMES)
    assert sorted(path.stem for path in PICTURES.iterdir()) == sorted(NAMES)
