"""Brings one object of the cluster to what is wanted: create it, change the difference, or leave it.

An object is as wanted when it holds everything that is asked for; what the API server or other
controllers added is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from phases.system.ports import Cluster, ClusterError, Object, Ref

Change = Literal["created", "updated", "unchanged"]


def converge(cluster: Cluster, wanted: Object) -> Change:
    """Creates or updates an object so that it holds what is wanted. Errors are ClusterErrors."""
    ref = Ref.of(wanted)
    live = cluster.get(ref)
    if live is None:
        return _create(cluster, wanted)
    if holds(live, wanted):
        return "unchanged"
    cluster.replace(merged(live, wanted))
    return "updated"


def _create(cluster: Cluster, wanted: Object) -> Change:
    try:
        cluster.create(wanted)
    except ClusterError as error:
        if error.status != 409:
            raise
        return converge(cluster, wanted)
    return "created"


def holds(live: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there: maps may hold more, lists must match item by item."""
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(
            holds(live.get(key), value) for key, value in wanted.items()
        )
    if _is_list(wanted):
        same_length = _is_list(live or ()) and len(live or ()) == len(wanted)
        return same_length and all(map(holds, live or (), wanted))
    return bool(_empty_is_none(live) == _empty_is_none(wanted))


def merged(live: Any, wanted: Any) -> Any:
    """The live thing with what is wanted laid over it; data of config maps and rules are replaced whole."""
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
