"""What outlives a page, a timer or a worker of it, draws nothing on what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.scenes import SCENES
from tests.tui.stage import make_app, until
from tui.app import KubebootApp
from tui.screens.welcome import Welcome
from tui.widgets.form import Form
from tui.widgets.there import is_there

LATE: dict[str, Callable[[Any], object]] = {
    "review": lambda page: page._draw(),
    "checks": lambda page: (page._draw(), page.check_action("fix", ())),
    "waiting": lambda page: page._tick(),
    "join": lambda page: (page._draw(), page._set_busy("")),
    "networking": lambda page: (page._draw_pulling(), page.check_action("fold", ())),
    "mend": lambda page: page._draw(),
    "repair": lambda page: (page._draw(), page.check_action("scroll", ())),
}
"""By scene, what its page would still do."""


def leave(app: KubebootApp) -> None:
    while len(app.screen_stack) > 2:
        app.pop_screen()
    app.go_to("welcome")


@pytest.mark.parametrize("scene", LATE)
async def test_a_page_that_is_gone_draws_nothing(tmp_path: Path, scene: str) -> None:
    """Neither does it fail: that would end the program."""
    app = make_app(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await SCENES[scene](pilot, tmp_path)
        page = app.screen
        assert is_there(page)
        leave(app)
        await until(pilot, lambda: isinstance(app.screen, Welcome) and not page.is_attached)
        assert not is_there(page)
        LATE[scene](page)


async def test_what_is_being_taken_down_is_there_no_more(tmp_path: Path) -> None:
    """Already while its parts still are, and when the program ends."""
    app = make_app(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await SCENES["networking"](pilot, tmp_path)
        form = app.screen.query_one(Form)
        assert is_there(form)
        removal = form.remove()
        assert form.children
        assert not is_there(form)
        await removal
        page = app.screen
        app.exit(0)
        assert page.children
        assert not is_there(page)
