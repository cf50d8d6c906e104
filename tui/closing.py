"""The words after a run: the join commands, how to use the cluster, or what went wrong and what next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phases.engine.events import Failure, RunStarted
from phases.engine.state import RunState

WITHHELD = "<value withheld>"
"""What kubeadm prints in place of a value that it was asked not to print."""

KUBECONFIG = (
    "mkdir -p $HOME/.kube",
    "sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config",
    "sudo chown $(id -u):$(id -g) $HOME/.kube/config",
)


def handover(state: RunState, withheld: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    """What the run handed over (join commands and such), empty when it didn't come so far.

    `withheld` names the flags of `kubeadm join` whose values are not to be shown.
    """
    try:
        data = json.loads(Path(state.handover).read_text()) if state.handover else {}
    except (OSError, ValueError):
        return {}
    return dict(_shown(data, withheld)) if isinstance(data, dict) else {}


def _shown(data: Mapping[str, Any], withheld: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        text = WITHHELD if key.replace("_", "-") in withheld else value
        for flag in withheld:
            text = re.sub(rf"(--{flag} )\S+", rf"\1{WITHHELD}", text)
        yield key, text


def closing(state: RunState, withheld: frozenset[str] = frozenset()) -> Iterator[str]:
    """The last lines of a headless run."""
    started, finished = state.started, state.finished
    yield ""
    if started is None or finished is None:
        yield "The engine ended without finishing the run; the same command resumes it."
    elif finished.failure is not None:
        yield _verdict(finished.outcome, finished.failure)
    else:
        yield _success(started, finished.changes)
        given = handover(state, withheld)
        if given and started.mode != "real":
            yield "What follows is how the real thing would end; no cluster is behind it."
        yield from _next_steps(given, own=_wants_kubeconfig(state))


def _verdict(outcome: str, failure: Failure) -> str:
    words = {"refused": "Refused", "cancelled": "Stopped", "failed": "Failed"}
    where = f" in {failure.where}" if failure.where else ""
    remedy = f" {failure.remedy}." if failure.remedy else ""
    return f"{words[outcome]}{where}: {failure.what}.{remedy}"


def _success(started: RunStarted, changes: int) -> str:
    if not changes:
        return "Nothing to do: everything is as it should be."
    if started.workflow == "token":
        return "Done: a new token lets nodes join."
    if started.mode == "real":
        return f"Done: {started.node} is a control plane now ({changes} changes)."
    kind = started.mode.replace("-", " ")
    return f"Done: a {kind} of {changes} changes; this machine was not touched."


def _wants_kubeconfig(state: RunState) -> bool:
    """Whether nobody was given a kubeconfig of their own, in a run where somebody may want one."""
    placed = state.phases.get("user-kubeconfig")
    started = state.started
    for_real = started is not None and (started.workflow, started.mode) == ("init", "real")
    return for_real and (placed is None or placed.status == "skipped")


def _next_steps(data: Mapping[str, Any], *, own: bool) -> Iterator[str]:
    if data and own:
        yield ""
        yield "To use the cluster as your own user:"
        yield from (f"  {line}" for line in KUBECONFIG)
    for title, key in (("workers", "worker"), ("further control planes", "control_plane")):
        if command := data.get(key):
            yield ""
            yield f"To join {title}, run there as root:"
            yield command
    if why := data.get("no_control_plane"):
        yield ""
        yield f"Further control planes: {why}"
