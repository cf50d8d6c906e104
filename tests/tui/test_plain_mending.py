"""--plain mends: what stands in the way, each change of a fix, and nothing without a yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases.engine import events as e
from tests.tui.machine import FACTS
from tests.tui.test_checks import FORESEEN, Engines, reported, told
from tests.tui.test_plain import Person
from tui import init
from tui.plain import ahead, mending
from tui.session import Session

APPLY = "Apply these fixes?"


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    found = Engines(tmp_path)
    monkeypatch.setattr(ahead, "start", found.begin)
    monkeypatch.setattr(init, "start", found.begin)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return found


def mended(person: Person) -> list[str]:
    applied: list[str] = []
    mending.mend(person.talk, Session(FACTS), applied.append)
    return applied


def runs(engines: Engines) -> list[tuple[str, str]]:
    return [(request.workflow, request.mode) for request in engines.requests]


def test_nothing_is_mended_without_a_yes(engines: Engines) -> None:
    """Checks with their remedies and each change of the fixes are told; no answer is a no."""
    person = Person()
    assert mended(person) == []
    assert "[Port-10250] port 10250 is in use" in person.text
    assert "! warning: [Swap] swap is on (/swapfile). Run `swapoff -a`." in person.told
    assert "Switch swap off:" in person.told
    assert "  run swapoff /swapfile" in person.told
    assert "    +# /swap" in person.told
    assert runs(engines) == [("preflight", "dry-run"), ("prepare", "dry-run")]


def test_a_yes_mends_and_looks_again(engines: Engines) -> None:
    """What was foreseen is applied, its checks are made again, and what is left is offered again."""
    person = Person({APPLY: ["y", "n"]})
    assert mended(person) == ["swap"]
    assert runs(engines)[2:] == [
        ("prepare", "real"),
        ("preflight", "dry-run"),
        ("prepare", "dry-run"),
    ]
    applying = engines.requests[2]
    assert applying.fixes == engines.requests[1].fixes
    assert set(applying.checks) == {"Port-10250", "Swap"}


def test_a_green_machine_is_asked_nothing(engines: Engines) -> None:
    """Where no check offers a fix, the way leads on."""
    passed = dict.fromkeys(("Swap", "Port_10250"), "passed")
    engines.stories[("preflight", "dry-run")] = told("preflight", *reported(**passed))
    person = Person()
    assert mended(person) == []
    assert person.asked == []


def test_what_cannot_be_foreseen_cannot_be_agreed_to(engines: Engines) -> None:
    """Why is told, and no question follows."""
    engines.stories[("prepare", "dry-run")] = told("prepare", *FORESEEN[:2], outcome="failed")
    person = Person({APPLY: ["y"]})
    assert mended(person) == []
    assert "no rights" in person.text
    assert not any(one.startswith(APPLY) for one in person.asked)


def test_a_fix_that_does_not_take_is_not_offered_for_ever(engines: Engines) -> None:
    """Where nothing could be applied, the way leads on."""
    engines.stories[("prepare", "real")] = told(
        "prepare", e.Report("prepare", "fix", "swap", {"state": "left"}), outcome="unchanged"
    )
    assert mended(Person({APPLY: ["y", "y"]})) == []
    assert runs(engines)[-1] == ("prepare", "real")


def test_only_root_mends(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    """For everybody else there is only a rehearsal."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert mended(Person()) == []
    assert engines.requests == []
