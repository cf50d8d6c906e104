"""Checks of firewalls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from phases.checks.table import Kind
from tests.checks.bench import EXTERNAL, Bench

ALL = [6443, 2379, 2380, 10250]
TUPLE = "### tuple ### allow {} 0.0.0.0/0 any 0.0.0.0/0 in\n"


def closed(bench: Bench, name: str) -> list[int]:
    """The ports that a check says aren't open; it never more than warns."""
    found = bench.findings(name)
    assert {finding.level for finding in found} <= {"warning"}
    return [port for finding in found for port in finding.facts["ports"]]


@pytest.mark.parametrize(
    ("state", "ports"), [("active", ALL), ("activating", ALL), ("inactive", []), ("", [])]
)
def test_firewalld(bench: Bench, state: str, ports: list[int]) -> None:
    """A firewalld that is up is worth a warning that names the ports."""
    bench.host.answer("systemctl is-active firewalld", stdout=f"{state}\n")
    assert closed(bench, "Firewalld") == ports


def test_firewalld_names_the_ports(bench: Bench) -> None:
    """In a sentence that reads."""
    bench.host.answer("systemctl is-active firewalld", stdout="active\n")
    assert bench.finding("Firewalld").needed == "ports 6443, 2379, 2380 and 10250 open"


@pytest.mark.parametrize(
    ("opened", "ports"),
    [
        ("6443/tcp 2379-2380/tcp 10250/tcp", []),
        ("6443/udp 10250/tcp", [6443, 2379, 2380]),
        ("6000-11000/tcp", [2379, 2380]),
    ],
)
def test_firewalld_with_open_ports(bench: Bench, opened: str, ports: list[int]) -> None:
    """Ports that it says are open are, and only the others are told."""
    bench.host.answer("systemctl is-active firewalld", stdout="active\n")
    bench.host.answer("firewall-cmd --list-ports", stdout=f"{opened}\n")
    assert closed(bench, "Firewalld") == ports


@pytest.mark.parametrize(
    ("kind", "configuration", "ports"),
    [("init", None, ALL), ("init", EXTERNAL, [6443, 10250]), ("join", None, [10250])],
)
def test_which_ports(bench: Bench, kind: Kind, configuration: Any, ports: list[int]) -> None:
    """A worker needs the kubelet's alone, a control plane etcd's where it has one."""
    bench.kind, bench.configuration = kind, configuration or bench.configuration
    bench.host.answer("systemctl is-active firewalld", stdout="active\n")
    assert closed(bench, "Firewalld") == ports


@pytest.mark.parametrize(("conf", "ports"), [("ENABLED=yes\n", ALL), ("# no\nENABLED=no\n", [])])
def test_ufw(bench: Bench, conf: str, ports: list[int]) -> None:
    """ufw counts when it is enabled, which its unit doesn't tell."""
    bench.plant("/etc/ufw/ufw.conf", conf)
    assert closed(bench, "UFW") == ports


def test_ufw_with_open_ports(bench: Bench) -> None:
    """Its own rules tell which ports are open: single ones, ranges, lists, of tcp or of both."""
    bench.plant("/etc/ufw/ufw.conf", "ENABLED=yes\n")
    rules = (TUPLE.format(each) for each in ("tcp 6443", "tcp 2379:2380,9999", "udp 10250"))
    bench.plant("/etc/ufw/user.rules", "".join(rules))
    assert closed(bench, "UFW") == [10250]
    bench.plant("/etc/ufw/user.rules", TUPLE.format("any 1:65535"))
    assert closed(bench, "UFW") == []


def chain(policy: str, *, name: str = "input", table: str = "filter", hook: str = "input") -> Any:
    facts = {"family": "inet", "table": table, "name": name, "handle": 1}
    return {"chain": {**facts, "type": "filter", "hook": hook, "prio": 0, "policy": policy}}


