"""The machine's facts, and the address that kubeadm would choose."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

import pytest

from phases.system import machine
from phases.system.interfaces import (
    LOOPBACK,
    POINT_TO_POINT,
    UP,
    Interface,
    interfaces,
    own_address,
)


def card(name: str, *addresses: str, flags: int = UP) -> Interface:
    return Interface(name, flags, tuple(ip_address(one) for one in addresses))


LO = card("lo", "127.0.0.1", "::1", flags=UP | LOOPBACK)
ETH0 = card("eth0", "169.254.9.9", "192.0.2.10", "192.0.2.11", "fe80::1", "2001:db8::10")

CASES = [
    (
        "the default route's interface, its first global address",
        [LO, ETH0],
        [(4, "eth0")],
        "192.0.2.10",
    ),
    ("IPv6 when that is the only default route", [LO, ETH0], [(6, "eth0")], "2001:db8::10"),
    ("IPv4 before IPv6", [LO, ETH0], [(4, "eth0"), (6, "eth0")], "192.0.2.10"),
    ("private addresses are global", [LO, card("e", "10.0.0.5")], [(4, "e")], "10.0.0.5"),
    (
        "the second route when the first has no address",
        [LO, card("a"), ETH0],
        [(4, "a"), (4, "eth0")],
        "192.0.2.10",
    ),
    ("an interface that is down is passed over", [card("e", "192.0.2.9", flags=0)], [(4, "e")], ""),
    (
        "a loopback address when the route's interface has none",
        [card("lo", "127.0.0.1", "203.0.113.7", flags=UP | LOOPBACK), card("e", "169.254.0.1")],
        [(4, "e")],
        "203.0.113.7",
    ),
    ("nothing without a default route", [LO, ETH0], [], ""),
    ("any interface where there are no route files", [LO, ETH0], None, "192.0.2.10"),
    (
        "but no tunnel then",
        [card("tun", "10.9.9.9", flags=UP | POINT_TO_POINT), card("e", "2001:db8::2")],
        None,
        "2001:db8::2",
    ),
]


@pytest.mark.parametrize(("rule", "found", "routes", "expected"), CASES, ids=[c[0] for c in CASES])
def test_default_address(
    rule: str, found: list[Interface], routes: list[tuple[int, str]] | None, expected: str
) -> None:
    """The default address follows kubeadm's rules, one of them in each case."""
    assert machine.default_address(found, routes) == expected


def test_route_tables() -> None:
    """Only default routes count; in IPv6's table only those with a gateway."""
    four = (
        "Iface\tDestination\tGateway\n"
        + "eth0\t00000000\t010200C0\t0003\neth1\t000200C0\t00000000\t1\n"
    )
    zero, some = "0" * 32, "fe80" + "0" * 27 + "1"
    six = f"{zero} 00 {zero} 00 {some} 0 0 0 0 eth2\n{zero} 00 {zero} 00 {zero} 0 0 0 0 lo\n"
    assert list(machine.routes4(four)) == ["eth0"]
    assert list(machine.routes6(six)) == ["eth2"]


def test_no_route_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A kernel without IPv4's route file gives no routes; one without IPv6's gives IPv4's alone."""
    monkeypatch.setitem(machine.ROUTES, 6, str(tmp_path / "none"))
    (tmp_path / "route").write_text("Iface\neth0 00000000 0\n")
    monkeypatch.setitem(machine.ROUTES, 4, str(tmp_path / "route"))
    assert machine.default_routes() == [(4, "eth0")]
    monkeypatch.setitem(machine.ROUTES, 4, str(tmp_path / "none"))
    assert machine.default_routes() is None


def test_this_machine() -> None:
    """The facts are those that the kernel gives."""
    facts = machine.this_machine()
    assert facts.hostname == socket.gethostname()
    assert facts.cpus == len(os.sched_getaffinity(0))
    assert facts.euid == os.geteuid()
    total = next(
        line for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line
    )
    assert facts.memory == int(total.split()[1]) * 1024
    assert "127.0.0.1" in facts.addresses
    assert not any(one.startswith("fe80") for one in facts.addresses)


def test_our_end_of_a_tunnel() -> None:
    """On a point-to-point link the kernel tells both ends: ours is the address."""
    other, own = (struct.pack("=HH4B", 8, kind, 10, 9, 9, kind) for kind in (1, 2))
    header = struct.pack("=4BI", socket.AF_INET, 32, 0, 0, 7)
    assert own_address(header + other + own) == (7, ip_address("10.9.9.2"))
    assert own_address(header + other) == (7, ip_address("10.9.9.1"))


def test_interfaces_are_the_kernels() -> None:
    """Every interface that the kernel names is found, the loopback one with its address."""
    found = {one.name: one for one in interfaces()}
    assert set(found) == {name for _, name in socket.if_nameindex()}
    assert ip_address("127.0.0.1") in found["lo"].addresses
    assert found["lo"].flags & LOOPBACK


@pytest.mark.parametrize(
    ("said", "in_step"), [(0, True), (1, True), (4, True), (5, False), (-1, None)]
)
def test_a_clock_in_step(monkeypatch: pytest.MonkeyPatch, said: int, in_step: bool | None) -> None:
    """The kernel has one word for a clock that nobody keeps, and may not tell at all."""
    library = SimpleNamespace(adjtimex=lambda _state: said)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    assert machine.clock_in_step() is in_step


def test_a_library_without_that_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no such call nobody can tell."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    assert machine.clock_in_step() is None
