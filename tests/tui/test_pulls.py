"""The panel of the images while they are pulled: only what is measured is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from phases.engine.events import Progress
from phases.engine.state import Mark
from tests.tui.stage import NARROW, RECORDINGS, WIDE, app_of, make_app, text_of, watched
from tui.widgets.panels.images import Pace, pace

START = datetime(2026, 11, 23, tzinfo=UTC)
APISERVER, MANAGER, SCHEDULER = (
    f"registry.k8s.io/kube-{name}:v1.37.2"
    for name in ("apiserver", "controller-manager", "scheduler")
)
ARRIVING: tuple[tuple[float, float, Mapping[str, tuple[int, int]]], ...] = (
    (0.5, 4_000_000, {APISERVER: (4_000_000, 28_100_000)}),
    (2.5, 30_000_000, {APISERVER: (28_100_000, 28_100_000), MANAGER: (1_900_000, 22_400_000)}),
    (3.5, 42_500_000, {APISERVER: (28_100_000, 28_100_000), MANAGER: (14_400_000, 22_400_000)}),
)
"""Bytes with round numbers: when, of all, of each image."""


def arriving(
    folder: Path,
    marks: Iterable[tuple[float, float, Mapping[str, tuple[int, int]]]] = ARRIVING,
    *,
    later: float = 0.6,
) -> tuple[Path, Callable[[], datetime]]:
    """A run in the middle of its pulls, and a clock that stands just behind it."""
    lines = [json.loads(line) for line in (RECORDINGS / "pulled.jsonl").read_text().splitlines()]
    began = next(n for n, line in enumerate(lines) if line.get("data", {}).get("attempt"))
    start = datetime.fromisoformat(lines[began]["at"])

    def told(after: float, **event: Any) -> dict[str, Any]:
        return {"at": (start + timedelta(seconds=after)).isoformat(), "phase": "images"} | event

    def image(at: float, item: str, **data: Any) -> dict[str, Any]:
        return told(at, event="Report", topic="image", item=item, data=data)

    whole = {"event": "Progress", "step": "", "total": 0, "unit": "bytes"}
    new = [image(0, APISERVER, state="pulling", attempt=1, since=start.isoformat())]
    new += [told(at, **whole, done=done, items=items) for at, done, items in marks]
    new.append(image(2.2, APISERVER, state="pulled", size=28_112_345, seconds=2.2))
    second = told(2.2)["at"]
    new.append(image(2.2, MANAGER, state="pulling", attempt=1, since=second))
    kept = [*lines[:began], *sorted(new, key=lambda line: str(line["at"]))]
    journal = folder / "runs" / "pulling" / "journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    numbered = (json.dumps(line | {"seq": number}) for number, line in enumerate(kept))
    journal.write_text("".join(f"{line}\n" for line in numbered))
    last = datetime.fromisoformat(kept[-1]["at"])
    return journal, lambda: last + timedelta(seconds=later)


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
