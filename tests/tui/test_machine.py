"""What a machine is, told from files and a lock alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from phases.engine.lock import Holder, Lock
from tests.tui.stage import RECORDINGS
from tui import machine as module
from tui.machine import Look, is_running, look

Machine = Callable[..., Look]


class Place:
    """A made-up machine: a state folder and /etc/kubernetes."""

    def __init__(self, root: Path) -> None:
        self.state = root / "state"
        self.kubernetes = root / "kubernetes"
        self.state.mkdir()

    def ran(self, name: str, recording: str, **started: str) -> Path:
        journal = self.state / "runs" / name / "journal.jsonl"
        journal.parent.mkdir(parents=True)
        first, *rest = (RECORDINGS / f"{recording}.jsonl").read_text().splitlines()
        lines = [json.dumps(json.loads(first) | started), *rest]
        journal.write_text("\n".join(lines) + "\n")
        return journal

    def has_manifests(self) -> None:
        (self.kubernetes / "manifests").mkdir(parents=True)
        (self.kubernetes / "manifests" / "etcd.yaml").write_text("")

    def look(self) -> Look:
        return look(self.state, self.kubernetes)


@pytest.fixture
def machine(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_empty_machine_is_fresh(machine: Place) -> None:
    """Nothing there is fresh."""
    assert machine.look() == Look("fresh")


def test_somebody_elses_manifests_are_foreign(machine: Place) -> None:
    """Manifests without a run of ours are somebody else's."""
    machine.has_manifests()
    assert machine.look().kind == "foreign"


def test_a_finished_run_is_a_control_plane(machine: Place) -> None:
    """A run that ended well, with its manifests there, names node and version."""
    journal = machine.ran("1", "good")
    machine.has_manifests()
    assert machine.look() == Look("control-plane", journal, node="node5", version="v1.37.2")


def test_a_failed_run_is_half_done(machine: Place) -> None:
    """What failed is told."""
    machine.ran("1", "failed")
    machine.has_manifests()
    seen = machine.look()
    assert (seen.kind, seen.failure) == ("half-done", "kube-apiserver didn't become healthy")


def test_a_refused_run_leaves_a_fresh_machine(machine: Place) -> None:
    """A refusal before anything was changed is still fresh."""
    machine.ran("1", "refused")
    assert machine.look().kind == "fresh"


def test_the_newest_run_counts(machine: Place) -> None:
    """A good run after a failed one makes a control plane."""
    machine.ran("1", "failed")
    machine.ran("2", "good")
    machine.has_manifests()
    assert machine.look().kind == "control-plane"


def test_a_failed_token_tells_nothing_of_the_machine(machine: Place) -> None:
    """A workflow on a finished master that failed leaves it a control plane."""
    machine.ran("1", "good")
    machine.ran("2", "failed", workflow="token")
    machine.has_manifests()
    assert machine.look().kind == "control-plane"


def test_a_run_in_progress_is_told_with_its_journal(machine: Place) -> None:
    """Who holds the lock is at work, on the journal that they signed with."""
    journal = machine.ran("1", "good")
    lock = Lock(machine.state / "lock")
    lock.sign(Holder(42, str(journal)))
    assert machine.look() == Look("busy", journal, 42)
    assert is_running(journal)
    assert not is_running(machine.ran("2", "good"))


def test_a_lock_that_nobody_holds_is_no_run(machine: Place) -> None:
    """A lock file alone is what an ended run leaves."""
    journal = machine.ran("1", "good")
    (machine.state / "lock").write_text(json.dumps({"pid": 1, "journal": str(journal)}))
    machine.has_manifests()
    assert machine.look().kind == "control-plane"
    assert not is_running(journal)


def test_a_journal_that_vanished_is_no_run(machine: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is taken away between listing and reading is passed over."""
    journal = machine.ran("one", "failed")
    monkeypatch.setattr(module, "journals", lambda _state: [journal])
    journal.unlink()
    assert machine.look() == Look("fresh")
