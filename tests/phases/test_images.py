"""The images phase: pull policies, one by one or side by side, tries, the waiver, and what arrives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from phases.engine import events as e
from phases.engine.errors import Cancelled, PhaseError
from phases.images import PHASE
from phases.model.images import control_plane_images, pause_image
from phases.model.registry_login import Login, Logins
from phases.model.secret import Secret
from phases.pulls.patience import TRIES
from phases.pulls.pulling import at_once
from phases.system.ports import BlobFact, ImageFact, Runtime, RuntimeFailure
from tests.engine.bench import Bench


def bench_with(folder: Path, registration: str = "", cluster: str = "") -> Bench:
    """A machine whose runtime starts pods with kubeadm's own pause image."""
    init = f"nodeRegistration: {{{registration}}}" if registration else ""
    bench = Bench(folder, cluster, init)
    pause = str(pause_image(bench.configuration.cluster))
    bench.fakes.runtime.fact = replace(bench.fakes.runtime.fact, sandbox_image=pause)
    return bench


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

    def meeting(image: str, login: Login | None = None) -> ImageFact:
        if image in first:
            together.wait()
        return pull(image)

    bench.fakes.runtime.pull = meeting  # type: ignore[method-assign]
    assert bench.run(PHASE) == len(needed(bench))


def test_a_pull_is_tried_again(tmp_path: Path) -> None:
    """A registry that stumbles is asked again, each time after a longer pause."""
    bench = bench_with(tmp_path)
    pull, stumbles = bench.fakes.runtime.pull, ["429", "503"]

    def stumbling(image: str, login: Login | None = None) -> ImageFact:
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
    assert bench.fakes.runtime.pulled == [first, *others]
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

    def stopping(image: str, login: Login | None = None) -> ImageFact:
        bench.stop.ask(15)
        return pull(image)

    bench.fakes.runtime.pull = stopping  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        bench.run(PHASE)
    assert len(bench.fakes.runtime.pulled) == 1


def test_a_registry_that_stays_away_is_not_asked_over_and_over(tmp_path: Path) -> None:
    """Once all patience with it was in vain, its other images are tried once each."""
    bench = bench_with(tmp_path)
    first, *others = needed(bench)
    bench.fakes.runtime.failures = dict.fromkeys(needed(bench), "dial tcp: i/o timeout")
    with pytest.raises(PhaseError):
        bench.run(PHASE)
    assert bench.fakes.runtime.pulled == [first] * TRIES + others
    assert bench.fakes.clock.waits == [1, 2, 4, 8]


def test_a_pause_is_told(tmp_path: Path) -> None:
    """While a pull waits for its next try, the cause and the time are told."""
    bench = bench_with(tmp_path)
    first = needed(bench)[0]
    bench.fakes.runtime.refusals[first] = [RuntimeFailure("429 Too Many Requests")]
    bench.run(PHASE)
    pauses = [one.data for one in bench.told(e.Report) if one.data.get("state") == "pausing"]
    assert pauses == [
        {"state": "pausing", "attempt": 1, "pause": 10, "reason": "429 Too Many Requests"}
    ]


def test_each_registry_gets_its_own_login(tmp_path: Path) -> None:
    """A login goes along with the images of its registry alone, and into no journal."""
    bench = bench_with(
        tmp_path, cluster="imageRepository: mine.example/k8s\ndns: {imageRepository: other.example}"
    )
    login = Login("anna", Secret("hunter2"))
    bench.options = replace(bench.options, logins=Logins({"mine.example": login}))
    bench.run(PHASE)
    assert {image.partition("/")[0]: one for image, one in bench.fakes.runtime.logins.items()} == {
        "mine.example": login,
        "other.example": None,
    }
    assert "hunter2" not in bench.journals[-1].read_text()


def test_archives_are_imported_and_nothing_is_pulled(tmp_path: Path) -> None:
    """All that is needed came in an archive: it is told of each image and of the archive."""
    bench = bench_with(tmp_path, "imagePullPolicy: Always")
    images = needed(bench)
    bench.fakes.runtime.archives["/a.tar"] = (*images, "docker.io/library/extra:1")
    bench.options = replace(bench.options, image_archives=("/a.tar",))
    assert bench.run(PHASE) == len(images) + 1
    assert bench.fakes.runtime.pulled == []
    assert state(bench) == {"/a.tar": "imported"} | dict.fromkeys(images, "imported")
    assert bench.reports("image")["/a.tar"]["images"] == len(images) + 1
    assert [one for one in bench.effects() if one.startswith("import ")]
    last = bench.told(e.Progress)[-1]
    assert (last.done, last.total) == (len(images) + 1, len(images) + 1)


