"""A run in words: how it ended, as its header and the last lines on the terminal say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from phases.engine import events as e
from phases.engine.state import RunState
from tui.follower import Story
from tui.outcome import verdict

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
