"""The panel of the images while they are pulled: only what is measured is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from phases.engine.events import Progress
from phases.engine.state import Mark, PhaseState, RunState
from tests.tui.arriving import APISERVER, ARRIVING, MANAGER, arriving
from tests.tui.stage import NARROW, WIDE, app_of, make_app, text_of, watched
from tui.widgets.panels.images import Pace, draw, pace
from tui.widgets.panels.scene import Scene

START = datetime(2026, 11, 23, tzinfo=UTC)


async def drawn(
    folder: Path, size: tuple[int, int], marks: object = ARRIVING, later: float = 0.6
) -> str:
    journal, now = arriving(folder, marks, later=later)  # type: ignore[arg-type]
    app = make_app(folder, now=now)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        page = await watched(pilot, journal)
        page._select("images")
        await pilot.pause()
        return text_of(app_of(pilot))


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_bytes_rate_and_time_left(tmp_path: Path, size: tuple[int, int]) -> None:
    """Of all: no total while later images aren't known; of the one on its way: bar, rate and time left."""
    text = await drawn(tmp_path, size)
    assert "42.5 MB so far, 10.7 MB a second" in text
    assert "14.4 MB of 22.4 MB" in text
    assert "0:01 left" in text
    assert "28.1 MB    2.2 s" in text
    assert "\N{FULL BLOCK}\N{LIGHT SHADE}" in text


async def test_without_bytes_there_is_the_time(tmp_path: Path) -> None:
    """Where the runtime tells none, how long it takes is all that is said."""
    text = await drawn(tmp_path, WIDE, ())
    assert "pulling    0.6 s" in text
    assert not [word for word in ("so far", "left", " of 2", "second") if word in text]


async def test_a_pull_that_stands_still_says_so(tmp_path: Path) -> None:
    """With nothing new for a while there is no time left to tell."""
    text = await drawn(tmp_path, WIDE, later=9)
    assert "42.5 MB so far, stands still" in text
    assert "left" not in text


def marks(*told: tuple[float, float, float]) -> tuple[Mark, ...]:
    return tuple(
        Mark(START + timedelta(seconds=at), Progress("images", "", done, total, "bytes"))
        for at, done, total in told
    )


@pytest.mark.parametrize(
    ("told", "now", "found"),
    [
        ((), 1, None),
        (((0, 5, 0),), 0.5, Pace(5, 0)),
        (((0, 5, 0), (1, 15, 100)), 2, Pace(15, 100, 5)),
        (((0, 0, 0), (4, 10, 0), (8, 60, 0)), 9, Pace(60, 0, 10)),
        (((0, 0, 0), (1, 60, 0)), 9, Pace(60, 0, 0)),
        (((0, 50, 0), (2, 10, 0)), 4, Pace(10, 0, 0)),
    ],
)
def test_a_rate_is_that_of_the_last_seconds(
    told: tuple[tuple[float, float, float], ...], now: float, found: Pace | None
) -> None:
    """Five seconds back at most; none before a second has passed; never below nothing."""
    assert pace(marks(*told), START + timedelta(seconds=now)) == found


@pytest.mark.parametrize("told", ["x", [1], [1, "2"], None, [1, 2, 3]])
def test_what_another_engine_tells_breaks_nothing(told: object) -> None:
    """An item that isn't told as two numbers isn't drawn."""
    one = Mark(
        START, Progress("images", "", 1, 2, "bytes", items={APISERVER: told, MANAGER: [1, 2]})
    )
    assert pace((one,), START, APISERVER) is None
    assert pace((one,), START, MANAGER) == Pace(1, 2)


def test_time_left_needs_a_total_and_a_rate() -> None:
    """Without either there is none."""
    assert Pace(20, 100, 10).left == timedelta(seconds=8)
    assert [one.left for one in (Pace(1, 0, 5), Pace(1, 2, 0), Pace(1, 2))] == [None] * 3


def panel(**items: dict[str, Any]) -> str:
    phase = PhaseState("images", "Images", "running", marks=marks((0, 5, 20)))
    scene = Scene(phase, RunState(), START + timedelta(seconds=2), 76)
    return "\n".join(line.plain for line in draw(items, scene))


def test_a_pause_tells_its_length_and_its_cause() -> None:
    """Between two tries; what another engine tells of it breaks nothing."""
    told = panel(etcd={"state": "pausing", "attempt": 1, "pause": 80, "reason": "429 Too Many"})
    assert "again after 1:20" in told
    assert "429 Too Many" in told
    assert "pausing" in panel(etcd={"state": "pausing", "pause": "long"})


def test_an_archive_is_no_image() -> None:
    """It has a line of its own and isn't counted; what came in it counts as there."""
    archive = {"state": "imported", "images": 12, "size": 3_000_000, "seconds": 1.5}
    told = panel(
        archive=archive, etcd={"state": "imported", "size": 1000}, pause={"state": "waiting"}
    )
    assert told.splitlines()[0] == "1 of 2"
    assert "3.0 MB" in told
