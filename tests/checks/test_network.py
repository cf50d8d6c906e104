"""Checks of addresses, routes, ranges and proxies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phases.checks.table import Kind
from phases.engine.context import Options
from phases.model.types import APIEndpoint, Arg, Networking
from tests.checks.bench import EXTERNAL, LOCAL, Bench


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
    bench.plant("/var/lib/kubelet/config.yaml", ours=True)
    assert not bench.findings("NetworkRanges")


def test_advertised_address_in_a_range(bench: Bench) -> None:
    """The advertised address has no place in a range, whatever runs."""
    bench.plant("/var/lib/kubelet/config.yaml", ours=True)
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


def test_the_line_for_no_proxy(bench: Bench) -> None:
    """The remedy is the whole value, what was there first, and a fix is given it as data."""
    bench.cluster(control_plane_endpoint="cp.example.org:6443")
    bench.options = Options(
        environment={"https_proxy": "http://p", "no_proxy": "a.example, 10.0.0.0/8"}
    )
    line = (
        "a.example,10.0.0.0/8,localhost,127.0.0.1,192.0.2.10,cp.example.org,"
        "10.96.0.0/12,10.244.0.0/16,.svc,.cluster.local"
    )
    finding = bench.finding("HTTPProxy")
    assert finding.remedy == f"Set NO_PROXY={line}"
    assert finding.facts == {"no_proxy": line}
    bench.options = Options(environment={"https_proxy": "http://p", "no_proxy": line})
    assert not [*bench.findings("HTTPProxy"), *bench.findings("HTTPProxyCIDR")]


@pytest.mark.parametrize(
    ("rule", "exempt"),
    [
        ("cp.example.org", True),
        (".example.org", True),
        ("example.org", True),
        ("*.example.org", True),
        ("ample.org", False),
        ("192.0.2.0/24", False),
    ],
)
def test_a_name_in_no_proxy(bench: Bench, rule: str, exempt: bool) -> None:
    """A node that joins at a name reaches it directly if that or a domain above it is exempt."""
    bench.kind = "join"
    bench.cluster(control_plane_endpoint="cp.example.org:6443")
    bench.options = Options(environment={"HTTPS_PROXY": "http://p", "NO_PROXY": rule})
    assert [finding.found for finding in bench.findings("HTTPProxy")] == [
        "the API server at cp.example.org would be reached through the proxy http://p"
    ] * (not exempt)


def test_a_second_control_plane_has_two_ways(bench: Bench) -> None:
    """It reaches the cluster's endpoint, and is reached at its own address."""
    bench.kind = "join-control-plane"
    bench.cluster(control_plane_endpoint="cp.example.org:6443")
    bench.options = Options(environment={"HTTPS_PROXY": "http://p"})
    assert len(bench.findings("HTTPProxy")) == 2


@pytest.mark.parametrize("kind", ["init", "join"])
def test_no_default_route(bench: Bench, kind: Kind) -> None:
    """A machine without one is worth a warning, whatever becomes of it."""
    bench.kind = kind
    bench.facts(default_address="")
    assert bench.finding("DefaultRoute").found == "there is no default route"


def test_default_route_to_elsewhere(bench: Bench) -> None:
    """One that gives another address than the advertised is worth a warning that names both."""
    bench.facts(default_address="198.51.100.4", addresses=("192.0.2.10", "198.51.100.4"))
    finding = bench.finding("DefaultRoute")
    assert finding.level == "warning"
    assert finding.facts == {"address": "192.0.2.10", "default": "198.51.100.4"}
    assert "node-ip=192.0.2.10" in finding.remedy


def test_default_route_and_a_kubelet_that_is_told(bench: Bench) -> None:
    """A kubelet that is told its address doesn't ask the route; nor does one that joins advertise."""
    bench.facts(default_address="198.51.100.4")
    registration = replace(LOCAL.init.node_registration, kubelet_extra_args=(Arg("node-ip", "x"),))
    bench.init(node_registration=registration)
    assert not bench.findings("DefaultRoute")


def test_range_over_docker(bench: Bench) -> None:
    """Docker's bridge is named, whether or not it is up."""
    bench.cluster(networking=Networking("10.96.0.0/12", "172.16.0.0/12"))
    bench.host.answer(
        "ip -j -4", stdout='[{"dst": "172.17.0.0/16", "dev": "docker0", "flags": ["linkdown"]}]'
    )
    finding = bench.finding("NetworkRanges")
    assert finding.found == (
        "podSubnet 172.16.0.0/12 overlaps the host's route to 172.17.0.0/16 (docker0)"
    )
    assert finding.facts == {"field": "podSubnet", "range": "172.16.0.0/12"}
