"""Pictures of the pages, drawn from recordings, compared with those in `pictures/`.

After a change that is meant, `UPDATE_PICTURES=1 pytest tests/tui/test_pictures.py` draws them anew;
look at each before it is committed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.stage import (
    HANDOVER,
    NARROW,
    RECORDINGS,
    WIDE,
    app_of,
    cut,
    make_app,
    until,
    watched,
)
from tui import signs, text
from tui.preferences import Preferences

PICTURES = Path(__file__).parent / "pictures"
UPDATE = "UPDATE_PICTURES"

Scene = Callable[[Pilot[int], Path], Awaitable[None]]


async def welcome(pilot: Pilot[int], _folder: Path) -> None:
    """The first page of a fresh machine."""


async def waiting(pilot: Pilot[int], folder: Path) -> None:
    """A run in the middle of its wait for the control plane."""
    app = app_of(pilot)
    journal, app.now = cut("good", 165, folder)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    await watched(pilot, journal)


async def failed(pilot: Pilot[int], _folder: Path) -> None:
    """A run whose API server never became healthy."""
    await watched(pilot, RECORDINGS / "failed.jsonl")


async def refused(pilot: Pilot[int], _folder: Path) -> None:
    """A run that was refused by its checks."""
    await watched(pilot, RECORDINGS / "refused.jsonl")


async def certificates(pilot: Pilot[int], _folder: Path) -> None:
    """The panel of the certificates, after a good run."""
    page = await watched(pilot, RECORDINGS / "good.jsonl")
    page._select("certs")


async def join(pilot: Pilot[int], folder: Path) -> None:
    """The join desk."""
    page = await watched(pilot, RECORDINGS / "good.jsonl")
    handover = folder / "handover.json"
    handover.write_text(json.dumps(HANDOVER))
    app = app_of(pilot)
    app.show_join(replace(page.story.state, handover=str(handover)))
    await until(pilot, lambda: type(app.screen).__name__ == "Join")


SCENES: dict[str, Scene] = {
    scene.__name__: scene for scene in (welcome, waiting, failed, refused, certificates, join)
}
SKINS = ("harbour", "paper", "ascii")
ALL = [
    *product(("welcome", "waiting", "failed", "join"), (NARROW, WIDE), SKINS, ("en", "zh_CN")),
    *product(("refused", "certificates"), (NARROW, WIDE), ("harbour",), ("en",)),
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
    async with app.run_test(size=size) as pilot:
        await SCENES[scene](pilot, tmp_path)
        await pilot.pause()
        await pilot.pause()
        drawn = settled(app.export_screenshot())
    picture = PICTURES / f"{scene}-{size[0]}x{size[1]}-{theme}-{language}.svg"
    if os.environ.get(UPDATE):
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(drawn)
    elif picture.read_text() != drawn:
        place = tmp_path / picture.name
        place.write_text(drawn)
        pytest.fail(f"{picture.name} looks different: see {place}; {UPDATE}=1 takes it over")


def settled(svg: str) -> str:
    """Without what differs from one drawing to the next."""
    names = re.search(r"terminal-(\d+)", svg)
    return svg.replace(f"terminal-{names[1]}", "terminal") if names else svg
