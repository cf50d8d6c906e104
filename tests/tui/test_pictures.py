"""Pictures of the pages, drawn from recordings, compared with those in `pictures/`.

After a change that is meant, `UPDATE_PICTURES=1 pytest tests/tui/test_pictures.py` draws them anew;
look at each before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.tui.scenes import SCENES, settled
from tests.tui.stage import NARROW, WIDE, make_app
from tui import signs, text
from tui.preferences import Preferences

PICTURES = Path(__file__).parent / "pictures"
UPDATE = "UPDATE_PICTURES"
PATIENCE = 40
"""Looks, each a twentieth of a second after the last: a page is drawn in several strokes."""

SIZES, LANGUAGES = (NARROW, WIDE), ("en", "zh_CN")
DARK, SKINS = "harbour", ("harbour", "paper", "ascii")
PAGES = (
    *("welcome", "networking", "checks", "mend", "review"),
    *("waiting", "failed", "ended", "join", "help_"),
)
"""Scenes that are drawn in each skin and in each language; the others in each skin, and Chinese in one."""

PASSING = {"looking"}
"""Scenes that don't stand still: how far a look has come when it is drawn is chance."""

OTHERS = sorted(SCENES.keys() - set(PAGES) - PASSING)
ALL = [
    *product(PAGES, SIZES, SKINS, LANGUAGES),
    *product(OTHERS, SIZES, SKINS, ("en",)),
    *product(OTHERS, SIZES, (DARK,), ("zh_CN",)),
]


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    text.use("en")
    signs.use_ascii(False)


@pytest.mark.parametrize(("scene", "size", "theme", "language"), ALL)
async def test_a_page_looks_as_it_did(
    tmp_path: Path, scene: str, size: tuple[int, int], theme: str, language: str
) -> None:
    """Layout, words and colours are those of the picture."""
    app = make_app(tmp_path, chosen=Preferences(theme, language))
    picture = PICTURES / f"{scene}-{size[0]}x{size[1]}-{theme}-{language}.svg"
    update = bool(os.environ.get(UPDATE))
    async with app.run_test(size=size) as pilot:
        await SCENES[scene](pilot, tmp_path)
        drawn = await comes_to(pilot, "" if update else picture.read_text())
    if update:
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(drawn)
    elif picture.read_text() != drawn:
        place = tmp_path / picture.name
        place.write_text(drawn)
        pytest.fail(f"{picture.name} looks different: see {place}; {UPDATE}=1 takes it over")


@pytest.mark.parametrize("scene", ["fault", "networking"])
async def test_a_blinking_cursor_is_drawn_as_a_steady_one(tmp_path: Path, scene: str) -> None:
    """In an area of text and in a line of it, when the blink had just hidden it."""
    app = make_app(tmp_path)
    picture = (PICTURES / f"{scene}-{WIDE[0]}x{WIDE[1]}-{DARK}-en.svg").read_text()
    async with app.run_test(size=WIDE) as pilot:
        await SCENES[scene](pilot, tmp_path)
        await comes_to(pilot, picture)
        editor = app.focused
        assert isinstance(editor, Input | TextArea)
        editor._cursor_visible = False
        await pilot.pause(0.1)
        assert settled(app.export_screenshot()) != picture
        assert await comes_to(pilot, picture) == picture


async def comes_to(pilot: Pilot[int], picture: str) -> str:
    """What the page looks like once it is as in the picture, or has had the time to become so."""
    drawn = ""
    for _ in range(PATIENCE):
        for editor in (*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)):
            editor._pause_blink(visible=editor.has_focus)
        await pilot.pause(0.05)
        drawn = settled(pilot.app.export_screenshot())
        if drawn == picture:
            break
    return drawn
