"""The verb `reset`: ends the cluster on this machine and puts back, from the ledger, what was there."""

from __future__ import annotations

import argparse

from phases.engine.request import Request
from tui.init import DECLINED, see_through, started, view_for, wanted
from tui.text import mark

ENDS = mark(
    "This ends the cluster on this machine, deletes its data, and puts back what was here before."
)


def run(arguments: argparse.Namespace) -> int:
    """Resets to the end and returns the engine's exit code."""
    request = Request(
        workflow="reset",
        flags={"cri-socket": arguments.cri_socket} if arguments.cri_socket else {},
        mode="dry-run" if arguments.dry_run else "real",
    )
    if not wanted(request, arguments, ENDS):
        return DECLINED
    return see_through(started(request), view_for(as_json=arguments.json, detail=arguments.v or 0))
