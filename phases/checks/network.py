"""Addresses, routes, ranges and proxies. Names are looked at in `dns`, firewalls in `firewalls`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_address

from phases.checks.check import Finding, Look, error, warning
from phases.checks.ours import is_our_node
from phases.checks.proxy import no_proxy_with, proxy_to, without_secrets
from phases.engine.context import Context
from phases.model.network import Network, networks, split_host_port
from phases.model.types import Configuration

Target = Callable[[Configuration], str]


def advertised(context: Context) -> Iterator[Finding]:
    """The address is this machine's: etcd listens on it. Without a local etcd it may be a gateway's.

    Facts: address, addresses (this machine's).
    """
    address = context.configuration.init.local_api_endpoint.advertise_address
    here = context.host.machine().addresses
    if ip_address(address) not in map(ip_address, here):
        level = error if context.configuration.cluster.etcd.local else warning
        found, needed = f"{address} isn't on this machine", f"one of {', '.join(here)}"
        remedy = "Name one as advertiseAddress"
        yield level(found, needed, remedy, address=address, addresses=here)


def has_route(context: Context) -> Iterator[Finding]:
    """A default route: the kubelet takes its node's address from it, and services are reached by it."""
    if not context.host.machine().default_address:
        yield warning(
            "there is no default route",
            "one: the node's address and the way to services come from it",
            "Run `ip route add default via GATEWAY` and keep it in the network's configuration",
        )


def route(context: Context) -> Iterator[Finding]:
    """It gives the advertised address, or the kubelet is told which. Facts: address, default."""
    yield from has_route(context)
    configuration = context.configuration
    default = context.host.machine().default_address
    address = configuration.init.local_api_endpoint.advertise_address
    told = {arg.name for arg in configuration.init.node_registration.kubelet_extra_args}
    if default and ip_address(default) != ip_address(address) and "node-ip" not in told:
        yield warning(
            f"the default route gives {default}, and {address} is advertised",
            "one address for both, or the kubelet would register the other",
            f"Add node-ip={address} to kubeletExtraArgs, or advertise {default}",
            address=address,
            default=default,
        )


def ranges(context: Context) -> Iterator[Finding]:
    """Pods and services have ranges that the machine doesn't use for anything else.

    Facts: field, range.
    """
    for field, network in own_ranges(context):
        if taken := next(neighbours(context, network), None):
            kind, place = taken
            found = (
                f"{field} {network} overlaps the host's route to {place}"
                if kind == "route"
                else f"{field} {network} overlaps the host's address {place}"
            )
            remedy = f"Choose another {field}, or traffic to {place} will go astray"
            needed = "a range that nothing else uses"
            yield warning(found, needed, remedy, field=field, range=str(network))


def own_ranges(context: Context) -> Iterator[tuple[str, Network]]:
    networking = context.configuration.cluster.networking
    given = {"serviceSubnet": networking.service_subnet, "podSubnet": networking.pod_subnet}
    for field, text in given.items():
        yield from ((field, network) for network in networks(text)) if text else ()


def neighbours(context: Context, network: Network) -> Iterator[tuple[str, str]]:
    """What of the machine's lies in a range, by kind. Once our cluster is up, its own pods do and may."""
    own = context.configuration.init.local_api_endpoint.advertise_address
    running = is_our_node(context)
    for text in (own,) if running else (own, *context.host.machine().addresses):
        address = ip_address(text)
        if address in network:
            yield "address", text
    for taken, device in () if running else routes(context, network.version):
        if taken.overlaps(network):
            yield "route", f"{taken} ({device})" if device else str(taken)


def routes(context: Context, version: int) -> Iterator[tuple[Network, str]]:
    """The routes of one family to whole ranges with their devices, so not the default one.

    None if nobody can tell. docker0's is among them, whether or not a container runs.
    """
    result = context.host.probe(["ip", "-j", f"-{version}", "route", "show"], timeout=10)
    try:
        found = json.loads(result.stdout)
    except ValueError:
        return
    for each in found:
        if "/" in each["dst"]:
            yield from ((network, each.get("dev", "")) for network in networks(each["dst"]))


def advertised_at(configuration: Configuration) -> str:
    return configuration.init.local_api_endpoint.advertise_address


def endpoint(configuration: Configuration) -> str:
    """Where a node that joins reaches its cluster."""
    return split_host_port(configuration.cluster.control_plane_endpoint)[0]


def direct(*targets: Target) -> Look:
    """A look whether API servers are reached without a proxy."""
    return partial(proxied, targets=targets)


def proxied(context: Context, *, targets: tuple[Target, ...]) -> Iterator[Finding]:
    """Facts: no_proxy, the value to set."""
    for host in filter(None, (target(context.configuration) for target in targets)):
        if proxy := proxy_to(host, context.options.environment):
            yield behind(context, proxy, f"the API server at {host}")


def proxied_ranges(context: Context) -> Iterator[Finding]:
    """As the API server would reach pods and services, told by the first address of each range.

    Facts: no_proxy, the value to set.
    """
    for field, network in own_ranges(context):
        if proxy := proxy_to(str(network[1]), context.options.environment):
            yield behind(context, proxy, f"{field} {network}")


def behind(context: Context, proxy: str, what: str) -> Finding:
    line = no_proxy_with(context.options.environment, exempt(context))
    found = f"{what} would be reached through the proxy {without_secrets(proxy)}"
    return warning(found, "a direct connection", f"Set NO_PROXY={line}", no_proxy=line)


def exempt(context: Context) -> Iterator[str]:
    """All that no proxy may stand before, in a cluster of this configuration."""
    configuration = context.configuration
    names = (advertised_at(configuration), endpoint(configuration))
    yield from ("localhost", "127.0.0.1", *filter(None, names))
    yield from (str(network) for _, network in own_ranges(context))
    yield from (".svc", f".{configuration.cluster.networking.dns_domain or 'cluster.local'}")
