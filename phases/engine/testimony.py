"""What was said last by something that doesn't get healthy: a container's log, the kubelet's journal.

Judging these words lives in `causes`; here they are found, those that tell something first of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from phases.engine import causes
from phases.engine.context import Context
from phases.system.ports import ContainerFact, RuntimeFailure

LINES, LOOKED_AT = 8, 200
"""Lines of a log that are quoted, and those that are looked through for one that tells a cause."""

JOURNAL = ("journalctl", "--unit", "kubelet", "--no-pager", "--output", "cat")
UNHEALTHY = "control-plane-unhealthy"
"""The code of the failures that this is about."""


def control_plane_testimony(context: Context, sick: Sequence[str]) -> str:
    """What the containers of sick components said last, etcd's where it doesn't run smoothly, and the
    kubelet where it has started no container for one."""
    try:
        newest = newest_containers(context.open_runtime().containers())
    except RuntimeFailure as failure:
        return f"the container runtime can't be asked: {failure}"
    etcd = newest.get("etcd")
    stumbling = etcd is not None and (etcd.state != "running" or etcd.attempt > 0)
    names = (*sick, *(("etcd",) if stumbling else ()))
    told = [container_testimony(context, name, newest.get(name)) for name in names]
    if not all(name in newest for name in sick):
        told.append(f"kubelet: {kubelet_testimony(context)}")
    return "\n".join(told)


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
    lines = [line.split(" ", 3)[-1] for line in text.splitlines()[-LOOKED_AT:]]
    return tuple(causes.telling(lines, LINES, UNHEALTHY))


def kubelet_testimony(context: Context) -> str:
    """The kubelet's own last lines, from the system's journal."""
    result = context.host.probe(
        (*JOURNAL, "--lines", str(LOOKED_AT)),
    )
    lines = result.stdout.strip().splitlines()
    quoted = "\n".join(causes.telling(lines, LINES, UNHEALTHY))
    return quoted or result.stderr.strip() or "the kubelet has said nothing"
