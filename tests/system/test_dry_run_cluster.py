"""A dry run reads the real cluster, writes nothing to it, and sees its own writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from phases.engine.convergence import converge
from phases.system.dry_run_cluster import Changes, DryRunCluster
from phases.system.jws import detached
from phases.system.ports import Cluster, ClusterError, Object, Ref
from phases.system.rehearsal_cluster import CLUSTER_INFO
from tests.fakes import FakeClock, FakeCluster
from tests.system.test_rehearsal_cluster import cluster_info, token

GREETING = Ref("v1", "ConfigMap", "greeting", "kube-system")
DEFINITION: Object = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"kind": "Widget", "plural": "widgets"},
        "scope": "Namespaced",
        "versions": [{"name": "v1"}],
    },
}


def greeting(name: str = "greeting", **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "kube-system", "labels": {"for": name}},
        "data": data,
    }


class Bench:
    """A real cluster that holds a greeting, a stand-in, and clusters of one dry run."""

    def __init__(self) -> None:
        self.real, self.stand_in = FakeCluster(), FakeCluster()
        self.real.create(greeting(word="hello"))
        self.real.writes.clear()
        self.changes = Changes(FakeClock().now)
        self.restarted = False
        self.connections = 0

    def cluster(self) -> DryRunCluster:
        return DryRunCluster(
            self.connect, self.stand_in, self.changes, may_stand_in=lambda: self.restarted
        )

    def connect(self) -> Cluster:
        self.connections += 1
        return self.real


@pytest.fixture
def bench() -> Iterator[Bench]:
    """After every test nothing was written to the real cluster."""
    made = Bench()
    yield made
    assert made.real.writes == []


def test_reads_are_real(bench: Bench) -> None:
    """Objects, lists, kinds and plain paths come from the real cluster as they are there."""
    cluster = bench.cluster()
    assert cluster.get(GREETING) == bench.real.get(GREETING)
    assert cluster.list("v1", "Namespace") == bench.real.list("v1", "Namespace")
    assert cluster.is_namespaced("v1", "ConfigMap")
    assert cluster.fetch("/nothing").status == 404


def test_what_is_as_wanted_stays(bench: Bench) -> None:
    """What holds already, or would be replaced by the same, is no change."""
    cluster = bench.cluster()
    assert converge(cluster, greeting(word="hello")) == "unchanged"
    live = bench.real.get(GREETING)
    assert live is not None
    assert cluster.replace(live) == live
    assert bench.changes.held == {}


def test_own_writes_are_seen_by_the_whole_run(bench: Bench) -> None:
    """Created, changed and deleted objects are so for every kubeconfig of the run."""
    first, second = bench.cluster(), bench.cluster()
    assert converge(first, greeting("new")) == "created"
    assert converge(first, greeting(word="goodbye")) == "updated"
    assert converge(second, greeting("new")) == "unchanged"
    assert converge(second, greeting(word="goodbye")) == "unchanged"
    second.delete(Ref.of(greeting("new")))
    assert first.get(Ref.of(greeting("new"))) is None


def test_a_list_holds_both(bench: Bench) -> None:
    """Own objects stand among the real ones; changed and deleted ones are as the run left them."""
    cluster = bench.cluster()
    cluster.create(greeting("also"))
    found = cluster.list("v1", "ConfigMap", namespace="kube-system")
    assert [one["metadata"]["name"] for one in found] == ["also", "greeting"]
    assert cluster.list("v1", "ConfigMap", selector="for=also") == found[:1]
    assert cluster.list("v1", "ConfigMap", namespace="default") == ()
    cluster.patch(GREETING, {"metadata": {"labels": None}})
    assert cluster.list("v1", "ConfigMap", selector="for=greeting") == ()
    cluster.delete(GREETING)
    assert cluster.list("v1", "ConfigMap", namespace="kube-system") == found[:1]


def test_writes_are_refused_as_by_the_real_one(bench: Bench) -> None:
    """What exists on either side can't be created, what is gone not changed, an old version neither."""
    cluster = bench.cluster()
    cluster.create(greeting("new"))
    for name in ("greeting", "new"):
        with pytest.raises(ClusterError) as caught:
            cluster.create(greeting(name))
        assert (caught.value.status, caught.value.reason) == (409, "AlreadyExists")
    old = cluster.get(GREETING)
    assert old is not None
    newer = cluster.patch(GREETING, {"data": {"word": "newer"}})
    assert newer["metadata"]["resourceVersion"] != old["metadata"]["resourceVersion"]
    assert newer["metadata"]["uid"] == old["metadata"]["uid"]
    with pytest.raises(ClusterError, match="modified"):
        cluster.replace({**old, "data": {}})
    cluster.delete(GREETING)
    with pytest.raises(ClusterError, match="not found"):
        cluster.patch(GREETING, {})
    with pytest.raises(ClusterError, match='namespaces "none" not found'):
        cluster.create({**greeting(), "metadata": {"name": "x", "namespace": "none"}})
    with pytest.raises(ClusterError, match="a namespace is needed"):
        cluster.create({**greeting(), "metadata": {"name": "x"}})


