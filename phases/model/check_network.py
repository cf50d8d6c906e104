"""Whether addresses, ranges and endpoints are well formed and fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address, ip_interface

from phases.model.names import remedy, subdomain_fault
from phases.model.network import (
    Network,
    contains,
    families,
    family,
    is_address,
    is_dual_stack,
    join_host_port,
    networks,
    overlap,
    split_host_port,
)
from phases.model.problem import Problem
from phases.model.types import Arg, ClusterConfiguration, Configuration

SERVICE_PATH = "networking.serviceSubnet"
POD_PATH = "networking.podSubnet"
ADVERTISE_PATH = "localAPIEndpoint.advertiseAddress"
ENDPOINT_PATH = "controlPlaneEndpoint"
MINIMUM_SERVICE_ADDRESSES = 10
MINIMUM_POD_ADDRESSES = 14
MAXIMUM_SERVICE_BITS = 20
MAXIMUM_NODE_MASK_DIFFERENCE = 16
DEFAULT_NODE_MASK = {4: 24, 6: 64}


def network_problems(configuration: Configuration) -> Iterator[Problem]:
    """Every rule about addresses; defaults must be filled in."""
    cluster = configuration.cluster
    services, pods = cluster.networking.service_subnet, cluster.networking.pod_subnet
    advertise = configuration.init.local_api_endpoint.advertise_address
    domain = cluster.networking.dns_domain
    if fault := subdomain_fault(domain):
        yield Problem("networking.dnsDomain", fault, remedy(subdomain_fault, domain))
    found = [
        *advertise_problems(advertise, ADVERTISE_PATH),
        *_ranges(SERVICE_PATH, services, MINIMUM_SERVICE_ADDRESSES),
        *_ranges(POD_PATH, pods, MINIMUM_POD_ADDRESSES),
    ]
    yield from found or _fitting(cluster, services, pods, advertise)
    port = configuration.init.local_api_endpoint.bind_port
    yield from _endpoint(cluster.control_plane_endpoint, port)


def _fitting(
    cluster: ClusterConfiguration, services: str, pods: str, advertise: str
) -> Iterator[Problem]:
    yield from _service_size(services)
    yield from _advertise_and_services(advertise, services)
    if pods:
        yield from _node_masks(cluster, pods)
        yield from _pods_and_rest(advertise, services, pods)


def advertise_problems(address: str, path: str) -> Iterator[Problem]:
    """Whether other nodes could reach an API server at this address."""
    if not address:
        message = "is not known: no route tells which address of this machine to use"
        yield Problem(path, message, "Set it to an address of this machine")
    elif not is_address(address):
        yield Problem(path, f"{address!r} is not an IP address", "Use an address of this machine")
    else:
        kind = _special(address)
        if kind:
            message = f"{address} is {kind}, where no API server can be reached"
            yield Problem(path, message, "Use an address of this machine")


def _special(address: str) -> str:
    found = ip_address(address)
    kinds = (
        (found.is_unspecified, "the unspecified address"),
        (found.is_loopback, "a loopback address"),
        (found.is_multicast, "a multicast address"),
        (found.is_link_local, "a link-local address"),
        (address == "255.255.255.255", "the broadcast address"),
    )
    return next((name for true, name in kinds if true), "")


def _ranges(path: str, text: str, minimum: int) -> Iterator[Problem]:
    if not text:
        return
    try:
        found = networks(text)
    except ValueError:
        example = "10.244.0.0/16" if path == POD_PATH else "10.96.0.0/12"
        yield Problem(path, f"{text!r} is not a range", f"Write it as in {example}")
        return
    for item, network in zip(text.split(","), found, strict=True):
        yield from _range(path, item, network, minimum)
    if len(found) > 1 and not is_dual_stack(text):
        message = f"{text} must be one range, or one of IPv4 and one of IPv6"
        yield Problem(path, message, f"Write {found[0]}")


def _range(path: str, text: str, network: Network, minimum: int) -> Iterator[Problem]:
    if "/" not in text:
        yield Problem(path, f"{text} has no prefix length", f"Write it as in {text}/16")
    elif ip_interface(text).ip != network.network_address:
        yield Problem(path, f"{text} has bits beyond its prefix", f"Write {network}")
    elif network.num_addresses < minimum:
        message = f"{text} has {network.num_addresses} addresses, but at least {minimum} are needed"
        yield Problem(path, message, "Use a shorter prefix")


def _service_size(services: str) -> Iterator[Problem]:
    for network in networks(services):
        longest = network.max_prefixlen - MAXIMUM_SERVICE_BITS
        if network.prefixlen < longest:
            message = f"{network} is too large for services"
            yield Problem(SERVICE_PATH, message, f"Use a prefix of /{longest} or longer")


def _advertise_and_services(advertise: str, services: str) -> Iterator[Problem]:
    ours, theirs = family(advertise), families(services)[0]
    if ours != theirs:
        message = f"{advertise} is IPv{ours}, but the first service range is IPv{theirs}"
        yield Problem(ADVERTISE_PATH, message, "Let both be of one family")
    if contains(services, advertise):
        message = f"{services} contains this machine's address {advertise}"
        yield Problem(SERVICE_PATH, message, "Use ranges that nothing else uses")


def _pods_and_rest(advertise: str, services: str, pods: str) -> Iterator[Problem]:
    if contains(pods, advertise):
        message = f"{pods} contains this machine's address {advertise}"
        yield Problem(POD_PATH, message, "Use ranges that nothing else uses")
    shared = overlap(pods, services)
    if shared:
        message = f"{shared[0]} overlaps the service range {shared[1]}"
        yield Problem(POD_PATH, message, "Use ranges apart from each other")
    if not set(families(pods)) & set(families(services)):
        message = f"{pods} and the service range {services} are of different families"
        yield Problem(POD_PATH, message, "Let both be of one family, or of both")


def _node_masks(cluster: ClusterConfiguration, pods: str) -> Iterator[Problem]:
    args = cluster.controller_manager.extra_args
    if _last(args, "allocate-node-cidrs") == "false":
        return
    for network in networks(pods):
        flag = f"node-cidr-mask-size-ipv{network.version}"
        text = _last(args, flag) or str(DEFAULT_NODE_MASK[network.version])
        if not (text.isascii() and text.isdecimal()):
            message = f"{flag} must be a number, but is {text!r}"
            usual = DEFAULT_NODE_MASK[network.version]
            yield Problem("controllerManager.extraArgs", message, f"Write it as in {usual}")
        else:
            yield from _node_mask(network, int(text[:4]))


def _node_mask(network: Network, mask: int) -> Iterator[Problem]:
    if network.prefixlen > mask:
        message = f"{network} is smaller than the /{mask} that each node gets of it"
        yield Problem(POD_PATH, message, f"Use a prefix of /{mask} or shorter")
    elif mask - network.prefixlen > MAXIMUM_NODE_MASK_DIFFERENCE:
        shortest = mask - MAXIMUM_NODE_MASK_DIFFERENCE
        message = f"{network} is too large for nodes with a /{mask} each"
        yield Problem(POD_PATH, message, f"Use a prefix of /{shortest} or longer")


def _last(args: tuple[Arg, ...], name: str) -> str:
    return next((arg.value for arg in reversed(args) if arg.name == name), "")


def _endpoint(endpoint: str, port: int) -> Iterator[Problem]:
    if not endpoint:
        return
    if "://" in endpoint:
        bare = endpoint.partition("://")[2].rstrip("/")
        yield Problem(ENDPOINT_PATH, f"{endpoint!r} has a scheme", f"Write {bare}")
        return
    try:
        host, given = split_host_port(endpoint)
    except ValueError as error:
        yield Problem(ENDPOINT_PATH, str(error), "Write host:port, or [v6]:port")
        return
    yield from _host(host, port)
    if given and not (given.isascii() and given.isdecimal() and 0 < int(given[:9]) < 65536):
        message = f"the port {given!r} must lie between 1 and 65535"
        yield Problem(ENDPOINT_PATH, message, f"Write {join_host_port(host, 6443)}")


def _host(host: str, port: int) -> Iterator[Problem]:
    if not is_address(host):
        fault = subdomain_fault(host)
        if fault:
            yield Problem(ENDPOINT_PATH, f"the host {fault}", "Write a DNS name or an IP address")
        return
    kind = _special(host)
    if kind and kind != "a loopback address":
        message = f"{host} is {kind}, which no node can reach"
        yield Problem(ENDPOINT_PATH, message, "Write a DNS name or an IP address")
    head, _, tail = host.rpartition(":")
    if isinstance(ip_address(host), IPv6Address) and tail == str(port) and is_address(head):
        message = f"{host} is read as an address that ends in {tail}, without a port"
        yield Problem(ENDPOINT_PATH, message, f"Write {join_host_port(head, port)}")


def network_warnings(configuration: Configuration) -> Iterator[Problem]:
    """Choices about addresses that work but are seldom meant; they need problem-free values."""
    cluster = configuration.cluster
    services, pods = cluster.networking.service_subnet, cluster.networking.pod_subnet
    for path, text in ((SERVICE_PATH, services), (POD_PATH, pods)):
        if text and overlap(text, "fec0::/10"):
            message = f"{text} lies in fec0::/10, which is deprecated"
            yield Problem(path, message, "Use a range of fd00::/8")
    if pods and set(families(pods)) != set(families(services)):
        message = f"{pods} has not the same families as the services' {services}"
        yield Problem(POD_PATH, message, "Let both be of one family, or of both")
    host = split_host_port(cluster.control_plane_endpoint)[0]
    if host and is_address(host) and ip_address(host).is_loopback:
        message = f"{host} can't be reached from other nodes"
        yield Problem(ENDPOINT_PATH, message, "Write a DNS name or an IP address")
    if not host:
        message = "is not set, so no second control plane can ever join"
        yield Problem(ENDPOINT_PATH, message, "Set it to a DNS name that you can point elsewhere")
