"""Arithmetic of address ranges: which are in use, which overlap, which are free, how much fits into them.

It knows networks and nothing of screens or machines; who asks tells it what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations, pairwise
from typing import Literal

Network = IPv4Network | IPv6Network
Role = Literal["network", "bridge", "services", "pods"]

PODS4 = ("10.244.0.0/16", "10.32.0.0/16", "172.24.0.0/16", "192.168.0.0/16", "100.64.0.0/16")
SERVICES4 = ("10.96.0.0/12", "10.112.0.0/16", "172.20.0.0/16", "192.168.128.0/20", "100.96.0.0/16")
PODS6, SERVICES6 = ("fd10:244::/48", "fd10:245::/48"), ("fd10:96::/112", "fd10:97::/112")
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
NODE_MASK = {4: 24, 6: 64}
MOST_NODES = 5000
KUBELET_PODS = 110
BRIDGES = ("docker", "br-", "cni", "podman", "virbr", "lxc", "cbr")


@dataclass(frozen=True, slots=True)
class Span:
    """A range with what it is for; `name` is the interface of a network, empty for our own ranges."""

    network: Network
    role: Role
    name: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a pod range holds: nodes, addresses on each, pods that a kubelet really starts there."""

    nodes: int
    addresses: int
    pods: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A free range for one of the two fields."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All spans from the lowest address up, the pairs that overlap, and what could be used instead."""

    spans: tuple[Span, ...]
    overlaps: tuple[tuple[Span, Span], ...]
    proposals: tuple[Proposal, ...]
    capacity: Capacity | None
    services: int


def ranges(text: str) -> tuple[Network, ...]:
    """The ranges of a comma list that can be read; others are somebody else's to complain of."""
    return tuple(found for part in text.split(",") if (found := _network(part.strip())))


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False) if "/" in text and "%" not in text else None
    except ValueError:
        return None


def plan(
    routes: Iterable[tuple[str, str]], pods: str, services: str, masks: dict[int, int] | None = None
) -> Plan:
    """`routes` are networks with their interface; `masks` the size of a node's range by family."""
    taken = tuple(_taken(routes))
    ours = (
        *(Span(one, "services") for one in ranges(services)),
        *(Span(one, "pods") for one in ranges(pods)),
    )
    spans = tuple(sorted((*taken, *ours), key=lambda span: (span.network.version, _first(span))))
    found = tuple(overlaps(taken, ours))
    return Plan(
        spans,
        found,
        tuple(proposals(taken, pods, services, found)),
        capacity(ranges(pods), {**NODE_MASK, **(masks or {})}),
        sum(one.num_addresses for one in ranges(services)[:1]),
    )


def _first(span: Span) -> int:
    return int(span.network.network_address)


def _taken(routes: Iterable[tuple[str, str]]) -> Iterator[Span]:
    """The networks that the machine reaches, each once; those of single addresses left out."""
    seen: set[Network] = set()
    for text, interface in routes:
        network = _network(text)
        if network is None or network in seen or network.prefixlen == network.max_prefixlen:
            continue
        seen.add(network)
        role: Role = "bridge" if interface.startswith(BRIDGES) else "network"
        yield Span(network, role, interface)


def overlaps(taken: Sequence[Span], ours: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """Each of our ranges with each other span that shares an address with it."""
    for one, other in combinations(ours, 2):
        if touch(one.network, other.network):
            yield other, one
    for one in ours:
        yield from ((one, other) for other in taken if touch(one.network, other.network))


def touch(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def proposals(
    taken: Sequence[Span], pods: str, services: str, found: Sequence[tuple[Span, Span]]
) -> Iterator[Proposal]:
    """A free range for each field that is empty or overlaps; the other one's range is kept clear of."""
    troubled = {span.role for pair in found for span in pair}
    used = [span.network for span in taken]
    service_ranges = list(ranges(services))
    if "services" in troubled and any(touch(a, b) for a in service_ranges for b in used):
        version = service_ranges[0].version
        free = first_free(SERVICES4 if version == 4 else SERVICES6, used, 16)
        if free is not None:
            service_ranges = [free]
            yield Proposal("services", str(free))
    if not pods or "pods" in troubled:
        version = service_ranges[0].version if service_ranges else 4
        free = first_free(PODS4 if version == 4 else PODS6, [*used, *service_ranges], 16)
        if free is not None and str(free) != pods:
            yield Proposal("pods", str(free))


def first_free(wanted: Sequence[str], used: Sequence[Network], prefix: int) -> Network | None:
    """The first of the usual ranges that touches nothing, or else any private one of that size."""
    usual: Iterable[Network] = (ip_network(text) for text in wanted)
    version = ip_network(wanted[0]).version
    private: Iterable[Network] = (
        part
        for block in PRIVATE
        if version == 4
        for part in ip_network(block).subnets(new_prefix=prefix)
    )
    for candidates in (usual, private):
        for one in candidates:
            if not any(touch(one, other) for other in used):
                return one
    return None


def capacity(pods: Sequence[Network], masks: dict[int, int]) -> Capacity | None:
    """How many nodes get a range of their own, and how many pods each; None without a pod range.

    With two families the smaller one counts. Two addresses of a node's range are no pod's.
    """
    counted = [one for network in pods if (one := _capacity(network, masks[network.version]))]
    return min(counted, key=lambda one: one.nodes * one.pods) if counted else None


def _capacity(network: Network, mask: int) -> Capacity | None:
    if not network.prefixlen <= mask <= network.max_prefixlen:
        return None
    nodes = min(2 ** min(mask - network.prefixlen, 32), MOST_NODES)
    addresses = 2 ** min(network.max_prefixlen - mask, 32) - 2
    return Capacity(nodes, max(addresses, 0), max(min(addresses, KUBELET_PODS), 0))


def scale(spans: Sequence[Span], width: int) -> dict[Span, tuple[int, int]]:
    """Where each span begins and ends on a line of `width` cells.

    The line isn't true to size: what lies in a span gets room by the logarithm of its size, and what
    lies between spans a single cell, so that small networks far apart can be seen on one line.
    """
    edges = sorted({edge for span in spans for edge in edges_of(span)})
    stretches = list(pairwise(edges))
    weights = [_weight(spans, low, high) for low, high in stretches]
    free, total = width - len(weights), sum(weights)
    if not total or free < 0:
        return {span: (0, max(width, 1)) for span in spans}
    at, passed = {edges[0]: 0}, 0
    for index, ((_low, high), weight) in enumerate(zip(stretches, weights, strict=True), 1):
        passed += weight
        at[high] = index + free * passed // total
    return {span: (at[edges_of(span)[0]], at[edges_of(span)[1]]) for span in spans}


def _weight(spans: Sequence[Span], low: int, high: int) -> int:
    """Nothing for a stretch that belongs to no span: it keeps the one cell that each is given."""
    inside = any(edges_of(span)[0] <= low and high <= edges_of(span)[1] for span in spans)
    return (high - low).bit_length() if inside else 0


def edges_of(span: Span) -> tuple[int, int]:
    """The first address of a span and the one after its last."""
    first = _first(span)
    return first, first + span.network.num_addresses


def masks_from(flags: Iterable[tuple[str, str]]) -> dict[int, int]:
    """The sizes of a node's range that the controller manager's flags set."""
    names = {
        "node-cidr-mask-size": 4,
        "node-cidr-mask-size-ipv4": 4,
        "node-cidr-mask-size-ipv6": 6,
    }
    return {
        names[name]: int(value)
        for name, value in flags
        if name in names and value.isascii() and value.isdecimal() and len(value) < 4
    }
