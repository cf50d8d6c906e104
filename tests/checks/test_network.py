"""Checks of addresses, ranges, proxies and firewalls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phases.engine.context import Options
from phases.model.types import APIEndpoint, Networking
from tests.checks.bench import EXTERNAL, Bench


def advertise(bench: Bench, address: str) -> None:
    bench.init(local_api_endpoint=APIEndpoint(address, 6443))


def test_an_address_that_is_elsewhere(bench: Bench) -> None:
    """An advertised address that the machine doesn't have is an error that lists those it has."""
    advertise(bench, "192.0.2.99")
    finding = bench.finding("AdvertiseAddress")
    assert finding.level == "error"
    assert finding.needed == "one of 127.0.0.1, 192.0.2.10"


def test_an_address_that_is_a_gateways(bench: Bench) -> None:
    """With etcd elsewhere nothing here has to listen on it: a warning will do."""
    bench.configuration = EXTERNAL
    advertise(bench, "192.0.2.99")
    assert bench.level("AdvertiseAddress") == "warning"


def test_an_address_written_otherwise(bench: Bench) -> None:
    """Addresses are compared as such, not as text."""
    bench.facts(addresses=("fd00::1",))
    advertise(bench, "fd00:0::1")
    assert not bench.findings("AdvertiseAddress")


def test_range_over_a_host_address(bench: Bench) -> None:
    """A range that holds an address of the host is worth a warning that names both."""
    bench.facts(addresses=("127.0.0.1", "192.0.2.10", "10.244.7.1"))
    finding = bench.finding("NetworkRanges")
    assert finding.level == "warning"
    assert finding.found == "podSubnet 10.244.0.0/16 overlaps the host's address 10.244.7.1"


def test_range_over_a_route(bench: Bench) -> None:
    """A range that overlaps a route of the host is worth a warning; the default route isn't one."""
    bench.host.answer("ip -j -4", stdout='[{"dst": "default"}, {"dst": "10.0.0.0/8"}]')
    found = [finding.found for finding in bench.findings("NetworkRanges")]
    assert found == [
        "serviceSubnet 10.96.0.0/12 overlaps the host's route to 10.0.0.0/8",
        "podSubnet 10.244.0.0/16 overlaps the host's route to 10.0.0.0/8",
    ]


def test_ranges_of_a_running_cluster(bench: Bench) -> None:
    """Once our cluster is up, its pods have routes and addresses on the host."""
    bench.facts(addresses=("192.0.2.10", "10.244.0.1"))
    bench.host.answer("ip -j -4", stdout='[{"dst": "10.244.0.0/24"}]')
    bench.plant("/etc/kubernetes/manifests/kube-apiserver.yaml", ours=True)
    assert not bench.findings("NetworkRanges")


def test_advertised_address_in_a_range(bench: Bench) -> None:
    """The advertised address has no place in a range, whatever runs."""
    bench.plant("/etc/kubernetes/manifests/kube-apiserver.yaml", ours=True)
    bench.cluster(networking=Networking("10.96.0.0/12", "192.0.2.0/24"))
    assert "192.0.2.10" in bench.finding("NetworkRanges").found


def test_ranges_of_the_other_family(bench: Bench) -> None:
    """Ranges of IPv6 are compared with routes and addresses of IPv6, and no pod range is fine."""
    bench.cluster(networking=Networking("10.96.0.0/12,fd00::/108", ""))
    bench.host.answer("ip -j -6", stdout='[{"dst": "fd00::/64"}, {"dst": "fe80::1"}]')
    assert "fd00::/64" in bench.finding("NetworkRanges").found


@pytest.mark.parametrize("said", ["", "ip: unrecognized option"])
def test_routes_that_nobody_can_tell(bench: Bench, said: str) -> None:
    """A machine without iproute2 isn't blamed for it."""
    bench.host.answer("ip -j", code=127, stdout=said)
    assert not bench.findings("NetworkRanges")


def proxied(bench: Bench, **environment: str) -> tuple[int, int]:
    """How many warnings there are for the API server, and for the ranges."""
    bench.options = Options(environment=environment)
    api, ranges = bench.findings("HTTPProxy"), bench.findings("HTTPProxyCIDR")
    assert {finding.level for finding in (*api, *ranges)} <= {"warning"}
    return len(api), len(ranges)


@pytest.mark.parametrize(
    ("no_proxy", "warnings"),
    [
        ("", (1, 2)),
        ("*", (0, 0)),
        ("192.0.2.10", (0, 2)),
        ("192.0.2.99/24, 10.96.0.0/12", (0, 1)),
        ("10.0.0.0/8,localhost,.example.org", (1, 0)),
        ("192.0.2.10/33", (1, 2)),
    ],
)
def test_proxy(bench: Bench, no_proxy: str, warnings: tuple[int, int]) -> None:
    """A proxy between the components is worth a warning unless NO_PROXY exempts the address."""
    assert proxied(bench, HTTPS_PROXY="http://proxy:3128", NO_PROXY=no_proxy) == warnings


@pytest.mark.parametrize(
    ("environment", "warnings"),
    [
        ({}, (0, 0)),
        ({"http_proxy": "http://proxy:3128"}, (0, 0)),
        ({"https_proxy": "proxy:3128"}, (1, 2)),
        ({"HTTPS_PROXY": "", "https_proxy": "http://proxy", "no_proxy": "*"}, (0, 0)),
    ],
)
def test_which_variables(
    bench: Bench, environment: dict[str, str], warnings: tuple[int, int]
) -> None:
    """HTTPS_PROXY and NO_PROXY count, in capitals or not, and no others."""
    assert proxied(bench, **environment) == warnings


def test_proxys_password(bench: Bench) -> None:
    """The proxy is named without the credentials in its address."""
    bench.options = Options(environment={"HTTPS_PROXY": "http://me:secret@proxy:3128/"})
    assert bench.finding("HTTPProxy").found.endswith("the proxy http://proxy:3128")


def test_loopback_needs_no_proxy(bench: Bench) -> None:
    """Nothing goes from a machine to itself through a proxy."""
    advertise(bench, "127.0.0.1")
    assert proxied(bench, HTTPS_PROXY="http://proxy")[0] == 0


@pytest.mark.parametrize(
    ("state", "warns"), [("active", 1), ("activating", 1), ("inactive", 0), ("", 0)]
)
def test_firewall(bench: Bench, state: str, warns: int) -> None:
    """A firewalld that is up is worth a warning that names the ports."""
    bench.init(
        local_api_endpoint=replace(bench.configuration.init.local_api_endpoint, bind_port=443)
    )
    bench.host.answer("systemctl is-active firewalld", stdout=f"{state}\n")
    found = bench.findings("Firewalld")
    assert [(f.level, f.needed) for f in found] == [("warning", "ports 443 and 10250 open")] * warns
