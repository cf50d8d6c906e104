"""Brings one object of the cluster to what is wanted: create it, change the difference, or leave it.

An object is as wanted when it holds everything that is asked for; what the API server or other
controllers added is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from phases.system.ports import Cluster, ClusterError, Object, Ref

Change = Literal["created", "updated", "unchanged"]

TRIES = 5
CONFLICT = 409


def converge(cluster: Cluster, wanted: Object) -> Change:
    """Creates or updates an object so that it holds what is wanted. Errors are ClusterErrors.

    When somebody else is quicker, creating or changing it, a fresh look decides what is left to do.
    """
    for _ in range(TRIES - 1):
        try:
            return _converge(cluster, wanted)
        except ClusterError as error:
            if error.status != CONFLICT:
                raise
    return _converge(cluster, wanted)


def _converge(cluster: Cluster, wanted: Object) -> Change:
    live = cluster.get(Ref.of(wanted))
    if live is None:
        cluster.create(wanted)
        return "created"
    if holds(live, wanted):
        return "unchanged"
    return "updated" if differ(live, cluster.replace(merged(live, wanted))) else "unchanged"


def differ(before: Object, after: Object) -> bool:
    """Whether a write changed an object.

    What means the same to the server (memory of 1024Mi and 1Gi) leaves its version as it was.
    """
    version = after["metadata"].get("resourceVersion")
    return version is None or version != before["metadata"].get("resourceVersion")


def holds(live: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there: maps may hold more, lists must match item by item."""
    if isinstance(wanted, Mapping):
        there = {} if live is None else live
        return isinstance(there, Mapping) and all(
            holds(there.get(key), value) for key, value in wanted.items()
        )
    if _is_list(wanted):
        same_length = _is_list(live or ()) and len(live or ()) == len(wanted)
        return same_length and all(map(holds, live or (), wanted))
    return bool(_empty_is_none(live) == _empty_is_none(wanted))


def merged(live: Any, wanted: Any) -> Any:
    """The live thing with what is wanted laid over it: maps grow together, lists are replaced whole."""
    if not (isinstance(live, Mapping) and isinstance(wanted, Mapping)):
        return wanted
    return {**live, **{key: merged(live.get(key), value) for key, value in wanted.items()}}


def describe(thing: Object) -> Mapping[str, str]:
    """What a panel says of an object; never its content."""
    meta = thing["metadata"]
    return {"kind": thing["kind"], "name": meta["name"], "namespace": meta.get("namespace", "")}


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _empty_is_none(value: Any) -> Any:
    """The API server drops empty values: an empty map, list or text and none at all are the same."""
    return None if value in ({}, [], (), "", None) else value
