"""Checks of the container runtime."""

from __future__ import annotations

from dataclasses import replace

from tests.checks.bench import Bench


def test_down(bench: Bench) -> None:
    """A runtime that doesn't answer is an error that names the socket and the cause."""
    bench.runtime.down = "/run/cri.sock: no such socket"
    assert bench.finding("CRI").found == (
        "no container runtime answers at /run/cri.sock (no such socket)"
    )
    assert bench.level("CRI") == "error"


def test_down_is_told_once(bench: Bench) -> None:
    """What hangs on the runtime's answer doesn't complain a second time."""
    bench.runtime.down = "no such socket"
    assert not bench.findings("ContainerRuntimeVersion")
    assert not bench.findings("SystemVerification")


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
