"""The images phase: pull policies, one by one or side by side, tries, the waiver, and what arrives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from phases.engine import events as e
from phases.engine.errors import Cancelled, PhaseError
from phases.images import PHASE, TRIES, Arrivals
from phases.model.images import control_plane_images
from phases.system.ports import BlobFact, ImageFact, Runtime, RuntimeFailure
from tests.engine.bench import Bench


def bench_with(folder: Path, registration: str = "") -> Bench:
    return Bench(folder, init=f"nodeRegistration: {{{registration}}}" if registration else "")


def needed(bench: Bench) -> list[str]:
    return [str(image) for image in control_plane_images(bench.configuration)]


def state(bench: Bench) -> dict[str, object]:
    return {name: data["state"] for name, data in bench.reports("image").items()}


@pytest.mark.parametrize(
    ("policy", "there", "pulled", "final"),
    [
        ("IfNotPresent", False, True, "pulled"),
        ("IfNotPresent", True, False, "present"),
        ("Always", True, True, "pulled"),
        ("Never", False, False, "missing"),
        ("Never", True, False, "present"),
    ],
)
def test_the_pull_policy_decides(
    tmp_path: Path, policy: str, there: bool, pulled: bool, final: str
) -> None:
    """What is pulled follows imagePullPolicy; each image's state is reported."""
    bench = bench_with(tmp_path, f"imagePullPolicy: {policy}")
    images = needed(bench)
    for image in images if there else ():
        bench.fakes.runtime.pull(image)
    bench.fakes.runtime.pulled.clear()
    assert bench.run(PHASE) == (len(images) if pulled else 0)
    assert bench.fakes.runtime.pulled == (images if pulled else [])
    assert state(bench) == dict.fromkeys(images, final)
    assert bool(bench.told(e.Warned)) is (final == "missing")


def test_images_are_pulled_side_by_side_when_allowed(tmp_path: Path) -> None:
    """With imagePullSerial false several pulls are under way at the same time."""
    bench, together = (
        bench_with(tmp_path, "imagePullSerial: false"),
        threading.Barrier(2, timeout=60),
    )
    pull, first = bench.fakes.runtime.pull, needed(bench)[:2]

    def meeting(image: str) -> ImageFact:
        if image in first:
            together.wait()
        return pull(image)

    bench.fakes.runtime.pull = meeting  # type: ignore[method-assign]
    assert bench.run(PHASE) == len(needed(bench))


def test_a_pull_is_tried_again(tmp_path: Path) -> None:
    """A registry that stumbles is asked again, each time after a longer pause."""
    bench = bench_with(tmp_path)
    pull, stumbles = bench.fakes.runtime.pull, ["429", "503"]

    def stumbling(image: str) -> ImageFact:
        if stumbles:
            raise RuntimeFailure(stumbles.pop())
        return pull(image)

    bench.fakes.runtime.pull = stumbling  # type: ignore[method-assign]
    assert bench.run(PHASE) == len(needed(bench))
    waits = bench.fakes.clock.waits
    assert waits == sorted(waits)
    assert len(waits) == 2


def test_a_failed_image_is_named_and_others_go_on(tmp_path: Path) -> None:
    """One image that can't be pulled is told with its cause after all others were pulled."""
    bench = bench_with(tmp_path)
    first, *others = needed(bench)
    bench.fakes.runtime.failures[first] = "404 not found"
    with pytest.raises(PhaseError) as caught:
        bench.run(PHASE)
    assert (caught.value.code, caught.value.why) == ("ImagePull", f"{first}: 404 not found")
    assert bench.fakes.runtime.pulled == [first] * TRIES + others
    assert state(bench) == {first: "failed"} | dict.fromkeys(others, "pulled")


@pytest.mark.parametrize("waiver", ["ImagePull", "imagepull", "all"])
def test_a_failed_pull_can_be_waived(tmp_path: Path, waiver: str) -> None:
    """--ignore-preflight-errors makes a warning of it."""
    bench = bench_with(tmp_path)
    init = bench.configuration.init
    registration = replace(init.node_registration, ignore_preflight_errors=(waiver,))
    bench.configuration = replace(
        bench.configuration, init=replace(init, node_registration=registration)
    )
    bench.fakes.runtime.failures = dict.fromkeys(needed(bench), "offline")
    bench.run(PHASE)
    (warned,) = bench.told(e.Warned)
    assert "offline" in warned.text


def test_a_request_to_stop_ends_pulling(tmp_path: Path) -> None:
    """Between two images a request to stop is obeyed."""
    bench = bench_with(tmp_path)
    pull = bench.fakes.runtime.pull

    def stopping(image: str) -> ImageFact:
        bench.stop.ask(15)
        return pull(image)

    bench.fakes.runtime.pull = stopping  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        bench.run(PHASE)
    assert len(bench.fakes.runtime.pulled) == 1


A, B, ELSE = "sha256:a", "sha256:b", "sha256:c"


class Watch:
    """Arrivals of two images, looked at a second apart; the one layer of each is asked for."""

    def __init__(self, folder: Path) -> None:
        self.bench = bench_with(folder)
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


def test_a_pull_is_watched_and_its_size_and_time_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is under way its bytes are told; afterwards all that came, its size and how long it took."""
    monkeypatch.setattr("phases.images.LOOK", 0.01)
    bench = bench_with(tmp_path)
    first, runtime = needed(bench)[0], bench.fakes.runtime
    runtime.coming, pull = (BlobFact(A, 5, 9),), runtime.pull

    def slow(image: str) -> ImageFact:
        if image == first:
            until(lambda: bool(bench.told(e.Progress)))
            bench.fakes.clock.wait(3)
            now = bench.fakes.clock.now()
            runtime.coming, runtime.made_of = (), {first: (BlobFact(A, 9, 9, now),)}
        return pull(image)

    runtime.pull = slow  # type: ignore[method-assign]
    bench.run(PHASE)
    told = bench.told(e.Progress)
    assert [(one.done, dict(one.items)) for one in (told[0], told[-1])] == [
        (5, {}),
        (9, {first: [9, 9]}),
    ]
    assert bench.reports("image")[first] == {"state": "pulled", "size": 1, "seconds": 3.0}


def until(true: Callable[[], bool]) -> None:
    """Waits for the other thread, ten seconds at most."""
    patience = threading.Event()
    for _ in range(1000):
        if true():
            return
        patience.wait(0.01)
    raise AssertionError("it never came to be")


class Silent:
    """A runtime that answers nothing, whatever it is asked."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def asked(*_arguments: object) -> None:
            raise RuntimeFailure("no such socket")

        return asked


def silent() -> Runtime:
    return cast(Runtime, Silent())


@pytest.mark.parametrize("check", ["ImagePull", "all"])
def test_a_runtime_that_cant_be_asked_may_be_waived(tmp_path: Path, check: str) -> None:
    """As with kubeadm, whose pull fails then: an error, or a warning where that is waived."""
    context = replace(bench_with(tmp_path).context("images"), open_runtime=silent)
    with pytest.raises(RuntimeFailure):
        PHASE.run(context)
    bench = bench_with(tmp_path, f"ignorePreflightErrors: [{check}]")
    PHASE.run(replace(bench.context("images"), open_runtime=silent))
    (warned,) = bench.told(e.Warned)
    assert warned.text == "ImagePull waived: no such socket"
