"""Swap, off now and after the next start."""

from __future__ import annotations

import re

from phases.engine.context import Context
from phases.fixes.fix import Findings, command, edit

FSTAB = "/etc/fstab"
MARK = "# off for Kubernetes, by kubeboot-tui: "


def off(context: Context, _findings: Findings) -> None:
    """The devices first: undo goes the other way, and finds a fstab that knows them."""
    for device in devices(context):
        command(context, "swapoff", device, undo=("swapon", device), timeout=600)
    if before := context.read(FSTAB):
        edit(context, FSTAB, without_swap(before))


def devices(context: Context) -> list[str]:
    """What swaps now; the first line of the list is a heading."""
    rows = (context.read("/proc/swaps") or b"").decode(errors="replace").splitlines()[1:]
    return [row.split()[0] for row in rows if row.strip()]


def without_swap(fstab: bytes) -> bytes:
    """Lines of type swap become comments; everything else stays as it is, byte for byte."""
    return re.sub(rb"(?m)^(?=[ \t]*[^#\s]\S*[ \t]+\S+[ \t]+swap(?:\s|$))", MARK.encode(), fstab)
