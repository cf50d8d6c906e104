"""What a run has changed on this machine, and the request that takes it back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phases.engine.events import Effect
from phases.engine.request import Request
from phases.engine.state import RunState
from tui.outcome import rehearsed_in
from tui.text import _, mark

REQUEST = Request(workflow="reset")

KINDS = {
    mark("files written"): ("write",),
    mark("folders made"): ("make",),
    mark("removed"): ("remove", "move"),
    mark("commands run"): ("run",),
    mark("images pulled"): ("pull", "import"),
    mark("objects in the cluster"): ("create", "update", "delete"),
}
"""What changes are called, by their verbs; drawn through `_`."""


def is_worth(state: RunState) -> bool:
    """Whether there is anything to undo: something was changed, and not in a dry run."""
    return bool(_effects(state)) and state.started is not None and state.started.mode != "dry-run"


def lines(state: RunState, journal: Path | None) -> tuple[str, ...]:
    """Paragraphs: the changes counted, what was there before, and the way back."""
    return tuple(_lines(state, journal))


def _lines(state: RunState, journal: Path | None) -> Iterator[str]:
    effects = _effects(state)
    for name, verbs in KINDS.items():
        if count := len({effect.target for effect in effects if effect.verb in verbs}):
            yield f"{count:>5}  {_(name)}"
    yield ""
    if folder := rehearsed_in(state.started, journal):
        yield _("All of it lies in the rehearsal's folder. To take it away:")
        yield f"  rm -r {folder}"
        return
    yield from _before(state, journal)
    yield _("Trying again needs no undoing: what is done stays done.")
    yield ""
    yield from way_back()


def _before(state: RunState, journal: Path | None) -> Iterator[str]:
    """The files that were there before: the ledger keeps what they held."""
    replaced = _replaced(state, journal)
    if replaced and journal is not None:
        place = journal.parents[2] / "kept"
        yield _("Files that were there before are kept in {folder}:", folder=place)
        yield from (f"  {path}  {digest[:12]}" for path, digest in replaced.items())
        yield ""


def way_back() -> Iterator[str]:
    """What taking everything back means."""
    yield _(
        "Taking it back ends the cluster on this machine: its pods, its files and the data of etcd go. "
        "Then everything that was here before is put back from the ledger, fixes and packages too."
    )
    yield _("The same in a shell, as root:")
    yield "  kubeboot-tui reset"


def puts_back() -> str:
    """What taking it back comes to, in short."""
    return _("the cluster on this machine ends, what was here before is put back")


def _effects(state: RunState) -> tuple[Effect, ...]:
    return tuple(effect for phase in state.phases.values() for effect in phase.effects)


def _replaced(state: RunState, journal: Path | None) -> Mapping[str, str]:
    """The digest of what this run found at each path that it wrote or removed, the first of each."""
    found: dict[str, str] = {}
    run = state.started.run if state.started else ""
    for entry in _entries(journal):
        before = entry.get("before") or {}
        if entry.get("run") == run and before.get("kind") == "file":
            found.setdefault(str(entry.get("target")), str(before.get("sha256")))
    return found


def _entries(journal: Path | None) -> Iterator[Mapping[str, Any]]:
    """The ledger two folders above that of the run; none where it can't be read."""
    try:
        text = (journal.parents[2] / "ledger.jsonl").read_text() if journal else ""
    except (OSError, IndexError):
        return
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
