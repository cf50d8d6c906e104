"""A change of language or theme while a page is there: it looks as one that began so, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.scenes import SCENES
from tests.tui.stage import NARROW, WIDE, make_app, text_of, until
from tui import signs, text
from tui.preferences import Preferences
from tui.screens.review import Group
from tui.widgets.check_list import CheckList
from tui.widgets.form import Action

PAGES = ("welcome", "networking", "checks", "review", "waiting", "failed", "join")


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    text.use("en")
    signs.use_ascii(False)


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize(("theme", "language"), [("harbour", "zh_CN"), ("ascii", "en")])
@pytest.mark.parametrize("scene", PAGES)
async def test_a_page_looks_as_one_that_began_so(
    tmp_path: Path, scene: str, theme: str, language: str, size: tuple[int, int]
) -> None:
    """Every word and every sign of it changes."""
    app = make_app(tmp_path / "one", chosen=Preferences(theme, language))
    (tmp_path / "one").mkdir()
    async with app.run_test(size=size) as pilot:
        await SCENES[scene](pilot, tmp_path / "one")
        await pilot.pause(0.3)
        wanted = text_of(app)
    text.use("en")
    signs.use_ascii(False)
    app = make_app(tmp_path / "other")
    (tmp_path / "other").mkdir()
    async with app.run_test(size=size) as pilot:
        await SCENES[scene](pilot, tmp_path / "other")
        assert text_of(app) != wanted
        await app.choose(theme=theme, language=language)
        await until(pilot, lambda: text_of(app) == wanted)
        assert text_of(app) == wanted


async def test_the_chosen_check_stays_chosen(tmp_path: Path) -> None:
    """Also when all is drawn in another theme."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await SCENES["checks"](pilot, tmp_path)
        chosen = app.screen.query_one(CheckList).chosen
        await pilot.press("f2")
        await pilot.pause()
        assert app.screen.query_one(CheckList).chosen == chosen
        assert chosen is not None
        assert chosen.name == "Port-10250"


async def test_what_was_opened_stays_open(tmp_path: Path) -> None:
    """And one stands where one stood."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await SCENES["review"](pilot, tmp_path)
        group = app.screen.query_one("#group-files", Group)
        standing = group.query_one(Action)
        standing.focus()
        await pilot.press("enter", "f2")
        await pilot.pause()
        assert app.screen.query_one("#group-files", Group).opened
        assert app.focused is standing
