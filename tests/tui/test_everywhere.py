"""Keys that mean the same on every page, pressed on each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.scenes import SCENES
from tests.tui.stage import NARROW, make_app
from tui.screens.choice import Choice
from tui.screens.importing import Import


@pytest.mark.parametrize("scene", SCENES)
async def test_ctrl_c_leaves_or_asks(tmp_path: Path, scene: str) -> None:
    """On every page ctrl+c ends the program or asks what is meant; esc takes the question back."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await SCENES[scene](pilot, tmp_path)
        await pilot.pause()
        before = app.screen
        if isinstance(
            before, Choice | Import
        ):  # it is being asked, and ctrl+c is one of its answers
            await pilot.press("ctrl+c")
            await pilot.pause()
            assert app._exit or app.screen is not before
            return
        await pilot.press("ctrl+c")
        await pilot.pause()
        if app._exit:
            return
        assert isinstance(app.screen, Choice)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is before


@pytest.mark.parametrize("scene", SCENES)
async def test_ctrl_z_harms_nothing(
    tmp_path: Path, scene: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On every page ctrl+z takes back what was typed or suspends; the page stays."""
    suspended: list[str] = []
    app = make_app(tmp_path)
    monkeypatch.setattr(type(app), "action_suspend_process", lambda _self: suspended.append(scene))
    async with app.run_test(size=NARROW) as pilot:
        await SCENES[scene](pilot, tmp_path)
        await pilot.pause()
        before = app.screen
        typed = app._session is not None and app.session.is_unsaved
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert app.screen is before
        assert suspended or typed
