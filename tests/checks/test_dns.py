"""Checks of name resolution."""

from __future__ import annotations

import re

import pytest

from tests.checks.bench import Bench

RESOLVED = "/run/systemd/resolve/resolv.conf"


def resolv_conf(bench: Bench, *lines: str, path: str = "/etc/resolv.conf") -> None:
    bench.plant(path, "\n".join(lines) + "\n")


@pytest.mark.parametrize("server", ["127.0.0.53", "127.0.0.1", "::1"])
def test_loop(bench: Bench, server: str) -> None:
    """A loopback address among the servers is worth a warning: in a pod that is the pod itself."""
    resolv_conf(bench, "# a stub", "nameserver 192.0.2.53", f"nameserver {server}")
    finding = bench.finding("Resolver")
    assert (finding.level, finding.found) == ("warning", f"/etc/resolv.conf names {server}")
    assert finding.facts == {"path": "/etc/resolv.conf", "servers": [server]}


@pytest.mark.parametrize("line", ["", "search example.org", "#nameserver 192.0.2.53", "nameserver"])
def test_no_server(bench: Bench, line: str) -> None:
    """So is a file that names none."""
    resolv_conf(bench, line)
    assert bench.finding("Resolver").found == "/etc/resolv.conf names no nameserver"


def test_no_resolv_conf(bench: Bench) -> None:
    """And one that isn't there."""
    bench.host.remove("/etc/resolv.conf")
    assert bench.level("Resolver") == "warning"


@pytest.mark.parametrize("server", ["192.0.2.53", "fe80::1%eth0", "2001:db8::53"])
def test_good_servers(bench: Bench, server: str) -> None:
    """Addresses of others pass."""
    resolv_conf(bench, f"nameserver {server}")
    assert not bench.findings("Resolver")


def test_stub_of_systemd(bench: Bench) -> None:
    """Where systemd-resolved runs the kubelet is given the file behind its stub, as kubeadm has it."""
    resolv_conf(bench, "nameserver 127.0.0.53")
    resolv_conf(bench, "nameserver 192.0.2.53", path=RESOLVED)
    assert not bench.findings("Resolver")
    bench.host.answer("systemctl is-active systemd-resolved", code=3)
    assert bench.level("Resolver") == "warning"


def test_file_that_the_kubelet_is_told(bench: Bench) -> None:
    """A resolvConf of the operator's counts, whatever else is there."""
    resolv_conf(bench, "nameserver 127.0.0.53", path="/etc/kubelet/resolv.conf")
    bench.kubelet(resolvConf="/etc/kubelet/resolv.conf")
    assert bench.finding("Resolver").facts["path"] == "/etc/kubelet/resolv.conf"


def test_wildcard(bench: Bench) -> None:
    """A search domain that answers to a name nobody gave is worth a warning that names it."""
    resolv_conf(
        bench, "search old.example", "search good.example bad.example", "nameserver 1.1.1.1"
    )
    bench.host.answer("getent ahosts kubeboot-", code=2)
    bench.host.answer(wild("bad.example"), stdout="203.0.113.1  STREAM\n")
    finding = bench.finding("SearchDomain")
    assert finding.found == "the search domain bad.example answers to any name"
    asked = [argv[2] for argv in bench.host.probed if argv[0] == "getent"]
    assert [name.partition(".")[2] for name in asked] == ["good.example.", "bad.example."]


def wild(domain: str) -> re.Pattern[str]:
    return re.compile(rf"getent ahosts kubeboot-\w+\.{re.escape(domain)}\.")


@pytest.mark.parametrize("code", [2, 124, 127])
def test_no_wildcard(bench: Bench, code: int) -> None:
    """A domain that doesn't answer, in time or at all, isn't blamed; nor is the root."""
    resolv_conf(bench, "search . example.org", "nameserver 1.1.1.1")
    bench.host.answer("getent", code=code)
    assert not bench.findings("SearchDomain")


@pytest.mark.parametrize(
    ("endpoint", "code", "warns"),
    [
        ("cp.example.org:6443", 2, 1),
        ("cp.example.org", 0, 0),
        ("cp.example.org:6443", 124, 0),
        ("192.0.2.7:6443", 2, 0),
        ("[fd00::7]:6443", 2, 0),
        ("", 2, 0),
    ],
)
def test_endpoint(bench: Bench, endpoint: str, code: int, warns: int) -> None:
    """An endpoint's name that nobody knows is worth a warning; an address needs no name."""
    bench.cluster(control_plane_endpoint=endpoint)
    bench.host.answer("getent", code=code)
    found = [each.found for each in bench.findings("ControlPlaneEndpoint")]
    assert found == ["cp.example.org can't be resolved"] * warns
