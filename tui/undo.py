"""The verb `undo`: takes back what was mended on this machine, exactly, from the ledger."""

from __future__ import annotations

import argparse

from phases.engine.request import Request
from tui.init import DECLINED, see_through, started, view_for, wanted
from tui.text import mark

TAKES_BACK = mark("This takes back what kubeboot-tui has mended on this machine.")


def run(arguments: argparse.Namespace) -> int:
    """Undoes to the end and returns the engine's exit code."""
    request = Request(workflow="undo", fixes=tuple(arguments.fixes or ()))
    if not wanted(request, arguments, TAKES_BACK):
        return DECLINED
    return see_through(started(request), view_for(as_json=arguments.json, detail=arguments.v or 0))
