"""One installer at a time, and who it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phases.engine.errors import RunInProgress
from phases.engine.lock import Holder, Lock, holder

HOLD = (
    "import os, sys, pathlib\n"
    "from phases.engine.lock import Holder, Lock\n"
    "lock = Lock(pathlib.Path(sys.argv[1]))\n"
    "lock.sign(Holder(os.getpid(), '/journal'))\n"
    "print('held', flush=True)\n"
    "sys.stdin.read()\n"
)


def held_elsewhere(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_the_second_is_told_of_the_first(tmp_path: Path, end: signal.Signals) -> None:
    """While a process holds the lock another is refused by its pid; when it dies the next may run."""
    path = tmp_path / "lock"
    with held_elsewhere(path) as process:
        with pytest.raises(RunInProgress) as caught:
            Lock(path)
        assert f"process {process.pid}" in caught.value.what
        assert caught.value.exit_code == 5
        process.send_signal(end)
        process.wait()
    Lock(path).sign(Holder(os.getpid(), "/other"))
    assert holder(path) == Holder(os.getpid(), "/other")


def test_the_way_to_the_other_run_is_one_that_leads_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`watch` is named for the machine's own run alone; a rehearsal's is found by its journal."""
    held = Lock(tmp_path / "lock")
    with pytest.raises(RunInProgress) as unsigned:
        Lock(tmp_path / "lock")
    assert unsigned.value.remedy == "Wait until it has ended"
    held.sign(Holder(7, "/try/journal.jsonl"))
    with pytest.raises(RunInProgress) as rehearsed:
        Lock(tmp_path / "lock")
    assert "`tail -f /try/journal.jsonl` shows it" in rehearsed.value.remedy
    assert "this machine" not in rehearsed.value.what
    monkeypatch.setattr("phases.engine.lock.MACHINE", tmp_path)
    with pytest.raises(RunInProgress) as real:
        Lock(tmp_path / "lock")
    assert real.value.remedy == "`kubeboot-tui watch` shows it"


def test_a_holder_that_has_not_signed_is_nobody_else(tmp_path: Path) -> None:
    """A new holder is never mistaken for the one before it."""
    path = tmp_path / "lock"
    path.write_text('{"pid": 1, "journal": "/old"}')
    lock = Lock(path)
    with pytest.raises(RunInProgress) as caught:
        Lock(path)
    assert "process" not in caught.value.what
    assert lock


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "journal": ""}', "null"])
def test_an_unreadable_signature_is_nobody(tmp_path: Path, content: str) -> None:
    """A torn signature names nobody and is no error."""
    (tmp_path / "lock").write_text(content)
    assert holder(tmp_path / "lock") is None


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    """A link in the lock's place is refused and its target left alone."""
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError):
        Lock(tmp_path / "lock")
    assert (tmp_path / "victim").read_text() == "precious"
