"""Whether the controller manager gives kubelets enough time between two signs of life.

A kubelet renews its lease every quarter of nodeLeaseDurationSeconds, 10 s by default; a shorter
node-monitor-grace-period makes healthy nodes NotReady now and then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from phases.model.duration import format_duration, parse_duration
from phases.model.problem import Problem
from phases.model.types import Configuration

FLAG = "node-monitor-grace-period"
LEASE_SECONDS = 40
RENEWALS_A_LEASE = 4
RENEWALS_TO_MISS = 2
"""A grace period of fewer renewals leaves no room for a single late one."""


def liveness_warnings(configuration: Configuration) -> Iterator[Problem]:
    """A grace period too short for how often this configuration's kubelets give a sign of life."""
    lease = (configuration.kubelet or {}).get("nodeLeaseDurationSeconds") or LEASE_SECONDS
    renewal = timedelta(seconds=lease / RENEWALS_A_LEASE)
    for place, arg in enumerate(configuration.cluster.controller_manager.extra_args):
        grace = _period(arg.value) if arg.name == FLAG else None
        if grace is not None and grace < RENEWALS_TO_MISS * renewal:
            yield Problem(
                f"controllerManager.extraArgs[{place}].value",
                f"lets nodes count as lost after {format_duration(grace)}, while their kubelets "
                f"give a sign of life every {format_duration(renewal)}",
                f"Set {FLAG} to at least {format_duration(RENEWALS_TO_MISS * renewal)}, or "
                "nodeLeaseDurationSeconds lower",
            )


def _period(text: str) -> timedelta | None:
    try:
        return parse_duration(text)
    except ValueError:
        return None
