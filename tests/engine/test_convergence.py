"""Convergence of cluster objects: what counts as held, what stays, what a race becomes."""

from __future__ import annotations

from typing import Any

import pytest

from phases.engine.convergence import converge, holds, merged
from phases.system.ports import ClusterError, Object, Ref
from tests.fakes import FakeCluster

REF = Ref("v1", "ConfigMap", "thing", "kube-system")


def thing(**data: str) -> dict[str, Any]:
    meta = {"name": "thing", "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


HELD: list[tuple[Any, Any]] = [
    ({"a": 1, "extra": 2}, {"a": 1}),
    ({"a": {"b": [1, {"c": 2, "defaulted": True}]}}, {"a": {"b": [1, {"c": 2}]}}),
    ({"a": (1, 2)}, {"a": [1, 2]}),
    ({}, {"a": ""}),
    ({}, {"a": {}}),
    ({}, {"a": []}),
    ({}, {"a": None}),
    ({}, {"a": {"b": {"c": ""}}}),
    ({"a": None}, {"a": []}),
    ({"a": {}}, {"a": {}}),
    ({"a": 0}, {"a": 0}),
    ({"a": False}, {"a": False}),
]
NOT_HELD: list[tuple[Any, Any]] = [
    ({"a": 1}, {"a": 2}),
    ({}, {"a": 1}),
    ({"a": "1"}, {"a": 1}),
    ({"a": [1, 2]}, {"a": [1]}),
    ({"a": [1]}, {"a": [1, 2]}),
    ({"a": [2, 1]}, {"a": [1, 2]}),
    ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}]}),
    ({"a": "text"}, {"a": {"b": 1}}),
    ({"a": {"b": 1}}, {"a": "text"}),
    ({"a": {"b": 1}}, {"a": [1]}),
    ({"a": [1]}, {"a": []}),
    ({"a": "x"}, {"a": ""}),
    ({}, {"a": 0}),
    ({}, {"a": False}),
    ({"a": "bc"}, {"a": ["b", "c"]}),
    (None, {"a": 1}),
]


@pytest.mark.parametrize(("live", "wanted"), HELD)
def test_what_is_wanted_is_there(live: Any, wanted: Any) -> None:
    """Maps may hold more, lists match item by item, and empty is the same as not there."""
    assert holds(live, wanted)


@pytest.mark.parametrize(("live", "wanted"), NOT_HELD)
def test_what_is_wanted_is_lacking(live: Any, wanted: Any) -> None:
    """A changed value, a lost one, and one element too many are all noticed."""
    assert not holds(live, wanted)


@pytest.mark.parametrize(("live", "wanted"), [*HELD, *NOT_HELD])
def test_merging_gives_what_is_wanted(live: Any, wanted: Any) -> None:
    """Whatever is there, laying what is wanted over it holds it; a second time changes nothing."""
    once = merged(live, wanted)
    assert holds(once, wanted)
    assert merged(once, wanted) == once


def test_an_object_is_created_once() -> None:
    """Created, then left alone without any write."""
    cluster = FakeCluster()
    assert converge(cluster, thing(a="1")) == "created"
    assert converge(cluster, thing(a="1")) == "unchanged"
    assert cluster.writes == ["create ConfigMap kube-system/thing"]


def test_what_others_added_stays() -> None:
    """An update mends what differs and keeps labels, keys and fields of others."""
    cluster = FakeCluster()
    cluster.create({**thing(a="0", jws="signed"), "immutable": False})
    cluster.patch(REF, {"metadata": {"labels": {"team": "x"}}})
    assert converge(cluster, thing(a="1")) == "updated"
    live = cluster.get(REF)
    assert live
    assert live["data"] == {"a": "1", "jws": "signed"}
    assert live["metadata"]["labels"] == {"team": "x"}
    assert live["immutable"] is False


def test_lists_are_replaced_whole() -> None:
    """An extra subject in a binding, which would let somebody in, is taken out again."""
    cluster = FakeCluster()
    binding: dict[str, Any] = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "b"},
        "subjects": [{"kind": "Group", "name": "good"}],
    }
    bad = {"kind": "User", "name": "bad"}
    cluster.create({**binding, "subjects": [*binding["subjects"], bad]})
    assert converge(cluster, binding) == "updated"
    live = cluster.get(Ref.of(binding))
    assert live
    assert live["subjects"] == binding["subjects"]


class Rival(FakeCluster):
    """Somebody else is quicker: the first `times` writes find that the object has changed."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def meddle(self, verb: str) -> None:
        if self.times:
            self.times -= 1
            mine = thing(other=str(self.times))
            if verb == "create":
                super().create(mine)
            else:
                super().patch(REF, {"data": mine["data"]})

    def create(self, thing: Object) -> Object:
        self.meddle("create")
        return super().create(thing)

    def replace(self, thing: Object) -> Object:
        self.meddle("replace")
        return super().replace(thing)


@pytest.mark.parametrize(("there", "times"), [(False, 1), (False, 2), (True, 1), (True, 3)])
def test_a_race_is_decided_by_a_fresh_look(there: bool, times: int) -> None:
    """When another was quicker to create or change an object, both end up in it."""
    cluster = Rival(0)
    if there:
        cluster.create(thing(a="0"))
    cluster.times = times
    assert converge(cluster, thing(a="1")) == "updated"
    live = cluster.get(REF)
    assert live
    assert live["data"] == {"a": "1", "other": "0"}


def test_an_endless_race_is_lost() -> None:
    """Conflict upon conflict ends in the server's own error."""
    with pytest.raises(ClusterError) as caught:
        converge(Rival(100), thing(a="1"))
    assert caught.value.status == 409


@pytest.mark.parametrize("status", [403, 422, 500, 0])
def test_other_refusals_are_told(status: int) -> None:
    """What isn't a conflict is raised at once."""
    cluster = FakeCluster()
    cluster.errors = [ClusterError(status, "Reason", "words")]
    with pytest.raises(ClusterError):
        converge(cluster, thing(a="1"))
    assert cluster.errors == []


class Canonical(FakeCluster):
    """Writes quantities in its own way, as an API server does."""

    def replace(self, thing: Object) -> Object:
        data = {key: {"1024Mi": "1Gi"}.get(value, value) for key, value in thing["data"].items()}
        return super().replace({**thing, "data": data})


def test_what_means_the_same_is_unchanged() -> None:
    """A write that the server takes for what it has is no change, however it spells it."""
    cluster = Canonical()
    cluster.create(thing(memory="1Gi"))
    assert converge(cluster, thing(memory="1024Mi")) == "unchanged"
