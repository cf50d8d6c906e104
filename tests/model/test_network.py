"""Arithmetic on addresses and ranges."""

from __future__ import annotations

import pytest

from phases.model import network


@pytest.mark.parametrize(
    ("ranges", "first", "tenth"),
    [
        ("10.96.0.0/12", "10.96.0.1", "10.96.0.10"),
        ("192.168.7.0/24,fd00::/108", "192.168.7.1", "192.168.7.10"),
        ("fd00:10::/112", "fd00:10::1", "fd00:10::a"),
        ("10.96.0.77/16", "10.96.0.1", "10.96.0.10"),
    ],
)
def test_service_addresses_come_from_the_first_range(ranges: str, first: str, tenth: str) -> None:
    """The API server's service takes the first address, DNS the tenth."""
    assert network.api_server_service_address(ranges) == first
    assert network.dns_address(ranges) == tenth


def test_a_range_too_small_for_dns_is_refused() -> None:
    """A range without a tenth address raises ValueError."""
    with pytest.raises(ValueError, match="number 10"):
        network.dns_address("10.0.0.0/29")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("master.example.com", "master.example.com", ""),
        ("master.example.com:6443", "master.example.com", "6443"),
        ("10.0.0.1:1", "10.0.0.1", "1"),
        ("fd00::1", "fd00::1", ""),
        ("[fd00::1]", "fd00::1", ""),
        ("[fd00::1]:6443", "fd00::1", "6443"),
        ("", "", ""),
    ],
)
def test_host_and_port_are_told_apart(text: str, host: str, port: str) -> None:
    """Every form that kubeadm reads is split; a bare IPv6 address is all host."""
    assert network.split_host_port(text) == (host, port)


@pytest.mark.parametrize("text", ["a:b:c", "[fd00::1", "[name]:1", "https://a:1:2"])
def test_an_endpoint_with_stray_colons_or_brackets_is_refused(text: str) -> None:
    """What can't be split without guessing raises ValueError."""
    with pytest.raises(ValueError, match=r"colons|brackets"):
        network.split_host_port(text)


@pytest.mark.parametrize(
    ("left", "right", "shared"),
    [
        ("10.244.0.0/16", "10.96.0.0/12", False),
        ("10.100.0.0/16", "10.96.0.0/12", True),
        ("10.0.0.0/8,fd00::/64", "fd00::/108", True),
        ("10.0.0.0/8", "fd00::/8", False),
    ],
)
def test_overlap_is_found_in_any_pair(left: str, right: str, shared: bool) -> None:
    """Ranges of one family are compared pair by pair."""
    assert bool(network.overlap(left, right)) is shared


@pytest.mark.parametrize("text", ["10.0.0", "010.0.0.1", "256.1.1.1", "fe80::1%eth0", "", "host"])
def test_what_is_no_address_is_told(text: str) -> None:
    """Short forms, leading zeros and zones are no addresses."""
    assert not network.is_address(text)


def test_addresses_take_their_usual_form() -> None:
    """IPv6 is written short and in lower case; a text that is no address stays."""
    assert network.canonical_address("FD00:0:0::1") == "fd00::1"
    assert network.canonical_address("host") == "host"
    assert network.join_host_port("fd00::1", 6443) == "[fd00::1]:6443"
    assert network.contains("10.0.0.0/8,fd00::/8", "fd12::1")
    assert not network.contains("10.0.0.0/8", "fd12::1")
    assert network.is_dual_stack("10.0.0.0/8,fd00::/8")
    assert not network.is_dual_stack("10.0.0.0/8,11.0.0.0/8")
