"""What is told of components that don't get healthy: the sick first, etcd only where it stumbles."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from phases.engine.testimony import control_plane_testimony
from phases.system.ports import ContainerFact
from tests.engine.bench import Bench


def container(
    name: str, state: Literal["running", "exited"], attempt: int = 0, code: int = 0
) -> ContainerFact:
    log = f"/var/log/{name}-{attempt}.log"
    return ContainerFact(f"{name}{attempt}", name, f"{name}-node1", state, attempt, code, "", log)


def told(folder: Path, *containers: ContainerFact) -> str:
    """The testimony with the API server sick, each container's log saying whose it is."""
    bench = Bench(folder)
    bench.fakes.runtime.running = containers
    bench.fakes.host.make_directory("/var/log", mode=0o755)
    for fact in containers:
        line = f"2026-11-23T15:15:11.9Z stderr F last words of {fact.id}\n"
        bench.fakes.host.write(fact.log_path, line.encode(), mode=0o600)
    return control_plane_testimony(bench.context(), ["kube-apiserver"])


def test_the_newest_container_speaks(tmp_path: Path) -> None:
    """Of a component's containers the newest is quoted, without the runtime's time stamp."""
    old, new = (container("kube-apiserver", "exited", n, 1) for n in (0, 1))
    assert told(tmp_path, old, new).splitlines() == [
        "kube-apiserver: exited with code 1, 1 restarts",
        "last words of kube-apiserver1",
    ]


def test_a_new_pod_speaks_before_an_old_one(tmp_path: Path) -> None:
    """A mended manifest makes another pod, whose attempts are counted from 0 again."""
    old, new = (container("kube-apiserver", "exited", n, 1) for n in (2, 0))
    assert "last words of kube-apiserver0" in told(tmp_path, old, new)


def test_a_running_etcd_is_not_blamed(tmp_path: Path) -> None:
    """etcd that runs without a restart says nothing; one that stumbles is heard after the sick."""
    sick = container("kube-apiserver", "exited", 2, 1)
    assert "etcd" not in told(tmp_path / "a", sick, container("etcd", "running"))
    restarted = told(tmp_path / "b", sick, container("etcd", "running", 1))
    assert restarted.index("kube-apiserver") < restarted.index("last words of etcd1")
    assert "etcd: exited with code 2" in told(
        tmp_path / "c", sick, container("etcd", "exited", 0, 2)
    )


def test_no_container_at_all(tmp_path: Path) -> None:
    """A component that the kubelet never started is said to have no container; then the kubelet speaks."""
    assert told(tmp_path).splitlines() == [
        "kube-apiserver: the kubelet has started no container for it",
        "kubelet: the kubelet has said nothing",
    ]
