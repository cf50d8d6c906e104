"""What is told of images on their way: bytes of all, of each, and nothing that isn't certain."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from phases.engine import events as e
from phases.pulls.arrivals import Arrivals
from phases.system.ports import BlobFact
from tests.engine.bench import Bench

A, B, ELSE = "sha256:a", "sha256:b", "sha256:c"


class Watch:
    """Arrivals of two images, looked at a second apart; the one layer of each is asked for."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.runtime, self.clock = self.bench.fakes.runtime, self.bench.fakes.clock
        context = self.bench.context("images")
        self.arrivals = Arrivals(context, context.open_runtime(), ("one", "two"))

    def look(
        self, *coming: BlobFact, seconds: float = 1, begun: tuple[str, ...] = ("one",)
    ) -> None:
        self.clock.wait(seconds)
        self.runtime.coming = coming
        self.arrivals.look(begun)

    def here(self, digest: str, size: int, *, ago: float = 0) -> BlobFact:
        return BlobFact(digest, size, size, self.clock.now() - timedelta(seconds=ago))

    @property
    def told(self) -> list[tuple[float, float, dict[str, list[float]]]]:
        found = self.bench.told(e.Progress)
        assert {(one.step, one.unit) for one in found} <= {("", "bytes")}
        return [(one.done, one.total, dict(one.items)) for one in found]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def test_bytes_are_told_of_all_and_of_each_image(watch: Watch) -> None:
    """The whole has a total only when the parts of every image are known."""
    watch.runtime.made_of["one"] = (BlobFact(A, 0, 100),)
    watch.look(BlobFact(A, 10, 100))
    watch.runtime.made_of = {"one": (watch.here(A, 100),), "two": (BlobFact(B, 0, 50),)}
    watch.look(BlobFact(B, 5, 50), begun=("one", "two"))
    assert watch.told == [
        (10, 0, {"one": [10, 100]}),
        (105, 150, {"one": [100, 100], "two": [5, 50]}),
    ]


def test_what_cannot_be_told_apart_counts_for_the_whole(watch: Watch) -> None:
    """Bytes of no known image are told without a total, and stay when they are no longer on their way."""
    watch.look(BlobFact(ELSE, 7, 9))
    watch.look(BlobFact(A, 3, 0))
    assert watch.told == [(7, 0, {}), (10, 0, {})]


def test_somebody_elses_bytes_take_the_total_away(watch: Watch) -> None:
    """With all images known and something else on its way, there is no telling when it ends."""
    watch.runtime.made_of = {"one": (BlobFact(A, 0, 100),), "two": (BlobFact(B, 0, 50),)}
    watch.look(BlobFact(ELSE, 1, 2), begun=("one", "two"))
    assert watch.told == [(1, 0, {"one": [0, 100], "two": [0, 50]})]


def test_what_was_there_before_does_not_count(watch: Watch) -> None:
    """A layer that another image had brought is neither done nor to be done."""
    watch.runtime.made_of["one"] = (watch.here(A, 100, ago=60), BlobFact(B, 0, 50))
    watch.look(BlobFact(B, 20, 50))
    assert watch.told == [(20, 0, {"one": [20, 50]})]


def test_a_layer_of_two_images_counts_once(watch: Watch) -> None:
    """For the whole; each image has it."""
    shared = BlobFact(A, 0, 100)
    watch.runtime.made_of = {"one": (shared,), "two": (shared, BlobFact(B, 0, 1))}
    watch.look(BlobFact(A, 40, 0), begun=("one", "two"))
    assert watch.told == [(40, 101, {"one": [40, 100], "two": [40, 101]})]


def test_progress_is_told_once_a_second_and_when_it_changed(watch: Watch) -> None:
    """Looks come more often; a journal isn't filled with them."""
    for done in (1, 2, 3, 3, 3):
        watch.look(BlobFact(A, done, 9), seconds=0.5)
    assert [done for done, _total, _items in watch.told] == [1, 3]


def test_a_runtime_that_tells_nothing_is_asked_once(watch: Watch) -> None:
    """One without the call is left alone afterwards."""
    watch.runtime.coming = None
    watch.clock.wait(1)
    watch.arrivals.look(("one",))
    watch.look(BlobFact(A, 1, 9))
    assert watch.told == []


def test_a_runtime_that_stumbles_is_asked_again(watch: Watch) -> None:
    """A failure of the asking is nobody's business."""
    watch.runtime.down = "busy"
    watch.look(BlobFact(A, 1, 9))
    watch.runtime.down = ""
    watch.look(BlobFact(A, 2, 9))
    assert watch.told == [(2, 0, {})]
