"""The words after a run: the join commands, how to use the cluster, or what went wrong and what next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phases.engine.events import NOT_ASKED, SKIPPED, Failure, RunStarted
from phases.engine.state import RunState
from tui.text import _, said, said_each, sentences

WITHHELD = "<value withheld>"
"""What kubeadm prints in place of a value that it was asked not to print."""

PROOFS = ("show-join-command", "wait-control-plane")
"""The phases that only come to a good end where a control plane is at work."""

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
        yield _("The engine ended without finishing the run; the same command resumes it.")
    elif finished.failure is not None:
        yield _verdict(state, finished.outcome, finished.failure)
    else:
        yield _success(state, started, finished.changes)
        if started.mode != "dry-run":
            yield from _requests(state, rehearsed=started.mode != "real")
        given = _worth_showing(state, withheld)
        if given and started.mode == "rehearsal":
            yield _("What follows is how the real thing would end; no cluster is behind it.")
        yield from _next_steps(given, own=_wants_kubeconfig(state))


def _worth_showing(state: RunState, withheld: frozenset[str]) -> Mapping[str, Any]:
    """The handover, but none of a dry run that made it up: no node could join with that."""
    started, finished = state.started, state.finished
    made_up = started is not None and started.mode == "dry-run" and finished and finished.changes
    return {} if made_up else handover(state, withheld)


def _verdict(state: RunState, outcome: str, failure: Failure) -> str:
    words = {"refused": _("Refused"), "cancelled": _("Stopped"), "failed": _("Failed")}
    checks = ", ".join(_failed_checks(state)) if failure.code == "preflight" else ""
    what = checks or said(failure.what)
    told = _("{outcome}: {what}", outcome=words[outcome], what=what)
    if failure.where and not checks:
        told = _(
            "{outcome} in {where}: {what}", outcome=words[outcome], where=failure.where, what=what
        )
    return sentences(told, *_likely(failure), *filter(None, [said(failure.remedy)]))


def _likely(failure: Failure) -> Iterator[str]:
    if failure.cause:
        yield _("Probably: {cause}", cause=said(failure.cause))
        yield said(failure.advice)


def _failed_checks(state: RunState) -> Iterator[str]:
    preflight = state.phases.get("preflight")
    for name, check in preflight.reports.get("check", {}).items() if preflight else ():
        if check.get("state") == "failed":
            yield f"[{name}] {said_each(str(check.get('found', '')))}"


def _success(state: RunState, started: RunStarted, changes: int) -> str:
    if started.workflow == "preflight":
        return _looked(state)
    if not changes:
        return unchanged(state)
    if started.workflow == "token":
        return _("Done: a new token lets nodes join.")
    count = _("1 change") if changes == 1 else _("{count} changes", count=changes)
    if started.mode == "rehearsal":
        return _("Done: a rehearsal of {changes}; this machine was not touched.", changes=count)
    if started.mode == "dry-run":
        return _("Done: a dry run of {changes}; this machine was not touched.", changes=count)
    if _became_master(state):
        node = started.node
        return _("Done: {node} is a control plane now ({changes}).", node=node, changes=count)
    return _("Done: {changes}.", changes=count)


def unchanged(state: RunState) -> str:
    """The words for a run that found nothing to change, and may have looked at a part alone."""
    outline = state.started.phases if state.started else ()
    steps = (step for phase in state.phases.values() for step in phase.steps.values())
    if any(phase.skip for phase in outline) or any(s.reason in (SKIPPED, NOT_ASKED) for s in steps):
        return _("Nothing to do: the part that was asked for is as it should be.")
    return _("Nothing to do: everything is as it should be.")


def _looked(state: RunState) -> str:
    """What the checks alone have found, where none has failed."""
    phase = state.phases.get("preflight")
    checks = phase.reports.get("check", {}) if phase else {}
    doubts = sum(check.get("state") in ("warned", "waived") for check in checks.values())
    if not doubts:
        return _("This machine is ready: {n} checks passed.", n=len(checks))
    return _(
        "This machine will do: {n} checks, {doubts} with a warning.", n=len(checks), doubts=doubts
    )


def _became_master(state: RunState) -> bool:
    """Whether the run came so far as to see a control plane at work, rather than do a part of the way."""
    seen = [state.phases[name].status for name in PROOFS if name in state.phases]
    return any(status in ("done", "unchanged") for status in seen)


def _requests(state: RunState, *, rehearsed: bool) -> Iterator[str]:
    """Where signing requests were written, and what becomes of them."""
    written = [
        effect.target
        for phase in state.phases.values()
        for effect in phase.effects
        if effect.verb == "write" and effect.target.endswith(".csr")
    ]
    if written:
        yield ""
        yield (
            _(
                "Have these signing requests in the rehearsal's folder signed by your certificate authority:"
            )
            if rehearsed
            else _("Have these signing requests signed by your certificate authority:")
        )
        yield from (f"  {path}" for path in written)
        yield _(
            "Put each certificate beside its request, as .crt instead of .csr; a kubeconfig's goes into"
        )
        yield _(
            "the kubeconfig as client-certificate-data, with certificate-authority-data beside it."
        )
        yield _("Then run the same without --csr-only.")


def _wants_kubeconfig(state: RunState) -> bool:
    """Whether nobody was given a kubeconfig of their own, in a run where somebody may want one."""
    placed = state.phases.get("user-kubeconfig")
    started = state.started
    for_real = started is not None and (started.workflow, started.mode) == ("init", "real")
    return for_real and (placed is None or placed.status == "skipped")


def _next_steps(data: Mapping[str, Any], *, own: bool) -> Iterator[str]:
    if data and own:
        yield ""
        yield _("To use the cluster as your own user:")
        yield from (f"  {line}" for line in KUBECONFIG)
    if worker := data.get("worker"):
        yield ""
        yield _("To join workers, run there as root:")
        yield worker
    if why := data.get("no_control_plane"):
        yield ""
        yield _("Further control planes: {why}", why=said(str(why)))
    if command := data.get("control_plane"):
        yield ""
        yield _("To join further control planes, run there as root:")
        yield command
