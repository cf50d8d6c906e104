"""The kubelet's unit. Its package is another module's business."""

from __future__ import annotations

from phases.engine.context import Context
from phases.fixes.fix import Findings, command


def no_unit(context: Context, _findings: Findings) -> str | None:
    found = context.host.probe(["systemctl", "cat", "kubelet"]).code == 0
    return None if found else "there is no service kubelet: its package comes first"


def enable(context: Context, _findings: Findings) -> None:
    command(context, "systemctl", "enable", "kubelet", undo=("systemctl", "disable", "kubelet"))
