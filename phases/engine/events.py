"""The vocabulary of a run: every event that an engine can write to its journal, as frozen values.

Turning events into lines of text and back lives in `journal`, adding them up in `state`.
No event ever carries a secret: tokens are named by their id, keys by their path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["done", "unchanged", "failed", "refused", "cancelled"]


SKIPPED = "asked to skip it"
NOT_ASKED = "not among those asked for"
"""Why a plan leaves something out; the second is no news to whoever reads along."""


@dataclass(frozen=True, slots=True)
class PhaseOutline:
    """A phase as the plan has it; `skip` is the reason why it will not run, empty when it will."""

    name: str
    title: str
    after: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    skip: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as data: a stable code, what, where, why, what next.

    `tried` tells what was done or waited for in vain. `cause` is what probably lies behind it, with a
    stable code of its own and what mends it; empty where there is no telling.
    """

    code: str
    what: str
    where: str = ""
    why: str = ""
    remedy: str = ""
    tried: tuple[str, ...] = ()
    cause_code: str = ""
    cause: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first event. `mode` tells a rehearsal or a dry run from the real thing."""

    run: str
    workflow: str
    mode: Literal["real", "rehearsal", "dry-run"]
    version: str
    node: str
    phases: tuple[PhaseOutline, ...]
    pid: int = 0
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    phase: str


@dataclass(frozen=True, slots=True)
class PhaseFinished:
    """`changes` counts the effects it took; 0 means that all was as it should be."""

    phase: str
    changes: int


@dataclass(frozen=True, slots=True)
class PhaseSkipped:
    phase: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhaseFailed:
    phase: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class StepStarted:
    phase: str
    step: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    phase: str
    step: str
    changes: int


@dataclass(frozen=True, slots=True)
class StepSkipped:
    phase: str
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepFailed:
    phase: str
    step: str


Verb = Literal[
    "write", "make", "remove", "move", "run", "create", "update", "delete", "pull", "import"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """Something on the machine or in the cluster was changed: `target` names it, never its content.

    `step` is the step of the phase that did it, where it is known.
    """

    phase: str
    verb: Verb
    target: str
    detail: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A line that something else printed (a command, a container, the kubelet)."""

    phase: str
    source: str
    line: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is, or the phase as a whole (`step` empty): `done` of `total` in `unit`.

    A total of 0 isn't known. `items` has [done, total] of each item of the panel that can be told apart.
    """

    phase: str
    step: str
    done: float
    total: float
    unit: str
    detail: str = ""
    items: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What a panel shows: the latest `data` for an `item` of a `topic`.

    Topics: check, fix, difference (of a file that a fix edits), image, certificate, certificate-key,
    kubeconfig, manifest, health, container, last-words (of a container), patience (how long is waited),
    object, token, network (what a plugin brings), node.
    """

    phase: str
    topic: str
    item: str
    data: Mapping[str, Any] = field(default_factory=dict)


Level = Literal["warning", "error"]


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning; `phase` is empty where it is about the run as a whole.

    One at the level of an error would have stopped the real thing, and doesn't stop a rehearsal.
    """

    phase: str
    text: str
    level: Level = "warning"


@dataclass(frozen=True, slots=True)
class HandoverWritten:
    """What the operator needs next lies in the file at `path` (mode 0600), secrets and all."""

    phase: str
    path: str


@dataclass(frozen=True, slots=True)
class CancelRequested:
    signal: int


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The last event; `exit_code` is the one the command ends with."""

    outcome: Outcome
    exit_code: int
    changes: int
    failure: Failure | None = None


Event = (
    RunStarted
    | PhaseStarted
    | PhaseFinished
    | PhaseSkipped
    | PhaseFailed
    | StepStarted
    | StepFinished
    | StepSkipped
    | StepFailed
    | Effect
    | Output
    | Progress
    | Report
    | Warned
    | HandoverWritten
    | CancelRequested
    | RunFinished
)
