"""Arithmetic on addresses and ranges; it looks at no machine."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

DNS_INDEX = 10
API_SERVER_INDEX = 1


def networks(ranges: str) -> tuple[Network, ...]:
    """The ranges of a comma list, host bits dropped as kubeadm drops them; ValueError otherwise."""
    if "%" in ranges:
        raise ValueError(f"{ranges!r} has a zone")
    return tuple(ip_network(item, strict=False) for item in ranges.split(","))


def indexed_address(ranges: str, index: int) -> str:
    """The n-th address of the first range; ValueError when the range is too small."""
    first = networks(ranges)[0]
    if index >= first.num_addresses:
        raise ValueError(f"{first} has no address number {index}")
    return str(first[index])


def dns_address(service_subnet: str) -> str:
    """The cluster DNS service's address: the tenth of the first service range."""
    return indexed_address(service_subnet, DNS_INDEX)


def api_server_service_address(service_subnet: str) -> str:
    """The address of the `kubernetes` service: the first of the first service range."""
    return indexed_address(service_subnet, API_SERVER_INDEX)


def family(address: str) -> int:
    """4 or 6; ValueError when the text is no address."""
    return ip_address(address).version


def is_address(text: str) -> bool:
    """An IP address without a zone, its numbers without leading zeros."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def canonical_address(text: str) -> str:
    """The one usual form of an address; other texts stay as they are."""
    return str(ip_address(text)) if is_address(text) else text


def families(ranges: str) -> tuple[int, ...]:
    """The address family of each range, in order."""
    return tuple(network.version for network in networks(ranges))


def is_dual_stack(ranges: str) -> bool:
    """Two ranges, one of each family."""
    return sorted(families(ranges)) == [4, 6]


def overlap(left: str, right: str) -> tuple[Network, Network] | None:
    """The first pair of ranges, one from each list, that share an address."""
    pairs = ((a, b) for a in networks(left) for b in networks(right))
    return next((pair for pair in pairs if _overlap(*pair)), None)


def _overlap(a: Network, b: Network) -> bool:
    return a.version == b.version and a.overlaps(b)


def contains(ranges: str, address: str) -> bool:
    found = ip_address(address)
    return any(
        found.version == network.version and found in network for network in networks(ranges)
    )


def join_host_port(host: str, port: int) -> str:
    """`host:port`, with brackets round an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split_host_port(text: str) -> tuple[str, str]:
    """Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`; the port empty when not given.

    A bare IPv6 address is a host. ValueError when brackets don't match or there are too many
    colons.
    """
    if is_address(text):
        return text, ""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return _unbracketed(text), ""
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise ValueError(f"{text!r} has too many colons")
    return _unbracketed(host), port


def _unbracketed(host: str) -> str:
    if not host.startswith("["):
        return host
    inside = host[1:-1]
    if not host.endswith("]") or not is_address(inside):
        raise ValueError(f"{host!r} has brackets but no IPv6 address inside")
    return inside
