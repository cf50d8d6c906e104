"""What this machine is before anything is done: fresh, half done, a control plane, or busy with a run.

It only looks at files and at the lock, so that the first screen is there at once.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from phases.engine.lock import holder

if TYPE_CHECKING:
    from phases.engine.journal import Reader, Record

Kind = Literal["fresh", "half-done", "control-plane", "busy", "foreign"]
STATE = Path("/var/lib/kubeboot")
MAKING = ("init", "token")
"""The workflows whose good end shows a control plane."""

KUBERNETES = Path("/etc/kubernetes")


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. `journal` is that of the newest run of ours, None where there was none."""

    kind: Kind
    journal: Path | None = None
    pid: int = 0
    node: str = ""
    version: str = ""
    failure: str = ""


def look(state: Path = STATE, kubernetes: Path = KUBERNETES) -> Look:
    """Looks at this machine; what can't be read for lack of rights counts as not there."""
    if busy := _busy(state):
        return busy
    manifests = _names(kubernetes / "manifests")
    for journal in journals(state):
        if seen := _after_run(journal, manifests):
            return seen
    return Look("foreign" if manifests else "fresh")


def journals(state: Path = STATE) -> list[Path]:
    """The journals of all runs, the newest first; none where they can't be read."""
    try:
        return sorted(state.glob("runs/*/journal.jsonl"), reverse=True)
    except OSError:
        return []


def _after_run(journal: Path, manifests: list[str]) -> Look | None:
    """What a run left behind; None for one that tells nothing of the machine: a token that wasn't made."""
    from phases.engine.events import RunFinished, RunStarted
    from phases.engine.journal import Reader

    started: RunStarted | None = None
    finished: RunFinished | None = None
    for record in _records(Reader(journal)):
        if isinstance(record.event, RunStarted):
            started = record.event
        elif isinstance(record.event, RunFinished):
            finished = record.event
    node, version = (started.node, started.version) if started else ("", "")
    workflow = started.workflow if started else ""
    well = finished is not None and finished.exit_code == 0
    if workflow == "reset" and well and not manifests:
        return Look("fresh", node=node, version=version)
    if workflow in MAKING and well and manifests:
        return Look("control-plane", journal, node=node, version=version)
    if workflow != "init" if started else not journal.exists():
        return None
    if not manifests and finished and finished.exit_code in (2, 3):
        return Look("fresh", journal, node=node, version=version)
    failure = finished.failure.what if finished and finished.failure else ""
    return Look("half-done", journal, node=node, version=version, failure=failure)


def _records(reader: Reader) -> Iterator[Record]:
    """What a journal holds; one that was taken away meanwhile, or that is for others, holds nothing."""
    with suppress(OSError):
        yield from reader.new_records()


def _busy(state: Path) -> Look | None:
    """The run that holds the lock, if one does."""
    try:
        fd = os.open(state / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        who = holder(state / "lock")
        return Look("busy", Path(who.journal), who.pid) if who else Look("busy")
    finally:
        os.close(fd)
    return None


def rehearsed_in(journal: Path) -> Path | None:
    """The folder of the rehearsal that a journal tells of; None for the machine's own journals."""
    state, below = journal.parents[2:3], STATE.relative_to("/")
    if not state or journal.is_relative_to(STATE) or not str(state[0]).endswith(f"/{below}"):
        return None
    return state[0].parents[len(below.parts) - 1]


def is_running(journal: Path) -> bool:
    """Whether an engine is at work on this journal: it holds the lock of the journal's state folder."""
    if len(journal.parents) < 3:
        return False
    busy = _busy(journal.parents[2])
    return busy is not None and busy.journal == journal


def _names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.endswith(".yaml")]  # noqa: PTH208
    except OSError:
        return []
