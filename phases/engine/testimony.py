"""What was said last by something that doesn't get healthy: a container's log, the kubelet's journal.

Judging these words against known causes comes later; here they are only found.
"""

from __future__ import annotations

from phases.engine.context import Context
from phases.system.ports import ContainerFact, RuntimeFailure

LINES = 8


def container_testimony(context: Context, component: str) -> str:
    """State, exit code and last lines of a component's newest container, as one text."""
    try:
        found = [fact for fact in context.open_runtime().containers() if fact.name == component]
    except RuntimeFailure as failure:
        return f"{component}: the container runtime can't be asked: {failure}"
    if not found:
        return f"{component}: the kubelet has started no container for it"
    newest = max(found, key=lambda fact: fact.attempt)
    return "\n".join((described(newest), *log_tail(context, newest)))


def described(fact: ContainerFact) -> str:
    """One sentence on a container: its state, and how often and how it ended."""
    if fact.state != "exited":
        return f"{fact.name}: {fact.state}, {fact.attempt} restarts"
    reason = f" ({fact.reason})" if fact.reason else ""
    return f"{fact.name}: exited with code {fact.exit_code}{reason}, {fact.attempt} restarts"


def log_tail(context: Context, fact: ContainerFact) -> tuple[str, ...]:
    """The last lines of a container's log, without the runtime's time stamps."""
    try:
        text = context.host.read(fact.log_path).decode(errors="replace") if fact.log_path else ""
    except OSError:
        return ()
    return tuple(line.split(" ", 3)[-1] for line in text.splitlines()[-LINES:])


def kubelet_testimony(context: Context) -> str:
    """The kubelet's own last lines, from the system's journal."""
    result = context.host.probe(
        ("journalctl", "--unit", "kubelet", "--no-pager", "--output", "cat", "--lines", str(LINES))
    )
    return result.stdout.strip() or result.stderr.strip() or "the kubelet has said nothing"
