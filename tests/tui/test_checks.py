"""The page of checks: what was found, fixes foreseen and applied on consent, waived, undone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Static

from phases.engine import events as e
from phases.engine.errors import PreflightRefused
from phases.engine.journal import Journal
from phases.engine.request import Request
from tests.tui.machine import Installer
from tui.launch import Engine
from tui.screens import checks as page
from tui.screens.checks import Checks
from tui.screens.mend import Mend
from tui.widgets.keys import Keys
from tui.widgets.prompts import Ask

SIZES = [(80, 24), (120, 40)]
both = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
OUTLINE = (e.PhaseOutline("prepare", "Prepare this machine"), e.PhaseOutline("preflight", "Checks"))
FOUND: Mapping[str, Mapping[str, Any]] = {
    "NumCPU": {"state": "passed"},
    "Swap": {
        "state": "warned",
        "found": "swap is on (/swapfile)",
        "needed": "no swap",
        "remedy": "Run `swapoff -a`",
        "fixes": ["swap"],
    },
    "Port-10250": {
        "state": "failed",
        "found": "port 10250 is in use by agent (pid 7)",
        "needed": "free for kubelet",
        "remedy": "Run `systemctl disable --now agent.service`",
        "fixes": ["ports"],
    },
    "KubeletVersion": {"state": "failed", "found": "no kubelet [bold]", "fixes": []},
}


def told(workflow: str, *events: e.Event, outcome: e.Outcome = "unchanged") -> list[e.Event]:
    code = {"failed": 4, "refused": 3}.get(outcome, 0)
    failure = e.Failure("fix-failed", "`swapoff` failed", why="no rights") if code == 4 else None
    return [
        e.RunStarted("run", workflow, "real", "v1.37.2", "master", OUTLINE),
        *events,
        e.RunFinished(outcome, code, 0, failure),
    ]


def reported(**changes: str) -> list[e.Event]:
    """Each check's report; `changes` sets the states of some, by name without what isn't a letter."""
    plain = {name.replace("-", "_"): name for name in FOUND}
    states = {plain[name]: state for name, state in changes.items()}
    return [
        e.Report("preflight", "check", name, {**data, "state": states.get(name, data["state"])})
        for name, data in FOUND.items()
    ]


FORESEEN: list[e.Event] = [
    e.Report(
        "prepare", "difference", "/etc/fstab", {"lines": ["@@ -1 +1 @@", "-/swap", "+# /swap"]}
    ),
    e.Effect("prepare", "run", "swapoff /swapfile", "exit 0", "swap"),
    e.Effect("prepare", "write", "/var/lib/kubeboot/aside/now/kept", "64 bytes", "swap"),
    e.Effect("prepare", "write", "/etc/fstab", "64 bytes", "swap"),
    e.Effect("prepare", "run", "systemctl stop agent", "exit 0", "ports"),
]


class Engines:
    """Starts engines that have written their journal already, by workflow and mode."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests: list[Request] = []
        self.stories: dict[tuple[str, str], Sequence[e.Event]] = {
            ("preflight", "dry-run"): told("preflight", *reported()),
            ("prepare", "dry-run"): told("prepare", *FORESEEN),
            ("prepare", "real"): told(
                "prepare",
                *FORESEEN,
                e.Report("prepare", "fix", "swap", {"state": "applied"}),
                e.Report("preflight", "check", "Swap", {"state": "passed"}),
                outcome="done",
            ),
            ("undo", "real"): told("undo", outcome="done"),
        }

    def begin(self, request: Request) -> Engine:
        self.requests.append(request)
        events = self.stories.get((request.workflow, request.mode))
        if events is None:
            raise PreflightRefused("busy", "another one is at work", remedy="Wait")
        run = self.folder / f"engine-{len(self.requests)}" / "runs" / "one"
        run.mkdir(parents=True)
        journal = Journal(run / "journal.jsonl")
        for event in events:
            journal.append(event)
        journal.close()
        process = subprocess.Popen([sys.executable, "-c", ""], text=True)
        process.wait()
        return Engine(process, run / "journal.jsonl")


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    found = Engines(tmp_path)
    monkeypatch.setattr(page, "start", found.begin)
    return found


def opened(engines: Engines, folder: Path) -> Installer:
    app = Installer("checks", folder)
    app._starter = engines.begin
    return app


