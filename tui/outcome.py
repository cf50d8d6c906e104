"""A run in words: what its header says, how it ended, and what can be done next. No widgets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from phases.engine.events import RunStarted
from phases.engine.state import PhaseState, RunState
from tui import machine, signs
from tui.closing import unchanged
from tui.follower import Story
from tui.signs import State
from tui.text import _, said
from tui.widgets.drawing import clock


def name(started: RunStarted | None) -> str:
    """The left end of the header: the cluster where it is known, its version, its node."""
    if started is None:
        return "kubeboot"
    place = _("{version} on {node}", version=started.version, node=started.node)
    return " · ".join(part for part in ("kubeboot", started.cluster, place) if part)


def badge(started: RunStarted | None) -> str:
    mode = started.mode if started else "real"
    words = {"rehearsal": _("REHEARSAL"), "dry-run": _("DRY RUN")}
    return words.get(mode, "")


def rehearsed_in(started: RunStarted | None, journal: Path | None) -> Path | None:
    """The folder of a rehearsal; None for any other run."""
    if started is None or started.mode != "rehearsal" or journal is None:
        return None
    return machine.rehearsed_in(journal)


def state_of(phase: PhaseState) -> State:
    """The state of a phase's sign: one whose checks failed without stopping it is no good end, and one
    that only looks, or hands something over, has done so without a change."""
    if phase.status not in ("done", "unchanged"):
        return signs.of_status(phase.status)
    if failed_checks(phase):
        return "risky"
    looked = phase.handed_over or "check" in phase.reports
    return "ok" if looked else signs.of_status(phase.status)


def word_of(phase: PhaseState) -> str:
    """The state of a phase in words."""
    count = failed_checks(phase)
    if count and phase.status != "failed":
        return _("1 check failed") if count == 1 else _("{n} checks failed", n=count)
    return signs.word(state_of(phase))


def failed_checks(phase: PhaseState) -> int:
    """How many checks the real thing would be refused for."""
    checks = phase.reports.get("check", {}).values()
    return sum(check.get("state") == "failed" for check in checks)


def is_over(story: Story) -> bool:
    """Whether nothing more will happen in this run."""
    return story.state.finished is not None or story.ended


def went_well(story: Story) -> bool:
    finished = story.state.finished
    return finished is not None and finished.exit_code == 0


def until(story: Story, now: datetime) -> datetime:
    """The moment that times run up to: the end of the run, or now while it goes on."""
    return story.state.ended or now


def pace(story: Story, now: datetime) -> str:
    """The right end of the header: how long it has been running, or took."""
    state = story.state
    if state.began is None:
        return _("starting the engine")
    time = clock(until(story, now) - state.began)
    if state.finished is not None:
        return _("ended after {time}", time=time)
    if story.ended:
        return _("the engine is gone")
    if state.cancelling:
        return _("stopping at the next safe point, {time}", time=time)
    return _("running {time}", time=time)


def verdict(story: Story) -> tuple[State, str] | None:
    """How the run ended, as a state and a sentence; None while it goes on."""
    state = story.state
    finished, started = state.finished, state.started
    if story.trouble:
        return "failed", _("The journal can't be read: {why}", why=story.trouble)
    if finished is None or started is None:
        if story.ended:
            return "failed", _("The engine is gone without having finished; a new run resumes.")
        return None
    if finished.exit_code == 0:
        return _good(state, started, finished.changes)
    if finished.outcome == "cancelled":
        return "stopped", _("Stopped at a safe point; a new run resumes.")
    what = said(finished.failure.what) if finished.failure else ""
    if finished.outcome == "refused":
        return "failed", _refused(started, finished.changes, what)
    return "failed", _("Failed: {what}", what=what)


def _refused(started: RunStarted, changes: int, what: str) -> str:
    """What isn't ours to change may be met by a phase when others have changed things already."""
    if not changes or started.mode == "dry-run":
        return _("Refused before anything was changed: {what}", what=what)
    return _("Refused after {changes}: {what}", changes=counted(changes), what=what)


def _good(state: RunState, started: RunStarted, changes: int) -> tuple[State, str]:
    if not changes:
        return "unchanged", unchanged(state)
    count = counted(changes)
    if started.workflow == "reset" and started.mode == "real":
        return "ok", _("What was here before is back ({changes}).", changes=count)
    if started.mode == "rehearsal":
        return "ok", _("Rehearsed with {changes}; this machine was not touched.", changes=count)
    if started.mode == "dry-run":
        return "ok", _("A dry run of {changes}; nothing was changed.", changes=count)
    if started.workflow == "token":
        return "ok", _("A new token lets nodes join.")
    return "ok", _("{node} is a control plane now ({changes}).", node=started.node, changes=count)


def counted(changes: int) -> str:
    """So many changes, in words."""
    return _("1 change") if changes == 1 else _("{count} changes", count=changes)
