"""The last line: keys that work here and now, in one order, and a mark where there is no room for all."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.tui.machine import Installer
from tests.tui.scenes import SCENES
from tests.tui.stage import NARROW, WIDE, app_of, make_app, text_of, until
from tui.preferences import Preferences
from tui.screens.configure import Configure
from tui.sections import SECTIONS
from tui.widgets.keys import Keys

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])


def last_line(app: object) -> str:
    return str(app.screen.query_one(Keys).render())  # type: ignore[attr-defined]


@SIZES
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(
    "scene", sorted(SCENES.keys() - {"help_", "leaving", "preset", "presets", "mend"})
)
async def test_the_last_line_fits(
    tmp_path: Path, scene: str, language: str, size: tuple[int, int]
) -> None:
    """On every page; leaving and help are always in it."""
    app = make_app(tmp_path, chosen=Preferences("harbour", language))
    async with app.run_test(size=size) as pilot:
        await SCENES[scene](pilot, tmp_path)
        await pilot.pause()
        line = last_line(app_of(pilot))
        assert cell_len(line) <= size[0]
        assert "F1" in line


async def test_what_matters_at_the_desk_is_there_at_80x24(tmp_path: Path) -> None:
    """With both commands and a user behind sudo: new token, kubeconfig and the way back; a mark for the rest."""
    app = make_app(tmp_path, environment={"SUDO_USER": "ada"})
    async with app.run_test(size=NARROW) as pilot:
        await SCENES["join"](pilot, tmp_path)
        await pilot.pause()
        line = last_line(app)
        for words in (
            "c Send",
            "n New token",
            "^k Kubeconfig",
            "esc Run",
            "…",
            "^c Leave",
            "F1 Help",
        ):
            assert words in line


async def test_the_form_offers_more_only_where_there_is_more(tmp_path: Path) -> None:
    """Also while the list of sections has the focus: F3 goes with the last folded field."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Configure))
        for number, section in enumerate(SECTIONS):
            if number:
                await pilot.press("down")
            await until(pilot, lambda: app.session.section == section.name)  # noqa: B023
            await pilot.pause()
            folded = any(field.advanced for field in section.fields)
            assert ("F3 More" in last_line(app)) == folded, section.name
            assert "esc Back" in last_line(app)


@SIZES
async def test_undo_is_offered_once_there_is_something_to_take_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Not before; in a text with nothing to take back ctrl+z doesn't suspend the program either."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Configure))
        assert "Undo" not in last_line(app)
        await pilot.press("tab", "ctrl+z")
        assert "Undo" not in last_line(app)
        await pilot.press("x")
        await until(pilot, lambda: "^z Undo" in text_of(app).splitlines()[-1])
        assert "esc Back" in last_line(app)


async def test_keys_keep_their_order_in_a_text_of_several_lines(tmp_path: Path) -> None:
    """A field that has a key of the same name doesn't bring it to the front."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Configure))
        before = last_line(app)
        app.session.section = "control-plane"
        await app.screen._show_section()  # type: ignore[attr-defined]
        await pilot.press("tab")
        await until(pilot, lambda: getattr(app.focused, "path", "") == "apiServer.extraArgs")
        assert last_line(app).split("^c")[0].strip() == before.split("^c")[0].strip()
