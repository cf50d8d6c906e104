"""Takes fixes back, from the ledger. The cluster itself is another workflow's to remove."""

from __future__ import annotations

from phases.engine.context import Context
from phases.engine.ledger import Entry
from phases.engine.phase import Phase
from phases.engine.undo import is_ours_to_take_back, take_back

FIXES = "prepare"
"""The phase whose changes are fixes."""


def run(context: Context) -> None:
    """The fixes that were asked for, or all of them."""
    take_back(context, [entry for entry in context.past.entries() if asked(context, entry)])


def asked(context: Context, entry: Entry) -> bool:
    wanted = context.options.fixes
    return (
        entry.phase == FIXES
        and is_ours_to_take_back(entry)
        and (not wanted or entry.step in wanted)
    )


PHASE = Phase(name="undo", title="Take fixes back", workflows=("undo",), run=run)