def test_what_an_archive_lacks_is_told_and_pulled(tmp_path: Path) -> None:
    """A warning names it, and the repository under whose name the archive has it."""
    bench = bench_with(tmp_path, cluster="imageRepository: mine.example/k8s")
    images = needed(bench)
    elsewhere = tuple(image.replace("mine.example/k8s", "registry.k8s.io") for image in images[1:])
    bench.fakes.runtime.archives["/a.tar"] = (images[0], *elsewhere)
    bench.options = replace(bench.options, image_archives=("/a.tar",))
    bench.run(PHASE)
    assert bench.fakes.runtime.pulled == images[1:]
    (warned,) = bench.told(e.Warned)
    assert warned.text == (
        f"not in the image archives: {', '.join(images[1:])}; "
        "they hold images of registry.k8s.io: is imageRepository that one?"
    )


def test_an_archive_that_cannot_be_used_ends_it(tmp_path: Path) -> None:
    """The operator asked for it, so it isn't passed over."""
    bench = bench_with(tmp_path)
    bench.options = replace(bench.options, image_archives=("/none.tar",))
    with pytest.raises(PhaseError, match="archive") as caught:
        bench.run(PHASE)
    assert (caught.value.code, bench.fakes.runtime.pulled) == ("ImageArchive", [])
    assert state(bench) == {"/none.tar": "failed"}


def test_what_was_pulled_has_to_be_there(tmp_path: Path) -> None:
    """A runtime that says it has pulled, and has nothing under that name, isn't believed."""
    bench = bench_with(tmp_path)
    first = needed(bench)[0]
    real = bench.fakes.runtime.image
    bench.fakes.runtime.image = lambda name: None if name == first else real(name)  # type: ignore[method-assign]
    with pytest.raises(PhaseError) as caught:
        bench.run(PHASE)
    assert caught.value.why == f"{first}: the container runtime doesn't have it after the pull"


@pytest.mark.parametrize(("had", "fits"), [("sha256:aa", True), ("sha256:bb", False)])
def test_a_digest_that_was_asked_for_is_the_one_that_is_had(
    tmp_path: Path, had: str, fits: bool
) -> None:
    """A tag with a digest pins the image."""
    bench = bench_with(tmp_path, cluster="dns: {imageTag: 'v1@sha256:aa'}")
    real = bench.fakes.runtime.image

    def pinned(name: str) -> ImageFact | None:
        found = real(name)
        return replace(found, digests=(f"coredns@{had}",)) if found and "@" in name else found

    bench.fakes.runtime.image = pinned  # type: ignore[method-assign]
    if fits:
        bench.run(PHASE)
        return
    with pytest.raises(PhaseError, match="1 of 7") as caught:
        bench.run(PHASE)
    assert "has coredns@sha256:bb instead" in caught.value.why


@pytest.mark.parametrize(("own", "warned"), [("other/pause:1", True), ("", False)])
def test_a_pause_image_of_the_runtimes_own_is_warned_of(
    tmp_path: Path, own: str, warned: bool
) -> None:
    """Unless it is there, a first pod would wait for it."""
    bench = bench_with(tmp_path)
    bench.fakes.runtime.fact = replace(bench.fakes.runtime.fact, sandbox_image=own)
    bench.run(PHASE)
    assert bool(bench.told(e.Warned)) is warned
    if warned:
        bench.fakes.runtime.pull(own)
        bench.run(PHASE)
        assert not bench.told(e.Warned)


@pytest.mark.parametrize(
    ("serial", "most", "found"), [("true", 9, 1), ("false", 0, 4), ("false", 2, 2)]
)
def test_how_many_are_pulled_at_once(tmp_path: Path, serial: str, most: int, found: int) -> None:
    """One with imagePullSerial, else what the kubelet may, else a few."""
    bench = bench_with(tmp_path, f"imagePullSerial: {serial}")
    kubelet = {"maxParallelImagePulls": most} if most else None
    assert at_once(replace(bench.configuration, kubelet=kubelet)) == found


LAYER = "sha256:a"


def test_a_pull_is_watched_and_its_size_and_time_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is under way its bytes are told; afterwards all that came, its size and how long it took."""
    monkeypatch.setattr("phases.pulls.pulling.LOOK", 0.01)
    bench = bench_with(tmp_path)
    first, runtime = needed(bench)[0], bench.fakes.runtime
    runtime.coming, pull = (BlobFact(LAYER, 5, 9),), runtime.pull

    def slow(image: str, login: Login | None = None) -> ImageFact:
        if image == first:
            until(lambda: bool(bench.told(e.Progress)))
            bench.fakes.clock.wait(3)
            now = bench.fakes.clock.now()
            runtime.coming, runtime.made_of = (), {first: (BlobFact(LAYER, 9, 9, now),)}
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
