"""`preflight` as a process: the checks alone, as lines of JSON and as a report, with no trace left."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from phases.checks.table import INIT_CHECKS
from phases.engine.journal import Reader
from phases.engine.state import RunState, fold
from tests.engine.bench import configured
from tests.tui.program import MACHINE, Ended, Place, tree
from tests.tui.stage import RECORDINGS
from tui import cli, preflight

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="the checks look at the machine as root")


class Checked:
    """The checks of this machine, made once; what was around them before."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.report = folder / "home" / "report.json"
        around = (folder / "tmp", folder / "work", *MACHINE[:2])
        before = tree(*around)
        words = ("--config", str(self.place.config), "--json", "--report", str(self.report))
        self.ended: Ended = self.place.run("preflight", *words)
        self.left = tree(*around).keys() ^ before.keys()


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return Checked(tmp_path_factory.mktemp("checked"))


@AS_ROOT
def test_every_line_is_an_event(checked: Checked) -> None:
    """The journal itself: one report for each check, and an exit code that is the last event's."""
    (finished,) = checked.ended.of("RunFinished")
    assert checked.ended.code == finished["exit_code"]
    told = [event["item"] for event in checked.ended.of("Report") if event["topic"] == "check"]
    made = configured("controlPlaneEndpoint: cp.example:6443")
    wanted = [check.called(made) for check in INIT_CHECKS if check.applies(made)]
    assert sorted(told) == sorted(wanted)
    assert checked.ended.of("Effect") == []


@AS_ROOT
def test_the_report_says_the_same(checked: Checked) -> None:
    """The same checks with the same states, whose machine it is, and how it ended."""
    said = json.loads(checked.report.read_text())
    told = {
        event["item"]: event["data"]["state"]
        for event in checked.ended.of("Report")
        if event["topic"] == "check"
    }
    assert {check["name"]: check["state"] for check in said["checks"]} == told
    (finished,) = checked.ended.of("RunFinished")
    (started,) = checked.ended.of("RunStarted")
    assert (said["outcome"], said["node"]) == (finished["outcome"], started["node"])


@AS_ROOT
def test_looking_leaves_nothing(checked: Checked) -> None:
    """No file on the machine, no folder of a dry run."""
    assert checked.left == set()


@AS_ROOT
def test_a_report_that_cannot_be_written_is_an_error(checked: Checked) -> None:
    """With its place, its reason and the exit code of a wrong command line."""
    words = ("--config", str(checked.place.config), "--json", "--report", "/nowhere/report.json")
    ended = checked.place.run("preflight", *words)
    assert ended.code == 2
    assert "/nowhere/report.json" in ended.err
    assert "no such file or directory" in ended.err.lower()


@AS_ROOT
def test_going_back_is_told_nothing_of_a_configuration(checked: Checked) -> None:
    """reset goes by the ledger: what a configuration would have to say is no business of it."""
    ended = checked.place.run("reset", "--dry-run", "--yes")
    assert ended.code == 0
    assert "Put back what was there" in ended.out
    assert "kubernetesVersion" not in ended.out + ended.err


def test_a_broken_machine_is_reported_whole() -> None:
    """What was found, what is needed, the remedy and the fixes of each check, as somebody else's tool reads it."""
    state = RunState()
    for record in Reader(RECORDINGS / "checks.jsonl").new_records():
        state = fold(state, record)
    said = json.loads(json.dumps(preflight.report(state)))
    (port,) = [check for check in said["checks"] if check["name"] == "Port-10250"]
    assert port["state"] == "failed"
    assert "fleet-agent" in port["found"]
    assert (port["needed"], port["fixes"]) == ("free for kubelet", ["ports"])


@pytest.mark.parametrize(("words", "becoming"), [((), "init"), (("--for", "join"), "join")])
def test_it_looks_for_what_the_machine_is_to_become(words: tuple[str, ...], becoming: str) -> None:
    """A control plane to be made, where nothing else is said."""
    asked = preflight.make_request(cli.parser().parse_args(["preflight", *words]))
    assert (asked.workflow, asked.mode, asked.becoming) == ("preflight", "dry-run", becoming)
