"""Standard streams that are closed or full: a sentence and an exit code, never a traceback, no lost run."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from phases.engine.events import RunFinished
from phases.engine.journal import Reader
from tests.tui.program import COMMAND, CONFIG, Ended, Place

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="a dry run looks at the machine as root")


def shell(place: Place, *arguments: str, streams: str, **environment: str) -> Ended:
    """The program with its streams as a shell was told to set them up."""
    ended = subprocess.run(
        ["sh", "-c", f'exec "$@" {streams}', "sh", *COMMAND, *arguments],
        capture_output=True,
        check=False,
        text=True,
        cwd=place.folder / "work",
        env=place.environment(**environment),
    )
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def test_without_an_input_a_run_is_as_a_scripts(place: Place) -> None:
    """Nobody is asked where nobody could answer; `--config -` reads nothing and says so."""
    ended = shell(place, "init", *place.rehearsing("--only", "etcd"), streams="<&-")
    assert (ended.code, ended.err) == (0, "")
    rehearse = ("init", "--rehearse", str(place.rehearsal), "--config", "-")
    ended = shell(place, *rehearse, streams="<&-")
    assert ended.code == 2
    assert ended.err.startswith("error: standard input:")


@pytest.mark.parametrize("arguments", [(), ("--plain",)])
@pytest.mark.parametrize("streams", ["<&-", ">&-"])
def test_screens_need_both_ends(place: Place, arguments: tuple[str, ...], streams: str) -> None:
    """Where either end is closed there is no terminal: 2."""
    ended = shell(place, *arguments, streams=streams)
    assert ended.code == 2
    assert "no terminal" in ended.err


@pytest.mark.parametrize("streams", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_output_is_told_once_and_the_run_counts(place: Place, streams: str) -> None:
    """Whoever closed the output wants none: the run goes to its end, whose exit code it is."""
    ended = shell(place, "init", *place.rehearsing("--only", "etcd"), streams=streams)
    assert ended.code == 0
    assert ended.err.count("\n") == ("2>" not in streams)
    assert (place.rehearsal / "etc/kubernetes/manifests/etcd.yaml").exists()


@pytest.mark.parametrize("arguments", [(), ("--json",)])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_output_ends_the_front_end_alone(
    place: Place, arguments: tuple[str, ...], unbuffered: str
) -> None:
    """1, what is wrong, and where the run's journal is: the run itself comes to its end."""
    only = place.rehearsing("--only", "etcd", *arguments)
    ended = shell(place, "init", *only, streams=">/dev/full", PYTHONUNBUFFERED=unbuffered)
    (journal,) = place.journals()
    assert ended.code == 1
    assert ended.err == (
        "error: the output can't be written: No space left on device. "
        f"The run goes on without it; its journal is {journal}\n"
    )
    assert ending(journal).outcome == "done"


def ending(journal: Path) -> RunFinished:
    """The last event of a run, waited for."""
    deadline, reader = time.monotonic() + 30, Reader(journal)
    while time.monotonic() < deadline:
        for record in reader.new_records():
            if isinstance(record.event, RunFinished):
                return record.event
        time.sleep(0.05)
    raise AssertionError("the run didn't end")


@AS_ROOT
def test_a_dry_run_that_cannot_be_shown_leaves_nothing(place: Place) -> None:
    """It is ended, as nobody sees it, and clears up behind itself."""
    place.config.write_text(CONFIG)
    words = ("init", "--dry-run", "--only", "certs", "--config", str(place.config))
    ended = shell(place, *words, streams=">/dev/full")
    assert ended.code == 1
    assert ended.err.endswith("Nothing was changed\n")
    assert list((place.folder / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("phases",), ("--version",), ("--help",), ("init", "--help")], ids=" ".join
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_cannot_be_written_is_an_error(
    place: Place, arguments: tuple[str, ...], unbuffered: str
) -> None:
    """Also of a verb that only tells something."""
    ended = shell(place, *arguments, streams=">/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert ended.code == 1
    assert ended.err == "error: the output can't be written: No space left on device\n"


def test_where_nothing_can_be_told_the_code_is(place: Place) -> None:
    """Both outputs full: a mistake is still 2, what can't be shown 1."""
    full = ">/dev/full 2>/dev/full"
    assert shell(place, "init", "--mood", streams=full).code == 2
    assert shell(place, "phases", streams=full).code == 1
