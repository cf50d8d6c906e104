"""Checks of the kubelet's unit."""

from __future__ import annotations

import pytest

from tests.checks.bench import UNIT, Bench

UNIT_ALONE = "[Service]\nExecStart=/usr/bin/kubelet\n"


def levels(bench: Bench, name: str) -> list[str]:
    return [finding.level for finding in bench.findings(name)]


@pytest.mark.parametrize("code", [127, 1])
def test_no_service(bench: Bench, code: int) -> None:
    """Without systemd or without the unit there is a warning, as in kubeadm."""
    bench.host.answer("systemctl cat kubelet", code=code)
    assert levels(bench, "Service-kubelet") == ["warning"]


def test_service_that_is_not_enabled(bench: Bench) -> None:
    """A unit that won't start with the machine is worth a warning that tells the command."""
    bench.host.answer("systemctl is-enabled kubelet", code=1, stdout="disabled\n")
    assert bench.level("Service-kubelet") == "warning"
    assert "systemctl enable kubelet" in bench.finding("Service-kubelet").remedy


def test_no_drop_in(bench: Bench) -> None:
    """A unit that passes the kubelet nothing is an error: it would never look for a cluster."""
    bench.host.answer("systemctl cat kubelet", stdout=UNIT_ALONE)
    finding, _ = bench.findings("KubeletDropIn")
    assert finding.level == "error"
    assert finding.found == "kubelet.service doesn't pass --kubeconfig and --config"


def test_only_to_bootstrap(bench: Bench) -> None:
    """The flag for the bootstrap kubeconfig doesn't stand in for the one that counts."""
    unit = UNIT.replace(" --kubeconfig=/k.conf", "")
    bench.host.answer("systemctl cat kubelet", stdout=unit)
    assert bench.finding("KubeletDropIn").found == "kubelet.service doesn't pass --kubeconfig"


def test_a_flag_that_begins_alike(bench: Bench) -> None:
    """A longer flag that begins with the same word doesn't count either."""
    unit = UNIT.replace("--config=", "--config-dir=")
    bench.host.answer("systemctl cat kubelet", stdout=unit)
    assert bench.finding("KubeletDropIn").found == "kubelet.service doesn't pass --config"


def test_a_drop_in_that_is_commented_out(bench: Bench) -> None:
    """What stands in comments isn't passed."""
    commented = "".join(f"# {line}\n" for line in UNIT.splitlines())
    bench.host.answer("systemctl cat kubelet", stdout=commented)
    assert levels(bench, "KubeletDropIn") == ["error", "warning"]


def test_flags_in_an_environment_file(bench: Bench) -> None:
    """Flags may as well come from a file that the unit reads."""
    bench.plant("/etc/default/kubelet", "ARGS=--kubeconfig=/k.conf --config=/c.yaml")
    unit = f"EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\n{UNIT_ALONE}"
    bench.host.answer("systemctl cat kubelet", stdout=unit)
    assert levels(bench, "KubeletDropIn") == ["error"]
    unit += "EnvironmentFile=/etc/default/kubelet\n"
    bench.host.answer("systemctl cat kubelet", stdout=unit)
    assert levels(bench, "KubeletDropIn") == []


def test_a_unit_that_reads_no_flags(bench: Bench) -> None:
    """A unit that ignores kubeadm-flags.env is worth a warning."""
    bench.host.answer("systemctl cat kubelet", stdout=UNIT.replace("kubeadm-flags.env", "x"))
    assert levels(bench, "KubeletDropIn") == ["warning"]


@pytest.mark.parametrize(("code", "found"), [(1, ["error"]), (127, [])])
def test_drop_in_without_a_unit(bench: Bench, code: int, found: list[str]) -> None:
    """Without a unit no kubelet will ever start; without systemd nobody can tell."""
    bench.host.answer("systemctl cat kubelet", code=code)
    assert levels(bench, "KubeletDropIn") == found
