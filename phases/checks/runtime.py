"""The container runtime: that it answers, and that it tells the kubelet its cgroup driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context
from phases.system.ports import RuntimeFact, RuntimeFailure


def answers(context: Context) -> Iterator[Finding]:
    socket = context.configuration.init.node_registration.cri_socket
    remedy = "Start the runtime (`systemctl start containerd`), or name its criSocket"
    try:
        fact = context.open_runtime().about()
    except (RuntimeFailure, OSError) as refusal:
        path = socket.removeprefix("unix://")
        why = str(refusal).removeprefix(f"{path}: ")
        yield error(f"no container runtime answers at {path} ({why})", "one that answers", remedy)
        return
    if not fact.ready:
        found = f"{fact.name} {fact.version} isn't ready: {fact.reason or 'it gives no reason'}"
        yield error(found, "a runtime that is ready", f"See the logs of {fact.name}")


def is_new_enough(context: Context) -> Iterator[Finding]:
    """A runtime of before CRI's RuntimeConfig call leaves the kubelet to guess its cgroup driver."""
    fact = known_runtime(context)
    if fact and not fact.cgroup_driver:
        yield warning(
            f"{fact.name} {fact.version} doesn't tell its cgroup driver (CRI RuntimeConfig)",
            "a runtime that does: kubelets of 1.38 and later rely on it",
            "Update it: containerd 2.0 and CRI-O 1.28 are new enough",
        )


def known_runtime(context: Context) -> RuntimeFact | None:
    """What the runtime says of itself; None without one, which `answers` reports."""
    with suppress(RuntimeFailure, OSError):
        return context.open_runtime().about()
    return None
