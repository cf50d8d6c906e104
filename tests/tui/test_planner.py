"""The planner's arithmetic: overlaps, free ranges, what fits, and where bars begin and end."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import planner
from tui.planner import Capacity, Span, plan, scale

HOME = [("192.0.2.0/24", "eth0"), ("172.17.0.0/16", "docker0")]


@pytest.mark.parametrize(
    ("pods", "services", "expected"),
    [
        ("10.244.0.0/16", "10.96.0.0/12", []),
        ("10.96.0.0/16", "10.96.0.0/12", [("10.96.0.0/16", "10.96.0.0/12")]),
        ("172.16.0.0/12", "10.96.0.0/12", [("172.16.0.0/12", "172.17.0.0/16")]),
        ("10.244.0.0/16", "192.0.2.0/25", [("192.0.2.0/25", "192.0.2.0/24")]),
        ("10.244.0.0/16,fd00::/48", "10.96.0.0/12,fd00::/112", [("fd00::/48", "fd00::/112")]),
        ("nonsense", "10.96.0.0/12", []),
        ("", "", []),
    ],
)
def test_overlaps_are_found(pods: str, services: str, expected: list[tuple[str, str]]) -> None:
    """Every pair of ranges that share an address is named, ours first."""
    found = plan(HOME, pods, services).overlaps
    assert [(str(one.network), str(other.network)) for one, other in found] == expected


@pytest.mark.parametrize(
    ("routes", "pods", "services", "expected"),
    [
        (HOME, "", "10.96.0.0/12", {"pods": "10.244.0.0/16"}),
        (HOME, "10.244.0.0/16", "10.96.0.0/12", {}),
        (HOME, "172.17.0.0/16", "10.96.0.0/12", {"pods": "10.244.0.0/16"}),
        (
            [("10.0.0.0/8", "eth0")],
            "",
            "10.96.0.0/12",
            {"pods": "172.24.0.0/16", "services": "172.20.0.0/16"},
        ),
        ([("10.244.0.0/16", "cni0")], "", "10.96.0.0/12", {"pods": "10.32.0.0/16"}),
        (HOME, "", "fd10:96::/112", {"pods": "fd10:244::/48"}),
    ],
)
def test_free_ranges_are_proposed(
    routes: list[tuple[str, str]], pods: str, services: str, expected: dict[str, str]
) -> None:
    """Where a range is missing or taken a usual one is proposed that touches nothing."""
    found = plan(routes, pods, services).proposals
    assert {one.role: one.text for one in found} == expected


@pytest.mark.parametrize(
    ("pods", "masks", "expected"),
    [
        ("10.244.0.0/16", {}, Capacity(256, 254, 110)),
        ("10.244.0.0/24", {}, Capacity(1, 254, 110)),
        ("10.244.0.0/16", {4: 26}, Capacity(1024, 62, 62)),
        ("10.0.0.0/8", {}, Capacity(5000, 254, 110)),
        ("10.244.0.0/25", {}, None),
        ("", {}, None),
        ("10.244.0.0/20,fd00::/48", {}, Capacity(16, 254, 110)),
    ],
)
def test_what_fits_is_counted(pods: str, masks: dict[int, int], expected: Capacity | None) -> None:
    """Nodes and pods follow from the range and the size of a node's part of it."""
    assert plan([], pods, "10.96.0.0/12", masks).capacity == expected


def test_flags_set_the_size_of_a_nodes_range() -> None:
    """The controller manager's flags count, others and nonsense don't."""
    flags = [
        ("node-cidr-mask-size", "26"),
        ("node-cidr-mask-size-ipv6", "80"),
        ("v", "4"),
        ("node-cidr-mask-size-ipv4", "x"),
    ]
    assert planner.masks_from(flags) == {4: 26, 6: 80}


def test_networks_are_listed_once_and_addresses_not_at_all() -> None:
    """Two routes to one network are one span; a route to a single address is none."""
    routes = [*HOME, ("192.0.2.0/24", "eth1"), ("192.0.2.1/32", "eth0")]
    assert len(plan(routes, "", "").spans) == 2
    assert {span.role for span in plan(routes, "", "").spans} == {"network", "bridge"}


PREFIXES = st.integers(min_value=8, max_value=28)
NETWORKS = st.builds(
    lambda address, prefix: ip_network((address, prefix), strict=False),
    st.integers(min_value=0, max_value=2**32 - 1),
    PREFIXES,
)


@given(st.lists(NETWORKS, min_size=1, max_size=6, unique=True), st.integers(8, 60))
def test_bars_keep_order_and_stay_on_their_line(
    networks: list[planner.Network], width: int
) -> None:
    """A bar that begins later begins no further left; none is empty or longer than the line."""
    spans = [Span(network, "network", "x") for network in networks]
    found = scale(spans, width)
    for span, (begin, end) in found.items():
        assert 0 <= begin < end <= width
        for other, (begins, ends) in found.items():
            if planner.edges_of(span)[0] < planner.edges_of(other)[0]:
                assert begin <= begins
            if planner.edges_of(span)[1] < planner.edges_of(other)[1]:
                assert end <= ends


@given(st.lists(NETWORKS, max_size=5), NETWORKS, NETWORKS)
def test_proposals_touch_nothing(
    routes: list[planner.Network], pods: planner.Network, services: planner.Network
) -> None:
    """Whatever is there, a proposed range is free of networks and of the other range."""
    found = plan([(str(one), "eth0") for one in routes], str(pods), str(services))
    proposed = {one.role: ip_network(one.text) for one in found.proposals}
    used = [span.network for span in found.spans if span.role in ("network", "bridge")]
    for network in proposed.values():
        assert not any(planner.touch(network, other) for other in used)
    if "pods" in proposed:
        assert not planner.touch(proposed["pods"], proposed.get("services", services))
