"""What was said last by something that doesn't get healthy: a container's log, the kubelet's journal.

Judging these words against known causes comes later; here they are only found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from phases.engine.context import Context
from phases.system.ports import ContainerFact, RuntimeFailure

LINES = 8


def control_plane_testimony(context: Context, sick: Sequence[str]) -> str:
    """What the containers of sick components said last, and etcd's where it doesn't run smoothly."""
    try:
        newest = newest_containers(context.open_runtime().containers())
    except RuntimeFailure as failure:
        return f"the container runtime can't be asked: {failure}"
    etcd = newest.get("etcd")
    stumbling = etcd is not None and (etcd.state != "running" or etcd.attempt > 0)
    names = (*sick, *(("etcd",) if stumbling else ()))
    return "\n".join(container_testimony(context, name, newest.get(name)) for name in names)


def newest_containers(facts: Iterable[ContainerFact]) -> dict[str, ContainerFact]:
    """The newest container of each component, by its name; runtimes tell the newest last.

    Attempts are counted anew in each pod, and a changed manifest makes another pod.
    """
    return {fact.name: fact for fact in facts}


def container_testimony(context: Context, component: str, fact: ContainerFact | None) -> str:
    """State, exit code and last lines of a component's container, as one text."""
    if fact is None:
        return f"{component}: the kubelet has started no container for it"
    return "\n".join((described(fact), *log_tail(context, fact)))


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
