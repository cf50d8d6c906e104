"""What makes a node a control plane's: labels, and the taints that keep other pods away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from phases.model.types import Configuration, Taint

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
LABELS = (CONTROL_PLANE, "node.kubernetes.io/exclude-from-external-load-balancers")
DEFAULT_TAINTS = (Taint(CONTROL_PLANE, "NoSchedule"),)


def node_change(configuration: Configuration, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is missing on a node, as a JSON merge patch; empty when nothing is.

    Taints that the node has already stay, behind the configuration's.
    """
    labels = node["metadata"].get("labels") or {}
    missing = {name: "" for name in LABELS if labels.get(name) != ""}
    found = node.get("spec", {}).get("taints") or []
    wanted = merged_taints(configuration, found)
    return {
        **({"metadata": {"labels": missing}} if missing else {}),
        **({"spec": {"taints": wanted}} if wanted != found and not _same(wanted, found) else {}),
    }


def merged_taints(
    configuration: Configuration, found: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The configuration's taints and then the node's others."""
    given = configuration.init.node_registration.taints
    wanted = [_entry(taint) for taint in (DEFAULT_TAINTS if given is None else given)]
    return [*wanted, *(taint for taint in found if taint not in wanted)]


def _entry(taint: Taint) -> Mapping[str, Any]:
    given = {"timeAdded": taint.time_added, "value": taint.value}
    return {
        "effect": taint.effect,
        "key": taint.key,
        **{key: text for key, text in given.items() if text},
    }


def _same(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Whether both hold the same, in any order."""
    return len(left) == len(right) and all(item in right for item in left)
