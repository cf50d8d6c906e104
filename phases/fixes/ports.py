"""Services that hold ports which Kubernetes needs. A process of no service is its owner's to end."""

from __future__ import annotations

from collections.abc import Iterator

from phases.engine.context import Context
from phases.fixes.fix import Findings, command


def no_unit(_context: Context, findings: Findings) -> str | None:
    """Why a port can't be freed: who holds it belongs to no service."""
    held = [holder for finding in findings for holder in finding.facts.get("holders", ())]
    loose = [f"{holder['process']} (pid {holder['pid']})" for holder in held if not holder["unit"]]
    if not held:
        return "who holds the port isn't known"
    return f"{', '.join(loose)} belongs to no service: end it by hand" if loose else None


def free(context: Context, findings: Findings) -> None:
    """Stopped, and not started with the machine any more."""
    for unit in dict.fromkeys(units(findings)):
        stop = ("systemctl", "stop", unit)
        command(context, *stop, undo=("systemctl", "start", unit))
        if context.host.probe(("systemctl", "is-enabled", "--quiet", unit)).code == 0:
            undo = ("systemctl", "enable", unit)
            command(context, "systemctl", "disable", unit, undo=undo)


def units(findings: Findings) -> Iterator[str]:
    for finding in findings:
        yield from (str(holder["unit"]) for holder in finding.facts.get("holders", ()))
