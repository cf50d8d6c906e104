"""The lines printed on the normal screen once the app is gone: how to come back, or the join commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phases.engine.state import RunState
from tui import outcome
from tui.closing import KUBECONFIG, handover
from tui.follower import Story
from tui.text import _, said


def detached(state: RunState, journal: Path | None) -> Iterator[str]:
    """After leaving a run that goes on."""
    if folder := outcome.rehearsed_in(state.started, journal):
        yield _("The rehearsal goes on without this screen, in {folder}", folder=folder)
    else:
        yield _("The run goes on without this screen.")
        yield _("To watch it again: kubeboot-tui   (or, line by line: kubeboot-tui watch)")
    if journal is not None:
        yield _("Its journal: {path}", path=journal)
    if state.started is not None and state.started.pid:
        yield _("To have it stop at the next safe point: kill {pid}", pid=state.started.pid)


def lines(state: RunState, journal: Path | None, *, running: bool) -> Iterator[str]:
    """After any other leaving; nothing where nothing was run."""
    finished = state.finished
    if running:
        yield from detached(state, journal)
    elif finished is None:
        return
    elif finished.exit_code == 0:
        if found := outcome.verdict(Story(state)):
            yield found[1]
            yield ""
        folder = outcome.rehearsed_in(state.started, journal)
        yield from _rehearsed(folder) if folder else joining(state)
    elif finished.failure is not None:
        yield _("Failed: {what}", what=said(finished.failure.what))
        if journal is not None:
            yield _("Its journal: {path}", path=journal)
        if folder := outcome.rehearsed_in(state.started, journal):
            yield from _rehearsed(folder)


def _rehearsed(folder: Path) -> Iterator[str]:
    """What a rehearsal leaves: files to look at, and no cluster to join."""
    yield _("What it made lies in {folder}", folder=folder)
    yield _("  etc/kubernetes: certificates, kubeconfigs and manifests as they would be made here")
    yield _("  var/lib/kubeboot: its journal, and the join commands that it would have ended with")
    yield _("The keys are real ones, but no cluster uses them. To take all of it away:")
    yield f"  rm -r {folder}"


def joining(state: RunState) -> Iterator[str]:
    """How to use the cluster, and the join commands, each unbroken on a line of its own."""
    data = handover(state)
    if not data:
        return
    yield _("To use the cluster as your own user:")
    yield from (f"  {line}" for line in KUBECONFIG)
    for title, key in (
        (_("To join workers, run there as root:"), "worker"),
        (_("To join further control planes, run there as root:"), "control_plane"),
    ):
        if command := data.get(key):
            yield ""
            yield title
            yield str(command)
    if why := data.get("no_control_plane"):
        yield ""
        yield _("Further control planes: {why}", why=said(str(why)))
