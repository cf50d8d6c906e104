"""What the checks have found so far, and the requests that look, foresee a fix, apply and undo it. No widgets.

A machine is looked at by an engine that changes nothing; a fix is foreseen by the same engine that
would apply it, in a dry run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from phases.engine.events import Effect
from phases.engine.request import Request
from phases.engine.state import PhaseState, RunState
from tui import fix_words
from tui.preview import Foreseen
from tui.session import Session
from tui.text import _, said, sentences, told

ORDER = ("failed", "warned", "waived", "passed")
"""What needs something done comes first."""


SHOWN = ("write", "run")
"""What has lines that change: a file that is edited, a command that loads some."""

KEPT = "/var/lib/kubeboot/"
"""Where this program keeps what undo needs."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one check has found; `fixes` are the names of those that could mend it, `blocked` of those
    that can't now, with the reason."""

    name: str
    state: str
    found: str = ""
    needed: str = ""
    remedy: str = ""
    fixes: tuple[str, ...] = ()
    blocked: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Checkup:
    """The latest of each check, whichever run it comes from."""

    checks: Mapping[str, Found] = field(default_factory=lambda: MappingProxyType({}))

    def after(self, state: RunState) -> Checkup:
        """The same with what a run has found since."""
        phase = state.phases.get("preflight")
        reports = phase.reports.get("check", {}) if phase else {}
        found = {name: _found(name, data) for name, data in reports.items()}
        return Checkup(MappingProxyType({**self.checks, **found}))

    def of(self, *states: str) -> tuple[Found, ...]:
        return tuple(one for one in self.checks.values() if one.state in states)

    @property
    def open(self) -> tuple[Found, ...]:
        """Those that didn't pass, what refuses first."""
        return tuple(one for state in ORDER[:-1] for one in self.of(state))

    @property
    def offered(self) -> tuple[str, ...]:
        """The fixes that could be applied now, each once, in the order in which they would be."""
        wanted = {fix for one in self.of("failed", "warned") for fix in one.fixes}
        return tuple(name for name in fix_words.names() if name in wanted)

    @property
    def waits(self) -> bool:
        """Whether a fix waits for something that another may have brought."""
        return any(one.blocked for one in self.open)

    def mended_by(self, *fixes: str) -> tuple[str, ...]:
        """The checks that any of these fixes is offered for."""
        return tuple(one.name for one in self.open if set(fixes) & set(one.fixes))


def _found(name: str, data: Mapping[str, Any]) -> Found:
    words = {key: str(data.get(key, "")) for key in ("state", "found", "needed", "remedy")}
    fixes, blocked = tuple(data.get("fixes", ())), MappingProxyType(dict(data.get("blocked", {})))
    return Found(name, fixes=fixes, blocked=blocked, **words)


def looking(session: Session) -> Request:
    """Makes all checks, changes nothing."""
    return replace(session.request("dry-run"), workflow="preflight", regardless=True)


def applying(session: Session, fixes: tuple[str, ...], checks: tuple[str, ...]) -> Request:
    """Applies these fixes, and looks again at these checks alone."""
    request = session.request()
    return replace(request, workflow="prepare", fixes=fixes, checks=checks, regardless=True)


def foreseeing(session: Session, fixes: tuple[str, ...]) -> Request:
    """What these fixes would change."""
    return replace(applying(session, fixes, ()), mode="dry-run")


def taking_back(fixes: tuple[str, ...] = ()) -> Request:
    """Takes fixes back, all of them where none is named."""
    return Request(workflow="undo", fixes=fixes)


def changes(state: RunState) -> Mapping[str, tuple[Effect, ...]]:
    """What each fix changes, or would change, on this machine; what undo keeps for itself is no change."""
    found: dict[str, tuple[Effect, ...]] = {}
    for effect in _prepared(state).effects:
        if not effect.target.startswith(KEPT):
            found[effect.step] = (*found.get(effect.step, ()), effect)
    return found


def differences(state: RunState) -> Mapping[str, tuple[str, ...]]:
    """The changed lines of each file that fixes edit, and of what commands load, by their lines."""
    reports = _prepared(state).reports.get("difference", {})
    return {path: tuple(map(str, data.get("lines", ()))) for path, data in reports.items()}


def is_foreseen(foreseen: Foreseen) -> bool:
    """Whether it is known to the end what fixes would change, and there is something: it can be agreed to."""
    return foreseen.ended and not trouble(foreseen) and bool(changes(foreseen.state))


def trouble(foreseen: Foreseen) -> str:
    """Why it isn't known to the end what fixes would change; empty where it is, or may still be."""
    finished = foreseen.state.finished
    if foreseen.error is not None:
        return told(foreseen.error)
    if finished is None:
        return _("The engine is gone without having finished.") if foreseen.ended else ""
    if failure := finished.failure:
        return sentences(*filter(None, map(said, (failure.what, failure.why))))
    return ""


def left(state: RunState) -> Mapping[str, str]:
    """The fixes that a run didn't apply, with the reason."""
    reports = _prepared(state).reports.get("fix", {})
    return {
        name: str(data.get("reason", ""))
        for name, data in reports.items()
        if data.get("state") == "left"
    }


def _prepared(state: RunState) -> PhaseState:
    return state.phases.get("prepare") or PhaseState("prepare", "")
