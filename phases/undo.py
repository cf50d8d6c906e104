"""Takes back what this program changed on this machine, from the ledger: fixes alone, or everything.

What the cluster itself has left lying about is the business of the phase `cleanup-node`. kubeadm has
nothing like it: its reset removes what it knows, whatever was there before.
"""

from __future__ import annotations

from phases.engine.context import Context
from phases.engine.errors import ForeignState
from phases.engine.ledger import Entry
from phases.engine.phase import Phase
from phases.engine.undo import is_ours_to_take_back, take_back

FIXES = "prepare"
"""The phase whose changes are fixes."""

UNDOING = ("undo", "cleanup-node")
"""The phases whose own changes are never taken back."""


def run(context: Context) -> None:
    """A cluster stands on what was mended before it: it goes first, or the one takes the other's place."""
    if context.options.workflow == "undo" and context.past.has_cluster:
        raise ForeignState(
            "cluster-stands",
            "there is a cluster on this machine, which stands on what was mended",
            where=context.phase,
            remedy="Nothing was changed. `kubeboot-tui reset` ends it, and takes everything back",
        )
    take_back(context, [entry for entry in context.past.entries() if is_asked(context, entry)])
    if context.options.workflow == "reset":
        context.past.settle(filter(is_over, context.past.entries()))
        context.past.forget()


def is_over(entry: Entry) -> bool:
    """Whether an entry tells of a cluster that is no more, and not of what still stands here."""
    return entry.phase in UNDOING or not is_ours_to_take_back(entry)


def is_asked(context: Context, entry: Entry) -> bool:
    """Whether the change is among those to take back: all of them, all fixes, or the fixes named."""
    if entry.phase in UNDOING or not is_ours_to_take_back(entry):
        return False
    if context.options.workflow == "reset":
        return True
    wanted = context.options.fixes
    return entry.phase == FIXES and (not wanted or entry.step in wanted)


PHASE = Phase(
    name="undo",
    title="Put back what was there",
    after=("cleanup-node",),
    workflows=("undo", "reset"),
    run=run,
)
