"""The program under way: signals, a lost terminal, a second installer, a killed engine."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import phases
from phases.engine import events as e
from phases.engine.request import Request
from tests.tui.program import COMMAND, ROOT, Place
from tui import init
from tui.follow import follow
from tui.launch import Engine

SLOW = '''"""A phase that goes on until it is let go, with a safe point at each step."""
import os, pathlib
from phases.engine.phase import Phase
def run(context):
    context.report("check", "begun")
    pipe = pathlib.Path(os.environ["GATE"])
    context.wait_for(pipe.exists, seconds=600, pause=0.01)
PHASE = Phase(name="slow", title="Slow", after=("preflight",), run=run)
'''
LAUNCH = (
    "import sys, phases; phases.__path__.append(sys.argv.pop(1)); sys.argv[0] = {me!r}\n"
    "from tui.cli import main; raise SystemExit(main())\n"
)


class Slow:
    """The program with one more phase dropped in, which waits for a gate to open."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.gate = place.folder / "gate"
        extra = place.folder / "extra"
        extra.mkdir()
        (extra / "slow.py").write_text(SLOW)
        me = place.folder / "me.py"
        me.write_text(LAUNCH.format(me=str(me)).replace("sys.argv.pop(1)", repr(str(extra))))
        self.me = me
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [
                COMMAND[0],
                str(self.me),
                "init",
                *self.place.rehearsing("--only", "slow", *arguments),
            ],
            stdout=more.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self.place.environment(GATE=str(self.gate)),
            **more,
        )
        self.started.append(process)
        return process

    def begun(self, process: subprocess.Popen[str]) -> int:
        """Waits until the phase is under way; the engine's pid. Needs --json."""
        assert process.stdout
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "RunStarted":
                pid = int(event["pid"])
            if event["event"] == "Report":
                return pid
        raise AssertionError(process.stderr and process.stderr.read())

    def finished(self) -> e.RunFinished | None:
        """The engine's last event, whoever follows it; None when it died without one."""
        ends = [record.event for record in follow(self.place.journals()[-1], self.alive) if record]
        return ends[-1] if isinstance(ends[-1], e.RunFinished) else None

    def alive(self) -> bool:
        """An engine holds its lock as long as it lives."""
        with (self.place.state / "lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False


@pytest.fixture
def slow(place: Place) -> Iterator[Slow]:
    made = Slow(place)
    yield made
    made.gate.touch()
    for process in made.started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_to_the_front_end_stops_the_run(slow: Slow, number: int, code: int) -> None:
    """It is passed on, obeyed at the next safe point, and the exit code tells it; a rerun goes on."""
    process = slow.start("--json")
    slow.begun(process)
    process.send_signal(number)
    out, err = process.communicate()
    assert (process.returncode, err) == (code, "")
    events = [json.loads(line) for line in out.splitlines()]
    assert [x["signal"] for x in events if x["event"] == "CancelRequested"] == [number]
    finished = next(x for x in events if x["event"] == "RunFinished")
    assert (finished["outcome"], finished["exit_code"]) == ("cancelled", code)
    slow.gate.touch()
    again = slow.start()
    again.communicate()
    assert again.returncode == 0


def test_a_signal_while_the_engine_starts_is_not_lost(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes before there is an engine is passed on to it as soon as there is one."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def start(_request: Request) -> Engine:
        signal.raise_signal(signal.SIGTERM)
        process = subprocess.Popen(["sleep", "600"], stdin=subprocess.PIPE, text=True)
        return Engine(process, place.folder)

    monkeypatch.setattr("tui.init.start", start)
    try:
        engine = init.started(Request())
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    engine.process.communicate()
    assert engine.process.returncode == -signal.SIGTERM


def test_a_signal_to_the_engine_stops_the_run(slow: Slow) -> None:
    """SIGTERM to the engine itself is the same request; the front end ends with its code."""
    process = slow.start("--json")
    os.kill(slow.begun(process), signal.SIGTERM)
    process.communicate()
    assert process.returncode == 143


def test_a_second_request_changes_nothing(slow: Slow) -> None:
    """Asking twice ends as asking once; the first signal decides the code."""
    process = slow.start("--json")
    pid = slow.begun(process)
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    process.communicate()
    assert process.returncode in (130, 143)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_lost_front_end_stops_nothing(slow: Slow, number: int) -> None:
    """The terminal hangs up or the front end is killed: the engine goes on to its end."""
    process = slow.start("--json")
    pid = slow.begun(process)
    process.send_signal(number)
    process.communicate()
    os.kill(pid, signal.SIGHUP)
    slow.gate.touch()
    assert slow.finished() == e.RunFinished("unchanged", 0, 0)


def test_a_closed_pipe_stops_nothing(slow: Slow) -> None:
    """Whoever read goes away: no traceback, the code of a broken pipe, and the run goes on."""
    process = slow.start("--json")
    slow.begun(process)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    slow.gate.touch()
    assert process.stderr.read() == ""
    assert process.wait() == 141
    assert slow.finished() == e.RunFinished("unchanged", 0, 0)


def test_the_second_installer_is_refused(slow: Slow) -> None:
    """While one runs another ends with 5 and a sentence with its pid, and leaves no trace of a run."""
    process = slow.start("--json")
    pid = slow.begun(process)
    second = slow.start()
    out, err = second.communicate()
    assert (second.returncode, out) == (5, "")
    assert str(pid) in err
    assert err.startswith("error: ")
    assert len(slow.place.journals()) == 1
    slow.gate.touch()
    process.communicate()
    assert process.returncode == 0


def test_a_killed_engine_is_told_and_followed_by_the_next(slow: Slow) -> None:
    """kill -9 of the engine: the front end says so with 4; nothing stale keeps the next run out."""
    process = slow.start("--json")
    os.kill(slow.begun(process), signal.SIGKILL)
    process.communicate()
    assert process.returncode == 4
    slow.gate.touch()
    again = slow.start()
    out, _ = again.communicate()
    assert (again.returncode, "Nothing to do" in out) == (0, True)


def test_a_phase_dropped_in_is_found(slow: Slow) -> None:
    """The phase that these tests add is planned and run with no other edit."""
    assert not [path for path in map(Path, phases.__path__) if (path / "slow.py").exists()]
    slow.gate.touch()
    process = slow.start()
    out, _ = process.communicate()
    assert "Slow" in out
