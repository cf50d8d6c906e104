"""A run in words: how it ended, as its header and the last lines on the terminal say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from phases.engine import events as e
from phases.engine.journal import Reader
from phases.engine.state import PhaseState, RunState, fold
from tests.tui.stage import RECORDINGS
from tui.follower import Story
from tui.outcome import name, state_of, verdict, word_of

STATE = RunState(e.RunStarted("run", "init", "real", "v1.37.2", "node", ()))


@pytest.mark.parametrize(
    ("mode", "changes", "sentence"),
    [
        ("real", 0, "Refused before anything was changed: not ours"),
        ("real", 1, "Refused after 1 change: not ours"),
        ("real", 9, "Refused after 9 changes: not ours"),
        ("rehearsal", 9, "Refused after 9 changes: not ours"),
        ("dry-run", 9, "Refused before anything was changed: not ours"),
    ],
)
def test_a_refusal_says_what_was_changed_before_it(mode: Any, changes: int, sentence: str) -> None:
    """A phase may meet what isn't ours when others have changed things: that isn't denied."""
    assert STATE.started
    finished = e.RunFinished("refused", 6, changes, e.Failure("foreign", "not ours"))
    started = replace(STATE.started, mode=mode)
    assert verdict(Story(replace(STATE, started=started, finished=finished))) == (
        "failed",
        sentence,
    )


@pytest.mark.parametrize(
    ("workflow", "mode", "changes", "sentence"),
    [
        ("init", "real", 1, "node is a control plane now (1 change)."),
        ("init", "real", 9, "node is a control plane now (9 changes)."),
        ("init", "rehearsal", 1, "Rehearsed with 1 change; this machine was not touched."),
        ("init", "dry-run", 1, "A dry run of 1 change; nothing was changed."),
        ("token", "real", 1, "A new token lets nodes join."),
    ],
)
def test_a_good_end_counts_its_changes(
    workflow: str, mode: Any, changes: int, sentence: str
) -> None:
    """One change is no changes, and a new token makes no control plane."""
    assert STATE.started
    started = replace(STATE.started, workflow=workflow, mode=mode)
    finished = e.RunFinished("done", 0, changes)
    assert verdict(Story(replace(STATE, started=started, finished=finished))) == ("ok", sentence)


def test_a_run_is_named_by_its_cluster() -> None:
    """The header tells which cluster a run is about, once the engine has told."""
    assert STATE.started
    assert name(replace(STATE.started, cluster="harbour")) == "kubeboot · harbour · v1.37.2 on node"
    assert name(STATE.started) == "kubeboot · v1.37.2 on node"
    assert name(None) == "kubeboot"


def phase(status: str, *checks: str, handed_over: bool = False) -> PhaseState:
    told = {f"Check{n}": {"state": state} for n, state in enumerate(checks)}
    reports = {"check": told} if checks else {}
    return PhaseState("p", "P", status, reports=reports, handed_over=handed_over)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shown", "state", "word"),
    [
        (phase("unchanged", "passed", "failed", "failed"), "risky", "2 checks failed"),
        (phase("done", "failed"), "risky", "1 check failed"),
        (phase("failed", "failed"), "failed", "failed"),
        (phase("unchanged", "passed", "warned"), "ok", "done"),
        (phase("unchanged", handed_over=True), "ok", "done"),
        (phase("unchanged"), "unchanged", "unchanged"),
        (phase("done"), "ok", "done"),
        (phase("running", "passed"), "running", "running"),
    ],
)
def test_a_phases_sign_says_what_came_of_it(shown: PhaseState, state: str, word: str) -> None:
    """Failed checks that stopped nothing are no good end; looking and handing over are no lack of change."""
    assert (state_of(shown), word_of(shown)) == (state, word)


def test_the_first_run_of_the_join_command_is_done() -> None:
    """It changes nothing and hands over what the run was for."""
    state = RunState()
    for record in Reader(RECORDINGS / "good.jsonl").new_records():
        state = fold(state, record)
    assert state_of(state.phases["show-join-command"]) == "ok"
