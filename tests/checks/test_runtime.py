"""Checks of the container runtime."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.bench import Bench


def test_down(bench: Bench) -> None:
    """A runtime that doesn't answer is an error that names the socket and the cause."""
    bench.runtime.down = "/run/containerd.sock: no such socket"
    assert bench.finding("CRI").found == (
        "no container runtime answers at /run/containerd.sock (no such socket)"
    )
    assert bench.level("CRI") == "error"


def test_down_is_told_once(bench: Bench) -> None:
    """What hangs on the runtime's answer doesn't complain a second time."""
    bench.runtime.down = "no such socket"
    assert not bench.findings("ContainerRuntimeVersion")
    for name in ("CgroupDriver", "SandboxImage", "Leftovers-containers"):
        assert not bench.findings(name)


def test_not_ready(bench: Bench) -> None:
    """A runtime that says it isn't ready is an error that gives its reason."""
    bench.runtime.fact = replace(bench.runtime.fact, ready=False, reason="out of loop devices")
    assert "out of loop devices" in bench.finding("CRI").found
    assert bench.level("CRI") == "error"


def test_too_old(bench: Bench) -> None:
    """A runtime that can't tell its cgroup driver is worth a warning."""
    bench.runtime.fact = replace(bench.runtime.fact, version="1.7.0", cgroup_driver="")
    finding = bench.finding("ContainerRuntimeVersion")
    assert finding.level == "warning"
    assert finding.found.startswith("containerd 1.7.0")


@pytest.mark.parametrize(
    ("runtime", "kubelet", "warns"),
    [
        ("systemd", {}, 0),
        ("cgroupfs", {}, 1),
        ("cgroupfs", {"cgroupDriver": "cgroupfs"}, 0),
        ("systemd", {"cgroupDriver": "cgroupfs"}, 1),
    ],
)
def test_driver(bench: Bench, runtime: str, kubelet: dict[str, str], warns: int) -> None:
    """Kubelet and runtime with different cgroup drivers are worth a warning."""
    bench.runtime.fact = replace(bench.runtime.fact, cgroup_driver=runtime)
    bench.kubelet(**kubelet)
    assert [finding.level for finding in bench.findings("CgroupDriver")] == ["warning"] * warns


@pytest.mark.parametrize(("said", "warns"), [("true", 0), ("false", 1)])
def test_driver_of_an_old_containerd(bench: Bench, said: str, warns: int) -> None:
    """A containerd too old to tell is known by its configuration."""
    bench.runtime.fact = replace(bench.runtime.fact, cgroup_driver="")
    bench.host.answer(
        "containerd config dump", stdout=f"  [x.options]\n    SystemdCgroup = {said}\n"
    )
    assert [finding.level for finding in bench.findings("CgroupDriver")] == ["warning"] * warns


def test_driver_that_nobody_can_tell(bench: Bench) -> None:
    """A runtime whose cgroup driver can't be told isn't blamed for it."""
    bench.runtime.fact = replace(bench.runtime.fact, cgroup_driver="")
    assert not bench.findings("CgroupDriver")


@pytest.mark.parametrize(
    ("image", "warns"),
    [("registry.k8s.io/pause:3.10.2", 0), ("", 0), ("pause:3.9", 1), ("pause:3.10.2", 1)],
)
def test_sandbox(bench: Bench, image: str, warns: int) -> None:
    """Another pause image than the one that is pulled is worth a warning; an unknown one isn't."""
    bench.runtime.fact = replace(bench.runtime.fact, sandbox_image=image)
    found = bench.findings("SandboxImage")
    wanted = {"runtime": "containerd", "image": "registry.k8s.io/pause:3.10.2"}
    assert [(each.level, each.facts) for each in found] == [("warning", wanted)] * warns


def test_sandbox_from_another_registry(bench: Bench) -> None:
    """It is the one of the configured repository that is pulled."""
    bench.cluster(image_repository="mirror.example/k8s")
    assert bench.finding("SandboxImage").facts["image"] == "mirror.example/k8s/pause:3.10.2"


@pytest.mark.parametrize(("program", "warns"), [("crun", 0), ("youki", 0), ("", 1)])
def test_oci_runtime(bench: Bench, program: str, warns: int) -> None:
    """Something has to start containers, be it runc or another."""
    bench.host.remove("/usr/bin/runc")
    if program:
        bench.host.write(f"/usr/bin/{program}", b"", mode=0o755)
    assert [each.level for each in bench.findings("FileExisting-runc")] == ["warning"] * warns


def test_plugins(bench: Bench) -> None:
    """Basic CNI plugins that are missing are named, all of them where there is no folder."""
    bench.host.remove("/opt/cni/bin/portmap")
    assert bench.finding("CNIPlugins").facts == {"folder": "/opt/cni/bin", "missing": ["portmap"]}
    bench.host.remove("/opt/cni/bin")
    assert bench.finding("CNIPlugins").found == (
        "no loopback, bridge, host-local, portmap in /opt/cni/bin"
    )