def accepts(port: Any) -> Any:
    match = {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": port}
    return {"rule": {"family": "inet", "expr": [{"match": match}, {"accept": None}]}}


def verdict(name: str, *before: Any) -> Any:
    return {"rule": {"expr": [*before, {name: None}]}}


def saddr(network: str) -> Any:
    return {"match": {"op": "==", "left": {"payload": {"field": "saddr"}}, "right": network}}


KNOWN = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established"]}}
LOCAL = {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}


def nft(bench: Bench, head: Any, *rules: Any) -> list[int]:
    said = json.dumps({"nftables": [{"metainfo": {}}, head, *rules]})
    bench.host.answer("nft -j list", stdout=said)
    return closed(bench, "NFTables")


def test_nftables(bench: Bench) -> None:
    """A chain that drops what comes in by its policy, or by its last rule, is worth a warning."""
    usual = (verdict("accept", KNOWN), verdict("accept", LOCAL), accepts(22))
    assert nft(bench, chain("drop"), *usual) == ALL
    assert nft(bench, chain("accept"), *usual) == []
    for last in ("drop", "reject"):
        assert (
            nft(bench, chain("accept"), *usual, verdict(last, {"counter": {"packets": 1}})) == ALL
        )
    assert bench.finding("NFTables").found == "the chain inet filter input drops what comes in"


@pytest.mark.parametrize(
    ("port", "ports"),
    [
        (6443, [2379, 2380, 10250]),
        ({"range": [2000, 7000]}, [10250]),
        ({"set": [6443, {"range": [2379, 2380]}, 10250]}, []),
        ("@ports", ALL),
    ],
)
def test_nftables_with_open_ports(bench: Bench, port: Any, ports: list[int]) -> None:
    """Ports that a rule accepts are open: one, a range, a set."""
    assert nft(bench, chain("drop"), accepts(port)) == ports


@pytest.mark.parametrize("rule", [verdict("accept"), verdict("accept", saddr("192.0.2.0/24"))])
def test_nftables_that_trust(bench: Bench, rule: Any) -> None:
    """What lets all in, or all from some network, may well let the other nodes in: silence."""
    assert nft(bench, chain("drop"), rule) == []


@pytest.mark.parametrize(
    "head",
    [
        chain("drop", table="firewalld"),
        chain("drop", hook="forward"),
        chain("drop", name="INPUT"),
    ],
)
def test_other_chains(bench: Bench, head: Any) -> None:
    """firewalld's and iptables' have checks of their own; what is passed on isn't what comes in."""
    assert nft(bench, head) == []


@pytest.mark.parametrize("said", ["", "nft: no such command", "{}", '{"nftables": 1}'])
def test_no_nft(bench: Bench, said: str) -> None:
    """A machine without nft isn't blamed for it."""
    bench.host.answer("nft", code=127, stdout=said)
    assert not bench.findings("NFTables")


@pytest.mark.parametrize(
    ("rules", "ports"),
    [
        ("-P INPUT ACCEPT", []),
        ("-P INPUT DROP", ALL),
        ("-P INPUT ACCEPT|-A INPUT -i lo -j ACCEPT|-A INPUT -j REJECT --reject-with x", ALL),
        ("-P INPUT DROP|-A INPUT -p tcp -m tcp --dport 6443 -j ACCEPT", [2379, 2380, 10250]),
        ("-P INPUT DROP|-A INPUT -p tcp -m multiport --dports 6443,2379:10250 -j ACCEPT", []),
        ("-P INPUT DROP|-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", ALL),
        ("-P INPUT DROP|-A INPUT -s 192.0.2.0/24 -j ACCEPT", []),
        ("-P INPUT DROP|-A INPUT -j ufw-before-input", []),
        ("", []),
    ],
)
def test_iptables(bench: Bench, rules: str, ports: list[int]) -> None:
    """The same for INPUT, by policy or last rule, unless somebody is let in or ufw rules there."""
    bench.host.answer("iptables -S INPUT", stdout=rules.replace("|", "\n") + "\n")
    assert closed(bench, "IPTables") == ports
