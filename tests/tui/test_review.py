"""Review: what a preview foresees is drawn, the safe answer has the focus, only a yes starts a run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Static

from phases.engine import events as e
from phases.engine.errors import InstallerError, PreflightRefused
from phases.engine.journal import Journal
from phases.engine.request import Request
from tests.tui.machine import FACTS, Installer
from tests.tui.stage import text_of, until
from tui.launch import Engine
from tui.preview import Preview
from tui.screens import review as page
from tui.screens.review import Group, Review
from tui.session import Session
from tui.widgets.prompts import Ask

SIZES = [(80, 24), (120, 40)]
both = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
OUTLINE = (
    e.PhaseOutline("preflight", "Preflight checks"),
    e.PhaseOutline("certs", "Certificates"),
    e.PhaseOutline("upload-certs", "Upload certificates", skip="--upload-certs was not given"),
)


def story(mode: Any, *, outcome: e.Outcome = "done", check: str = "passed") -> list[e.Event]:
    """What an engine would write, in short."""
    data = {"state": check, "found": "swap is on", "needed": "none", "remedy": "Run `swapoff -a`"}
    changes: list[e.Event] = [
        e.Effect("certs", "make", "/etc/kubernetes/pki", "folder, mode 0755"),
        e.Effect("certs", "write", "/etc/kubernetes/pki/ca.crt", "1107 bytes"),
        e.Effect("certs", "pull", "registry.k8s.io/etcd:[bold]"),
    ]
    return [
        e.RunStarted("run", "init", mode, "v1.37.2", "master", OUTLINE),
        e.PhaseStarted("preflight"),
        e.Report("preflight", "check", "Swap", data),
        e.PhaseFinished("preflight", 0),
        e.PhaseStarted("certs"),
        *(changes if outcome == "done" else []),
        e.PhaseFinished("certs", 3),
        e.PhaseSkipped("upload-certs", "--upload-certs was not given"),
        e.RunFinished(outcome, 0 if outcome == "done" else 3, 3),
    ]


class Engines:
    """Starts engines that have written their journal already; remembers what was asked."""

    def __init__(self, folder: Path, stories: dict[str, Sequence[e.Event]]) -> None:
        self.folder, self.stories = folder, stories
        self.requests: list[Request] = []
        self.folders: list[Path] = []

    def begin(self, request: Request) -> Engine:
        self.requests.append(request)
        told = self.stories.get(request.mode)
        if told is None:
            raise PreflightRefused("no-place", "there is no place", remedy="Make room")
        state = Path(request.folder or self.folder / f"dry-{len(self.requests)}")
        run = state / "runs" / "one"
        run.mkdir(parents=True)
        self.folders.append(state)
        journal = Journal(run / "journal.jsonl")
        for event in told:
            journal.append(event)
        journal.close()
        process = subprocess.Popen([sys.executable, "-c", ""], text=True)
        process.wait()
        return Engine(process, run / "journal.jsonl")


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    found = Engines(tmp_path, {"dry-run": story("dry-run"), "rehearsal": story("rehearsal")})
    monkeypatch.setattr(page, "start", found.begin)
    return found


async def foreseen(pilot: Pilot[Any]) -> Review:
    """Until the preview has ended."""
    screen = pilot.app.screen
    assert isinstance(screen, Review)
    for _try in range(100):
        await pilot.pause(0.03)
        if screen.foreseen.ended:
            break
    await pilot.pause()
    return screen


def words(screen: Review, name: str) -> str:
    return str(screen.query_one(name, Static).render())


@both
async def test_the_effects_are_grouped(
    engines: Engines, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Images, files and folders are counted, a group opens, and skips have their reasons."""
    app = Installer("review", tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await foreseen(pilot)
        shown = {group.kind for group in screen.query(Group) if group.display}
        assert shown == {"images", "files", "folders"}
        assert "cluster: 3" in words(screen, "#state")
        assert "was not given" in words(screen, "#skips")
        assert "dry run on this machine" in words(screen, "#honest")
        group = screen.query_one("#group-images", Group)
        group.query_one("Action").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert "[bold]" in str(group.query_one(".effects", Static).render())


@both
async def test_back_is_the_default(engines: Engines, tmp_path: Path, size: tuple[int, int]) -> None:
    """Enter at once starts nothing and leads back."""
    app = Installer("review", tmp_path)
    async with app.run_test(size=size) as pilot:
        await foreseen(pilot)
        assert app.focused is app.screen.query_one("#back")
        await pilot.press("enter")
        await pilot.pause()
        assert app.visited[-1] == "configure"
    assert {request.mode for request in engines.requests} == {"dry-run"}


@both
async def test_a_run_starts_after_a_second_yes(
    engines: Engines, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start asks once more, naming host and cluster, with the safe answer first; yes begins the run."""
    app = Installer("review", tmp_path)
    begun: list[Request] = []
    monkeypatch.setattr(app, "begin", begun.append)
    async with app.run_test(size=size) as pilot:
        await foreseen(pilot)
        await pilot.press("right", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        text = " ".join(str(one.render()) for one in app.screen.query(Static))
        assert "master" in text
        assert "kubernetes" in text
        await pilot.press("enter")
        await pilot.pause()
        assert begun == []
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("right", "enter")
        await pilot.pause()
    assert [request.mode for request in begun] == ["real"]
    assert begun[0].config == app.session.yaml()


async def test_a_failing_check_is_told_and_the_way_rehearsed(
    engines: Engines, tmp_path: Path
) -> None:
    """A dry run that ends early is followed by a rehearsal for the effects; the finding blocks the start."""
    engines.stories["dry-run"] = story("dry-run", outcome="refused", check="failed")
    app = Installer("review", tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await foreseen(pilot)
        assert "swapoff -a" in words(screen, "#findings")
        assert "fail: 1" in words(screen, "#state")
        assert screen.query_one("#group-files", Group).display
        assert "comes from a rehearsal" in words(screen, "#honest")
        assert screen.query_one("#start", Button).disabled
    assert [request.mode for request in engines.requests] == ["dry-run", "rehearsal"]


@both
@pytest.mark.parametrize("euid", [0, 1000])
async def test_a_rehearsal_is_started_from_here_too(
    tmp_path: Path, size: tuple[int, int], euid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With or without root, also where a check would stop the real run; it gets a folder of its own."""
    failing = Engines(tmp_path, {"rehearsal": story("rehearsal", check="failed")})
    monkeypatch.setattr(page, "start", failing.begin)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    app = Installer("review", tmp_path, Session(replace(FACTS, euid=euid)))
    app.rehearsing = True
    begun: list[Request] = []
    monkeypatch.setattr(app, "begin", begun.append)
    async with app.run_test(size=size) as pilot:
        screen = await foreseen(pilot)
        assert str(screen.query_one("#start", Button).label) == "Rehearse…"
        await pilot.press("right", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        await pilot.press("right", "enter")
        await pilot.pause()
    assert [(one.mode, Path(one.folder).parent) for one in begun] == [("rehearsal", tmp_path)]
    assert {request.mode for request in failing.requests} == {"rehearsal"}


async def test_without_root_there_is_a_rehearsal_alone(engines: Engines, tmp_path: Path) -> None:
    """Who isn't root sees what would be done, and why it can't be started."""
    app = Installer("review", tmp_path, Session(replace(FACTS, euid=1000)))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await foreseen(pilot)
        assert screen.query_one("#start", Button).disabled
        assert "root" in words(screen, "#why")
    assert [request.mode for request in engines.requests] == ["rehearsal"]


async def test_nothing_is_left_behind(engines: Engines, tmp_path: Path) -> None:
    """The folders of dry run and rehearsal are gone afterwards."""
    engines.stories["dry-run"] = story("dry-run", outcome="failed")
    app = Installer("review", tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await foreseen(pilot)
    assert len(engines.folders) == 2
    assert not any(folder.exists() for folder in engines.folders)


async def test_an_engine_that_cannot_begin_is_told(engines: Engines, tmp_path: Path) -> None:
    """Its own words and remedy stand where the effects would."""
    engines.stories.clear()
    app = Installer("review", tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await foreseen(pilot)
        assert "there is no place" in words(screen, "#state")
        assert "Make room" in words(screen, "#state")
        assert screen.query_one("#start", Button).disabled


async def test_look_again_starts_over(engines: Engines, tmp_path: Path) -> None:
    """After a cure the checks are asked anew."""
    engines.stories["dry-run"] = story("dry-run", outcome="refused", check="failed")
    app = Installer("review", tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await foreseen(pilot)
        engines.stories["dry-run"] = story("dry-run")
        await pilot.press("r")
        screen = await foreseen(pilot)
        assert not screen.query_one("#start", Button).disabled
        assert words(screen, "#findings") == ""


async def test_a_draft_with_problems_starts_no_engine(engines: Engines, tmp_path: Path) -> None:
    """What is certain to fail is not even rehearsed."""
    session = Session(FACTS)
    session.set_field("networking.podSubnet", "x")
    app = Installer("review", tmp_path, session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.2)
        screen = app.screen
        assert isinstance(screen, Review)
        assert screen.query_one("#start", Button).disabled
        assert "Problems: 1" in words(screen, "#state")
    assert engines.requests == []


def test_a_preview_looks_beyond_failed_checks(tmp_path: Path) -> None:
    """It asks for a dry run that isn't refused, so that the effects are shown beside the checks."""
    engines = Engines(tmp_path, {"dry-run": story("dry-run", check="failed")})
    preview = Preview(Session(FACTS).request, as_root=True, begin=engines.begin)
    preview.start()
    preview.join(10)
    seen = preview.take()
    assert seen is not None
    assert [(one.mode, one.regardless) for one in engines.requests] == [("dry-run", True)]
    assert (seen.failing(), len(seen.effects("files"))) == (("Swap",), 1)
    assert not seen.succeeded


def test_a_preview_can_be_stopped(tmp_path: Path) -> None:
    """Leaving ends the engine at once and removes its folder."""
    engines = Engines(tmp_path, {"rehearsal": story("rehearsal")[:-1]})

    def begin(request: Request) -> Engine:
        engine = engines.begin(request)
        sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], text=True)
        return Engine(sleeper, engine.journal)

    session = Session(FACTS)
    preview = Preview(session.request, as_root=False, begin=begin)
    preview.start()
    while preview.take() is None:
        pass
    preview.stop()
    preview.join(1)
    assert not engines.folders[0].exists()
    seen = preview.take()
    assert seen is not None
    assert seen.ended
    assert not seen.succeeded


def test_a_preview_lets_its_engine_clear_up(tmp_path: Path) -> None:
    """An engine that is told to end may remove its own temporary files before it does."""
    engines, cleared = Engines(tmp_path, {"dry-run": story("dry-run")[:-1]}), tmp_path / "cleared"
    script = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(pathlib.Path(sys.argv[1]).touch()))\n"
        "print(flush=True); time.sleep(60)"
    )

    def begin(request: Request) -> Engine:
        command = [sys.executable, "-c", script, str(cleared)]
        sleeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert sleeper.stdout
        with sleeper.stdout:
            sleeper.stdout.readline()
        return Engine(sleeper, engines.begin(request).journal)

    preview = Preview(Session(FACTS).request, as_root=True, begin=begin)
    preview.start()
    while preview.take() is None:
        pass
    preview.stop()
    preview.join(10)
    assert cleared.exists()


def test_an_error_is_one_line() -> None:
    """What, why and what next, without characters that steer a terminal."""
    from tui.widgets.foreseen import error_words

    error = InstallerError("x", "it failed", why="\x1b[31mno room", remedy="Make room")
    assert error_words(error) == "it failed. ?[31mno room. Make room"


LONG = (
    "it is not among those that were asked for, and nobody has asked for it in any other way either"
)


def doubtful() -> list[e.Event]:
    """A dry run with a finding, a warning about a field, and effects that don't fit a line."""
    told = story("dry-run", check="failed")
    place = "kubeadm.yaml:4:1: localAPIEndpoint.advertiseAddress: is taken from the default route: 192.0.2.10."
    told[1:1] = [e.Warned("", place)]
    targets = (f"/etc/kubernetes/pki/etcd/healthcheck-client-{n}.crt" for n in range(30))
    told[-2:-2] = [e.Effect("certs", "write", target) for target in targets]
    return [replace(one, reason=LONG) if isinstance(one, e.PhaseSkipped) else one for one in told]


@both
async def test_lines_of_the_review_fit_and_hang(
    engines: Engines, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Nothing is folded twice or cut without a mark; what follows a sign hangs behind it."""
    engines.stories["dry-run"] = doubtful()
    app = Installer("review", tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await foreseen(pilot)
        for name in ("#state", "#findings", "#skips"):
            drawn = words(screen, name).splitlines()
            assert screen.query_one(name).size.height == len(words(screen, name).split("\n"))
            assert all(line[:2] in ("✗ ", "! ", "↷ ", "  ", "", "Wh") for line in drawn), drawn
        head = str(screen.query_one("#group-files Action", Static).render())
        assert head.rstrip().endswith("…")
        assert "\n" not in head
        assert "Address of this machine: is taken from the default route" in words(
            screen, "#findings"
        )
        assert "kubeadm.yaml:4:1" not in words(screen, "#findings")


async def test_what_lies_below_is_told(engines: Engines, tmp_path: Path) -> None:
    """A mark beside the decision says that there is more, until the end has been seen."""
    engines.stories["dry-run"] = doubtful()
    app = Installer("review", tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await foreseen(pilot)
        screen.query_one("#group-files Action").focus()
        await pilot.press("enter")
        await until(pilot, lambda: "↓ more" in text_of(app))
        await pilot.press(*["pagedown"] * 9)
        await until(pilot, lambda: "↓ more" not in text_of(app))
        assert words(screen, "#more") == ""
