"""The words after a run: the join commands, how to use the cluster, or what went wrong and what next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phases.engine.state import RunState

KUBECONFIG = (
    "mkdir -p $HOME/.kube",
    "sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config",
    "sudo chown $(id -u):$(id -g) $HOME/.kube/config",
)


def handover(state: RunState) -> Mapping[str, Any]:
    """What the run handed over (join commands and such), empty when it didn't come so far."""
    try:
        data = json.loads(Path(state.handover).read_text()) if state.handover else {}
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def closing(state: RunState) -> Iterator[str]:
    """The last lines of a headless run."""
    finished = state.finished
    if finished is None:
        yield "The engine ended without finishing the run; the same command resumes it."
    elif finished.failure is not None:
        yield ""
        yield _verdict(state)
    else:
        yield from _success(state)


def _verdict(state: RunState) -> str:
    assert state.finished and state.finished.failure  # noqa: S101
    failure = state.finished.failure
    words = {"refused": "Refused", "cancelled": "Stopped", "failed": "Failed"}
    where = f" in {failure.where}" if failure.where else ""
    return f"{words[state.finished.outcome]}{where}: {failure.what}. {failure.remedy}."


def _success(state: RunState) -> Iterator[str]:
    assert state.finished and state.started  # noqa: S101
    yield ""
    changes = state.finished.changes
    if not changes:
        yield "Nothing to do: everything is as it should be."
    elif state.started.mode == "real":
        yield f"Done: {state.started.node} is a control plane now ({changes} changes)."
    else:
        yield f"Done: a {state.started.mode.replace('-', ' ')} of {changes} changes; this machine was not touched."
    yield from _next_steps(handover(state))


def _next_steps(data: Mapping[str, Any]) -> Iterator[str]:
    if data:
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
