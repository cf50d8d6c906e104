"""The network plugin: order, namespaces, kinds, convergence, and how long this node is waited for."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from phases import network
from phases.engine.context import Options
from phases.engine.errors import PhaseError
from phases.render import manifest
from phases.system.ports import ClusterError, Ref
from tests.engine.bench import Bench

NODE = Ref("v1", "Node", "master")
PLUGIN = """\
{apiVersion: example.com/v1, kind: Gadget, metadata: {name: g, namespace: stray}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: cm, namespace: net}, data: {a: "1"}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  {group: example.com, scope: Cluster, names: {kind: Gadget, plural: gadgets},
   versions: [{name: v0, served: false}, {name: v1, served: true}]}
---
{apiVersion: v1, kind: Namespace, metadata: {name: net}}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A master that waits for its plugin."""
    bench = Bench(tmp_path)
    bench.fakes.host.make_directory("/etc/kubernetes", mode=0o755)
    bench.fakes.host.write("/etc/kubernetes/admin.conf", b"", mode=0o600)
    bench.options = asking(PLUGIN)
    return bench


def asking(text: str) -> Options:
    return Options(network=manifest.parse(text, name="m"), network_source="plugin.yaml")


def make_ready(bench: Bench) -> None:
    cluster = bench.fakes.cluster
    node = dict(cluster.get(NODE) or {})
    cluster.replace({**node, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})


def test_it_is_applied_in_an_order_that_works(bench: Bench) -> None:
    """Namespace and definition first; what names no namespace is in default, cluster kinds in none."""
    make_ready(bench)
    bench.run(network.PHASE)
    assert bench.effects() == [
        "create Namespace net",
        "create CustomResourceDefinition gadgets.example.com",
        "create Gadget g",
        "create ServiceAccount default/sa",
        "create ConfigMap net/cm",
    ]


def test_a_second_run_changes_nothing_and_a_third_mends(bench: Bench) -> None:
    """Objects converge: only what differs is written, and what others added stays."""
    make_ready(bench)
    bench.run(network.PHASE)
    assert bench.run(network.PHASE) == 0
    ref = Ref("v1", "ConfigMap", "cm", "net")
    bench.fakes.cluster.patch(ref, {"data": {"a": "2", "b": "3"}})
    assert bench.run(network.PHASE) == 1
    assert (bench.fakes.cluster.get(ref) or {})["data"] == {"a": "1", "b": "3"}


def test_the_summary_is_shown(bench: Bench) -> None:
    """A panel tells what the manifest brings, before anything is applied."""
    make_ready(bench)
    bench.run(network.PHASE)
    data = bench.reports("network")["plugin.yaml"]
    assert ["Gadget", 1] in data["kinds"]  # type: ignore[operator]
    kinds = [type(event).__name__ for event in bench.told(object)]
    assert kinds.index("Report") < kinds.index("Effect")


@pytest.mark.parametrize(
    "kind", ["{apiVersion: example.com/v2, kind: Gadget, metadata: {name: g}}"]
)
def test_an_unknown_kind_stops_it_before_anything_is_applied(bench: Bench, kind: str) -> None:
    """A kind that neither the cluster nor the manifest knows: an error, and no effect at all."""
    bench.options = asking(f"{PLUGIN}---\n{kind}\n")
    with pytest.raises(PhaseError) as caught:
        bench.run(network.PHASE)
    assert caught.value.code == "unknown-kind"
    assert "Gadget of example.com/v2" in str(caught.value)
    assert bench.effects() == []


def test_a_definition_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its objects come when its kind is served, and not before."""
    make_ready(bench)
    cluster, looks = bench.fakes.cluster, count(1)
    inner = cluster.list

    def later(api_version: str, kind: str, **more: Any) -> Any:
        if kind == "Gadget" and next(looks) < 4:
            assert "create Gadget g" not in cluster.writes
            raise ClusterError(404, "NotFound", "the server could not find the requested resource")
        return inner(api_version, kind, **more)

    monkeypatch.setattr(cluster, "list", later)
    bench.run(network.PHASE)
    assert "create Gadget g" in cluster.writes
    assert len(bench.fakes.clock.waits) == 3


def test_a_definition_that_is_never_served(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time for API calls it is an error with the server's own reason."""

    def never(*_: Any, **__: Any) -> Any:
        raise ClusterError(404, "NotFound", "")

    monkeypatch.setattr(bench.fakes.cluster, "list", never)
    with pytest.raises(PhaseError) as caught:
        bench.run(network.PHASE)
    assert caught.value.code == "unserved-kind"
    assert 60 <= bench.fakes.clock.monotonic() < 70


def test_this_node_is_waited_for(bench: Bench) -> None:
    """The phase ends when the node is Ready, and tells what it lacked until then."""
    bench.fakes.clock.on_wait = lambda: (
        make_ready(bench) if bench.fakes.clock.monotonic() > 3 else None
    )
    bench.run(network.PHASE)
    assert bench.reports("node")["master"] == {"state": "Ready", "lacks": ""}
    assert 3 < bench.fakes.clock.monotonic() < 5


def test_a_node_that_does_not_get_ready_is_a_warning(bench: Bench) -> None:
    """After three minutes the run goes on with a warning that tells why."""
    bench.run(network.PHASE)
    assert 180 <= bench.fakes.clock.monotonic() < 182
    assert bench.reports("node")["master"]["state"] == "NotReady"
    (warned,) = [e.text for e in bench.told(object) if type(e).__name__ == "Warned"]  # type: ignore[attr-defined]
    assert "master isn't Ready 180 s after" in warned
    assert "a rehearsal has no kubelet" in warned


def test_nothing_is_waited_for_in_a_rehearsal(bench: Bench) -> None:
    """No plugin starts there."""
    bench.options = replace(bench.options, mode="rehearsal")
    assert bench.run(network.PHASE) == 5
    assert bench.fakes.clock.waits == []


def test_without_a_manifest_it_says_what_that_means(bench: Bench) -> None:
    """The node stays NotReady; where it is Ready all the same, that is said instead."""
    bench.options = Options()
    context = bench.context("network")
    assert network.skip(context) == network.NONE
    make_ready(bench)
    assert network.skip(context) == network.HAS_ONE
    bench.fakes.cluster.errors = [ClusterError(0, "Unreachable", "")]
    assert network.skip(context) == network.NONE
    bench.fakes.host.remove("/etc/kubernetes/admin.conf")
    assert network.skip(context) == network.NONE
