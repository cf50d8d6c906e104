"""Addresses, ranges, names, proxies and firewalls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from phases.checks.check import Finding, error, warning
from phases.checks.ours import runs_by_us
from phases.checks.ports import KUBELET
from phases.checks.proxy import proxy_for
from phases.engine.context import Context
from phases.model.network import Network, networks

IPAddress = IPv4Address | IPv6Address


def advertised(context: Context) -> Iterator[Finding]:
    """The address is this machine's: etcd listens on it. Without a local etcd it may be a gateway's."""
    address = context.configuration.init.local_api_endpoint.advertise_address
    here = context.host.machine().addresses
    if ip_address(address) not in map(ip_address, here):
        level = error if context.configuration.cluster.etcd.local else warning
        needed = f"one of {', '.join(here)}"
        yield level(f"{address} isn't on this machine", needed, "Name one as advertiseAddress")


def ranges(context: Context) -> Iterator[Finding]:
    """Pods and services have ranges that the machine doesn't use for anything else."""
    for field, network in own_ranges(context):
        if taken := next(neighbours(context, network), None):
            yield warning(
                f"{field} {network} overlaps {taken}",
                "a range that nothing else uses",
                f"Choose another {field}, or traffic to {taken} will go astray",
            )


def own_ranges(context: Context) -> Iterator[tuple[str, Network]]:
    networking = context.configuration.cluster.networking
    given = {"serviceSubnet": networking.service_subnet, "podSubnet": networking.pod_subnet}
    for field, text in given.items():
        yield from ((field, network) for network in networks(text)) if text else ()


def neighbours(context: Context, network: Network) -> Iterator[str]:
    """What of the machine's lies in a range. Once our cluster is up, its own pods do and may."""
    own = context.configuration.init.local_api_endpoint.advertise_address
    running = runs_by_us(context, "kube-apiserver")
    for text in (own,) if running else (own, *context.host.machine().addresses):
        address = ip_address(text)
        if address in network:
            yield f"the host's address {text}"
    yield from () if running else overlapping_routes(context, network)


def overlapping_routes(context: Context, network: Network) -> Iterator[str]:
    for route in routes(context, network.version):
        if route.overlaps(network):
            yield f"the host's route to {route}"


def routes(context: Context, version: int) -> Iterator[Network]:
    """The routes of one family to whole ranges, so not the default one; none if nobody can tell."""
    result = context.host.probe(["ip", "-j", f"-{version}", "route", "show"], timeout=10)
    try:
        found = json.loads(result.stdout)
    except ValueError:
        return
    for route in found:
        if "/" in route["dst"]:
            yield from networks(route["dst"])


def proxied(context: Context) -> Iterator[Finding]:
    address = context.configuration.init.local_api_endpoint.advertise_address
    if proxy := proxy_for(ip_address(address), context.options.environment):
        yield behind(proxy, f"the API server at {address}", address)


def proxied_ranges(context: Context) -> Iterator[Finding]:
    """As the API server would reach pods and services, told by the first address of each range."""
    for field, network in own_ranges(context):
        if proxy := proxy_for(network[1], context.options.environment):
            yield behind(proxy, f"{field} {network}", str(network))


def behind(proxy: str, what: str, exception: str) -> Finding:
    found = f"{what} would be reached through the proxy {proxy}"
    return warning(found, "a direct connection", f"Add {exception} to NO_PROXY")


def firewall(context: Context) -> Iterator[Finding]:
    state = context.host.probe(["systemctl", "is-active", "firewalld"], timeout=10).stdout.strip()
    if state in ("active", "activating"):
        ports = f"{context.configuration.init.local_api_endpoint.bind_port} and {KUBELET}"
        remedy = (
            "Open them with `firewall-cmd --permanent --add-port`, then `firewall-cmd --reload`"
        )
        yield warning("firewalld is active", f"ports {ports} open", remedy)
