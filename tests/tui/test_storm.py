"""Keys pressed at random, pastes and resizes, on every page: whatever comes, the program goes on.

The same keys each time; `STORM=7 pytest tests/tui/test_storm.py` presses others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.tui.damaged import INIT
from tests.tui.scenes import SCENES
from tests.tui.stage import NARROW, WIDE, app_of, make_app
from tui import signs, text

SEED = os.environ.get("STORM", "1")
PAGES = (
    *("welcome", "networking", "section_images", "section_tokens", "plugin", "fault", "repair"),
    *("checks", "mend", "review", "waiting", "failed", "arrived", "help_", "half_done"),
)
KEYS = (
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("enter", "escape", "tab", "shift+tab", "space", "backspace", "delete"),
    *("f1", "f2", "f3", "f4", "f5", "f6", "f8"),
    *(f"ctrl+{key}" for key in "nbyoszpakuwx"),
    *"abcdfjklnqrstuvwy01",
    *("colon", "slash", "full_stop", "minus", "comma", "left_square_bracket", "quotation_mark"),
)
PASTES = (
    *("a\nb", "10.0.0.0/8", "[bold]x[/]", "\x1b[31m", "中文", INIT),
    "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: x\n",
)
SIZES = ((40, 10), (80, 24), (100, 30), (120, 40))


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    text.use("en")
    signs.use_ascii(False)


@pytest.mark.parametrize("scene", PAGES)
async def test_the_program_goes_on(tmp_path: Path, scene: str) -> None:
    """No key, in no order, ends it but by leaving; an error in it would be raised here."""
    chance = Random(f"{scene} {SEED}")  # noqa: S311
    app = make_app(tmp_path)
    app.action_suspend_process = lambda: None  # type: ignore[method-assign]
    async with app.run_test(size=chance.choice((NARROW, WIDE))) as pilot:
        await SCENES[scene](pilot, tmp_path)
        for _ in range(60):
            if app._exit:
                break
            await gust(pilot, chance)


async def gust(pilot: Pilot[int], chance: Random) -> None:
    """Mostly a key; now and then the window changes, or something is pasted."""
    what = chance.random()
    if what < 0.05:
        await pilot.resize_terminal(*chance.choice(SIZES))
    elif what < 0.08:
        app_of(pilot).post_message(Paste(chance.choice(PASTES)))
    else:
        await pilot.press(chance.choice(KEYS))