def test_what_is_read_is_the_readers_own(bench: Bench) -> None:
    """Changing what was read changes nothing that is held."""
    cluster = bench.cluster()
    made: Any = cluster.create(greeting("new", word="hello"))
    made["data"]["word"] = "spoilt"
    seen: Any = cluster.get(Ref.of(made))
    seen["data"]["word"] = "spoilt"
    again = cluster.get(Ref.of(made))
    assert again is not None
    assert again["data"] == {"word": "hello"}


def test_a_new_token_signs_cluster_info(bench: Bench) -> None:
    """What the real bootstrap signer would do to a token of the dry run is foreseen."""
    bench.real.create(cluster_info("content"))
    bench.real.writes.clear()
    cluster = bench.cluster()
    cluster.create(token("abcdef", "secret"))
    info = cluster.get(CLUSTER_INFO)
    assert info is not None
    assert info["data"]["jws-kubeconfig-abcdef"] == detached("content", "abcdef", "secret")
    cluster.delete(Ref.of(token("abcdef", "secret")))
    assert (cluster.get(CLUSTER_INFO) or {})["data"] == {"kubeconfig": "content"}


def test_a_kind_that_the_dry_run_brings_is_known(bench: Bench) -> None:
    """Once its definition was created, objects of a kind can be listed and created; not before."""
    cluster = bench.cluster()
    with pytest.raises(ClusterError):
        cluster.list("example.com/v1", "Widget")
    with pytest.raises(ClusterError):
        cluster.is_namespaced("example.com/v1", "Widget")
    cluster.create(DEFINITION)
    assert cluster.list("example.com/v1", "Widget") == ()
    meta = {"name": "w", "namespace": "default"}
    made = cluster.create({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": meta})
    assert cluster.list("example.com/v1", "Widget") == (made,)


def test_a_fresh_machine_has_a_stand_in(bench: Bench) -> None:
    """Without a real API server nothing answers before the kubelet was 'started', a stand-in after."""
    bench.real.up = False
    cluster = bench.cluster()
    with pytest.raises(ClusterError) as caught:
        cluster.fetch("/livez")
    assert caught.value.status == 0
    bench.restarted = True
    assert converge(cluster, greeting("new")) == "created"
    assert bench.stand_in.get(Ref.of(greeting("new"))) is not None


def test_the_real_one_is_preferred_and_kept(bench: Bench) -> None:
    """A restarted kubelet changes nothing where the real one answers, not even if it stops later."""
    bench.restarted = True
    cluster = bench.cluster()
    assert cluster.get(GREETING) is not None
    bench.real.up = False
    with pytest.raises(ClusterError):
        cluster.get(GREETING)
    with pytest.raises(ClusterError):
        bench.cluster().get(GREETING)


def test_the_stand_in_is_kept(bench: Bench) -> None:
    """A run that began with a stand-in doesn't change over to a real cluster midway."""
    bench.real.up, bench.restarted = False, True
    assert bench.cluster().get(GREETING) is None
    bench.real.up = True
    assert bench.cluster().get(GREETING) is None


def test_the_real_one_is_made_late_and_once(bench: Bench) -> None:
    """Nothing is connected to before the first question, and only once for all questions."""
    cluster = bench.cluster()
    assert bench.connections == 0
    cluster.get(GREETING)
    cluster.list("v1", "Node")
    assert bench.connections == 1
