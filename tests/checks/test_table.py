"""The tables of checks: names and weights as kubeadm has them, and when each is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from phases.checks.table import TABLES, Kind
from phases.model.types import APIEndpoint, Etcd, LocalEtcd
from tests.checks import kubeadm
from tests.checks.bench import EXTERNAL, LOCAL, Bench

KINDS = list(TABLES)


def made(bench: Bench) -> dict[str, str]:
    """The weight of each check that is made, by the name it is called."""
    checks = (check for check in TABLES[bench.kind] if check.applies(bench.configuration))
    return {check.called(bench.configuration): check.level for check in checks}


def theirs(bench: Bench) -> dict[str, str]:
    """The same of those alone that are said to be kubeadm's."""
    names = {check.called(bench.configuration) for check in TABLES[bench.kind] if check.kubeadm}
    return {name: level for name, level in made(bench).items() if name in names}


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("init", kubeadm.INIT),
        ("join", kubeadm.JOIN),
        ("join-control-plane", kubeadm.JOIN_CONTROL_PLANE),
    ],
)
def test_kubeadms(kind: Kind, wanted: Mapping[str, str]) -> None:
    """Each of kubeadm's checks is made for the same kind of node, by its name and with its weight."""
    assert theirs(Bench(kind=kind)) == wanted


def test_kubeadms_with_an_external_etcd(bench: Bench) -> None:
    """With an external etcd its checks take the place of those for a local one."""
    bench.configuration = EXTERNAL
    assert theirs(bench) == kubeadm.INIT_EXTERNAL


def test_a_second_control_plane_and_an_external_etcd(bench: Bench) -> None:
    """It needs the files for it; that it is new enough the first one has seen."""
    bench.configuration, bench.kind = EXTERNAL, "join-control-plane"
    assert "ExternalEtcdClientCertificates" in made(bench)
    assert "ExternalEtcdVersion" not in made(bench)


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_stands_twice(kind: Kind) -> None:
    """A name means one check: it is waived, and reported, by it."""
    counted = Counter(check.called(LOCAL) for check in TABLES[kind])
    assert {name for name, count in counted.items() if count > 1} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_says_what_it_needs(kind: Kind) -> None:
    """In a few words, and the same ones wherever a name stands."""
    elsewhere = {check.name: check.needs for check in TABLES["join-control-plane"]}
    for check in TABLES[kind]:
        assert check.needs
        assert kind == "join" or check.needs == elsewhere.get(check.name, check.needs)


def test_names_follow_the_configuration(bench: Bench) -> None:
    """The API server's port and etcd's folder are part of the names of their checks."""
    bench.init(local_api_endpoint=APIEndpoint("192.0.2.10", 443))
    bench.cluster(etcd=Etcd(local=LocalEtcd(data_dir="/data/etcd")))
    assert {"Port-443", "DirAvailable--data-etcd"} <= set(made(bench))


def test_the_authoritys_folder_is_part_of_a_name(bench: Bench) -> None:
    """As kubeadm names the check for a worker's authority."""
    bench.kind = "join"
    bench.cluster(certificates_dir="/etc/pki/k8s")
    assert "FileAvailable--etc-pki-k8s-ca.crt" in made(bench)


def forwarded(bench: Bench) -> set[str]:
    """The address families whose forwarding is looked at."""
    found = {"4": "ipv4-ip_forward", "6": "ipv6-conf-default-forwarding"}
    return {
        key for key, name in found.items() if f"FileContent--proc-sys-net-{name}" in made(bench)
    }


def test_ip6(bench: Bench) -> None:
    """Forwarding of IPv6 matters as soon as one range is of that family."""
    networking = replace(LOCAL.cluster.networking, pod_subnet="10.244.0.0/16,fd00::/48")
    bench.cluster(networking=networking)
    assert forwarded(bench) == {"4", "6"}


def test_ip6_address(bench: Bench) -> None:
    """So does it when the advertised address is of that family."""
    bench.init(local_api_endpoint=APIEndpoint("fd01::1", 6443))
    assert "6" in forwarded(bench)


def test_ip6_alone(bench: Bench) -> None:
    """Without any IPv4 address its forwarding doesn't matter."""
    bench.init(local_api_endpoint=APIEndpoint("fd01::1", 6443))
    networking = replace(
        LOCAL.cluster.networking, service_subnet="fd02::/108", pod_subnet="fd00::/48"
    )
    bench.cluster(networking=networking)
    assert forwarded(bench) == {"6"}


@pytest.mark.parametrize(
    ("endpoint", "families"),
    [("192.0.2.7:6443", {"4"}), ("[fd01::7]:6443", {"6"}), ("cp.example.org", {"4"}), ("", {"4"})],
)
def test_a_node_that_joins(bench: Bench, endpoint: str, families: set[str]) -> None:
    """What matters to it is the family that it reaches its cluster by."""
    bench.kind = "join"
    bench.cluster(control_plane_endpoint=endpoint)
    assert forwarded(bench) == families


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong_with_a_machine_that_is_ready(kind: Kind) -> None:
    """On a machine that is ready no check finds anything."""
    bench = Bench(kind=kind)
    found = {name: bench.findings(name) for name in made(bench)}
    assert not {name: findings for name, findings in found.items() if findings}