async def until(pilot: Pilot[Any], true: Any) -> None:
    for _try in range(200):
        await pilot.pause(0.02)
        if true():
            return
    raise AssertionError("it never came")


async def looked(pilot: Pilot[Any]) -> Checks:
    """Until all checks have been made."""
    screen = pilot.app.screen
    assert isinstance(screen, Checks)
    await until(pilot, lambda: not screen.looks)
    await pilot.pause()
    return screen


async def proposed(pilot: Pilot[Any]) -> Mend:
    await until(
        pilot, lambda: isinstance(pilot.app.screen, Mend) and pilot.app.screen.foreseen.ended
    )
    await pilot.pause(0.1)
    assert isinstance(pilot.app.screen, Mend)
    return pilot.app.screen


def text(screen: Any, name: str) -> str:
    return str(screen.query_one(name, Static).render())


@both
async def test_what_refuses_comes_first(
    engines: Engines, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Failed checks, then warnings, the passed ones counted; nothing from outside is markup."""
    app = opened(engines, tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await looked(pilot)
        lines = text(screen, "CheckList .lines").splitlines()
        assert [line.split()[1] for line in lines[:3]] == ["Port-10250", "KubeletVersion", "Swap"]
        assert "1 passed" in lines[-1]
        assert "2 checks stand in the way" in text(screen, "#state")
        await pilot.press("down")
        await pilot.pause()
        assert "no kubelet [bold]" in text(screen, "Panel .lines")
    assert engines.requests[0].mode == "dry-run"


@both
async def test_a_fix_is_shown_before_it_is_made(
    engines: Engines, tmp_path: Path, size: tuple[int, int]
) -> None:
    """The dialog shows commands and changed lines; Back has the focus and changes nothing."""
    app = opened(engines, tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await looked(pilot)
        await pilot.press("down", "down", "f")
        dialog = await proposed(pilot)
        shown = text(dialog, "#listed")
        assert "swapoff /swapfile" in shown
        assert "+# /swap" in shown
        assert "/var/lib/kubeboot" not in shown  # what undo keeps for itself is no change
        assert pilot.app.focused is dialog.query_one("#no")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
    assert [(request.workflow, request.mode) for request in engines.requests] == [
        ("preflight", "dry-run"),
        ("prepare", "dry-run"),
    ]
    assert engines.requests[1].fixes == ("swap",)


async def test_a_fix_is_made_and_checked_again(engines: Engines, tmp_path: Path) -> None:
    """On consent it is applied, its checks alone are made again, and it can be taken back."""
    app = opened(engines, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await looked(pilot)
        await pilot.press("down", "down", "f")
        await proposed(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: screen.mended == ("swap",))
        assert engines.requests[-1].mode == "real"
        assert (engines.requests[-1].fixes, engines.requests[-1].checks) == (("swap",), ("Swap",))
        assert screen.checkup.checks["Swap"].state == "passed"
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        await pilot.press("right", "enter")
        await until(pilot, lambda: not screen.mended)
        await until(pilot, lambda: len(engines.requests) == 5)
    asked = engines.requests[3]
    assert (asked.workflow, asked.mode, asked.fixes) == ("undo", "real", ("swap",))
    assert engines.requests[4].workflow == "preflight"


async def test_a_fix_that_fails_is_told(engines: Engines, tmp_path: Path) -> None:
    """Why it failed stands on the page, and the check stays open."""
    failed = told("prepare", *FORESEEN[:2], outcome="failed")
    engines.stories[("prepare", "real")] = failed
    app = opened(engines, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await looked(pilot)
        await pilot.press("down", "down", "f")
        await proposed(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(screen.trouble))
        assert "no rights" in text(screen, "#state")
        assert screen.checkup.checks["Swap"].state == "warned"


async def test_an_engine_that_cannot_begin_is_told(engines: Engines, tmp_path: Path) -> None:
    """Its words stand where the state does, when looking and when mending."""
    del engines.stories[("prepare", "real")]
    app = opened(engines, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await looked(pilot)
        await pilot.press("a")
        await proposed(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(screen.trouble))
        assert "another one is at work" in text(screen, "#state")
        engines.stories.clear()
        await pilot.press("r")
        await until(pilot, lambda: screen._looked.error is not None)
        await pilot.pause()
        assert "another one is at work" in text(screen, "#state")


async def test_all_at_once(engines: Engines, tmp_path: Path) -> None:
    """Every fix on offer is foreseen in one dialog, each by its title."""
    app = opened(engines, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await looked(pilot)
        await pilot.press("a")
        dialog = await proposed(pilot)
        assert "Switch swap off" in text(dialog, "#listed")
        assert "Stop the services that hold ports" in text(dialog, "#listed")
    assert set(engines.requests[1].fixes) == {"ports", "swap"}


@both
async def test_many_changes_leave_room_for_the_answers(
    engines: Engines, tmp_path: Path, size: tuple[int, int]
) -> None:
    """However much is changed, the note and both answers stand on the screen; the changes scroll."""
    many = [e.Effect("prepare", "write", f"/etc/{n}", "", "swap") for n in range(80)]
    engines.stories[("prepare", "dry-run")] = told("prepare", *many, outcome="done")
    app = opened(engines, tmp_path)
    async with app.run_test(size=size) as pilot:
        await looked(pilot)
        await pilot.press("a")
        dialog = await proposed(pilot)
        assert dialog.query_one("#note").region.y > dialog.query_one("#changes").region.y
        assert dialog.query_one("#yes").region.bottom < size[1]
        assert "Changes: 80." in text(dialog, "#note")


async def test_what_cannot_be_foreseen_cannot_be_agreed_to(
    engines: Engines, tmp_path: Path
) -> None:
    """Why is told; what was foreseen before it is not the whole."""
    engines.stories[("prepare", "dry-run")] = told("prepare", *FORESEEN, outcome="failed")
    app = opened(engines, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked(pilot)
        await pilot.press("a")
        dialog = await proposed(pilot)
        assert dialog.query_one("#yes", Button).disabled
        assert "no rights" in text(dialog, "#note")


async def test_the_way_on_stands_in_the_last_line(engines: Engines, tmp_path: Path) -> None:
    """At 80x24, with everything on offer, the keys that lead on and back are among those shown."""
    app = opened(engines, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await looked(pilot)
        screen.mended = ("swap",)
        screen._draw()
        await pilot.pause()
        shown = str(screen.query_one(Keys).render())
    for key in ("f Fix", "a Fix all", "^n Review", "esc Back", "u Undo"):
        assert key in shown


async def test_nothing_to_change_cannot_be_agreed_to(engines: Engines, tmp_path: Path) -> None:
    """A fix that would change nothing offers nothing to apply."""
    engines.stories[("prepare", "dry-run")] = told("prepare")
    app = opened(engines, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked(pilot)
        await pilot.press("f")
        dialog = await proposed(pilot)
        assert dialog.query_one("#yes", Button).disabled
        assert "nothing to change" in text(dialog, "#note")


async def test_waiving_stands_in_the_configuration(engines: Engines, tmp_path: Path) -> None:
    """w takes the risk of the check it stands on, once more takes that back, and it looks again."""
    app = opened(engines, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await looked(pilot)
        await pilot.press("down", "w")
        await looked(pilot)
        assert app.session.value(page.WAIVERS) == "KubeletVersion"
        assert "KubeletVersion" in str(engines.requests[-1].config)
        await pilot.press("w")
        await looked(pilot)
        assert app.session.value(page.WAIVERS) == ""
        assert len(engines.requests) == 3
        assert screen.checkup.checks["NumCPU"].state == "passed"


async def test_the_way_on_and_back(engines: Engines, tmp_path: Path) -> None:
    """^n leads to the review, escape to the form."""
    app = opened(engines, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked(pilot)
        await pilot.press("escape")
        assert app.visited[-1] == "configure"
    again = opened(engines, tmp_path)
    async with again.run_test(size=(80, 24)) as pilot:
        await looked(pilot)
        await pilot.press("ctrl+n")
        assert again.visited[-1] == "review"


def test_the_checks_come_before_a_real_run_alone(tmp_path: Path) -> None:
    """A rehearsal goes to the review at once: nothing of this machine matters to it."""
    app = Installer("checks", tmp_path)
    assert app.before_run == "checks"
    app.rehearsing = True
    assert app.before_run == "review"
