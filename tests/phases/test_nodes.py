"""The desk: it tells what changes, survives a silent API server, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phases import nodes
from phases.engine import desk
from phases.engine.errors import Cancelled, RunInProgress
from phases.engine.lock import Lock
from phases.system.ports import ClusterError, Ref
from tests.engine.bench import Bench

NODE = Ref("v1", "Node", "master")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.fakes.host.make_directory("/etc/kubernetes", mode=0o755)
    bench.fakes.host.write("/etc/kubernetes/admin.conf", b"", mode=0o600)
    return bench


def watch(bench: Bench, *scenes: Any, looks: int = 0) -> None:
    """Runs the desk: a scene is played after each look, then it is asked to stop."""
    left = [*scenes, *([lambda: None] * looks)]

    def on_wait() -> None:
        if left:
            left.pop(0)()
        else:
            bench.stop.ask(15)

    bench.fakes.clock.on_wait = on_wait
    with pytest.raises(Cancelled):
        bench.run(nodes.PHASE)


def told(bench: Bench, name: str) -> list[dict[str, Any]]:
    return [
        dict(event.data)  # type: ignore[attr-defined]
        for event in bench.told(object)
        if getattr(event, "topic", "") == "node" and event.item == name  # type: ignore[attr-defined]
    ]


def test_only_what_changes_is_told(bench: Bench) -> None:
    """Many looks at the same node make one report; a change makes one more."""
    cluster = bench.fakes.cluster
    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    watch(bench, lambda: None, lambda: cluster.patch(NODE, ready), looks=5)
    assert [one["state"] for one in told(bench, "master")] == ["NotReady", "Ready"]
    assert told(bench, "master")[0].keys() == {
        "state", "roles", "version", "since", "lacks", "address",
    }  # fmt: skip


def test_a_node_that_goes_is_told(bench: Bench) -> None:
    """A Node that was deleted is gone."""
    other = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n2"}}
    ref = Ref("v1", "Node", "n2")
    cluster = bench.fakes.cluster
    watch(bench, lambda: cluster.create(other), lambda: cluster.delete(ref), looks=1)
    assert [one["state"] for one in told(bench, "n2")] == ["NotReady", "gone"]


def test_it_changes_nothing(bench: Bench) -> None:
    """Not one write, and nothing in the ledger."""
    watch(bench, looks=3)
    assert bench.fakes.cluster.writes == []
    assert bench.effects() == []


def test_a_silent_api_server_is_told_and_asked_again(bench: Bench) -> None:
    """The desk outlives it, and says when it answers again."""
    cluster = bench.fakes.cluster
    error = ClusterError(0, "Unreachable", "connection refused")
    watch(bench, lambda: cluster.errors.append(error), looks=3)
    answers = [
        event.data["answer"]  # type: ignore[attr-defined]
        for event in bench.told(object)
        if getattr(event, "topic", "") == "health"
    ]
    assert answers == ["ok", "connection refused", "ok"]


def test_pods_are_asked_only_when_a_node_is_not_ready(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They can be many; one that can't be had is no reason to stop."""
    cluster, asked = bench.fakes.cluster, []
    inner = cluster.list

    def noted(api_version: str, kind: str, **more: Any) -> Any:
        asked.append(kind)
        if kind == "Pod":
            raise ClusterError(0, "Garbled", "an answer of more than 33554432 bytes")
        return inner(api_version, kind, **more)

    monkeypatch.setattr(cluster, "list", noted)
    watch(bench, looks=1)
    assert asked.count("Pod") == 2
    cluster.patch(NODE, {"status": {"conditions": [{"type": "Ready", "status": "True"}]}})
    asked.clear()
    bench.stop.signal = 0
    watch(bench, looks=1)
    assert "Pod" not in asked


def test_the_pause_grows_with_the_look(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look of two seconds is followed by eight of rest; a quick one by one."""
    cluster, clock = bench.fakes.cluster, bench.fakes.clock
    watch(bench, looks=1)
    assert set(clock.waits) == {1.0}
    inner = cluster.list

    def slow(api_version: str, kind: str, **more: Any) -> Any:
        clock._passed += 2 if kind == "Node" else 0
        return inner(api_version, kind, **more)

    monkeypatch.setattr(cluster, "list", slow)
    bench.stop.signal = 0
    clock.waits.clear()
    watch(bench)
    assert clock.waits == [8.0]


def test_a_desk_has_a_place_of_its_own(tmp_path: Path) -> None:
    """Apart from the runs, locked while it lives; two are in nobody's way."""
    one, other = desk.open_place(tmp_path), desk.open_place(tmp_path)
    assert one.run.parent == tmp_path / "desk/runs"
    assert one.run != other.run
    assert one.state == one.run
    assert not list(tmp_path.glob("runs"))
    with pytest.raises(RunInProgress):
        Lock(one.run / "lock")


def test_what_a_dead_desk_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old folder without its lock goes; one that lives or is just opening stays."""
    alive = desk.open_place(tmp_path).run
    dead, young = alive.parent / "dead", alive.parent / "young"
    dead.mkdir()
    young.mkdir()
    desk.open_place(tmp_path)
    assert dead.exists()
    monkeypatch.setattr(desk, "FRESH", -1.0)
    desk.open_place(tmp_path)
    assert alive.exists()
    assert not dead.exists()
    assert not young.exists()
