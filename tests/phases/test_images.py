"""The images phase: pull policies, one by one or side by side, tries, and the waiver."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from phases.engine import events as e
from phases.engine.errors import Cancelled, PhaseError
from phases.images import PHASE, TRIES
from phases.model.images import control_plane_images
from phases.system.ports import RuntimeFailure
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

    def meeting(image: str) -> str:
        if image in first:
            together.wait()
        return pull(image)

    bench.fakes.runtime.pull = meeting  # type: ignore[method-assign]
    assert bench.run(PHASE) == len(needed(bench))


def test_a_pull_is_tried_again(tmp_path: Path) -> None:
    """A registry that stumbles is asked again, each time after a longer pause."""
    bench = bench_with(tmp_path)
    pull, stumbles = bench.fakes.runtime.pull, ["429", "503"]

    def stumbling(image: str) -> str:
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

    def stopping(image: str) -> str:
        bench.stop.ask(15)
        return pull(image)

    bench.fakes.runtime.pull = stopping  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        bench.run(PHASE)
    assert len(bench.fakes.runtime.pulled) == 1
