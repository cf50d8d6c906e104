"""Name resolution as pods and this machine will have it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from uuid import uuid4

from phases.checks.check import Finding, warning
from phases.engine.context import Context
from phases.model import network
from phases.model.component_defaults import SYSTEMD_RESOLV_CONF

RESOLV_CONF = "/etc/resolv.conf"
FOUND, NOTHING_FOUND = 0, 2
"""How getent ends."""

DOMAINS = 3
"""As many search domains are tried."""


def servers(context: Context) -> Iterator[Finding]:
    """The file that pods get has servers, none of which is a pod's own loopback.

    CoreDNS would ask itself in circles, and stop. Facts: path, servers.
    """
    path = pods_resolv_conf(context)
    found = entries(context, path, "nameserver")
    loops = [each for each in found if is_loopback(each)]
    remedy = "Set resolvConf in the KubeletConfiguration to a file with the real servers"
    if not found:
        needed = "a nameserver, or pods can resolve no name from outside"
        yield warning(f"{path} names no nameserver", needed, remedy, path=path, servers=[])
    elif loops:
        needed = "servers that a pod can reach: CoreDNS would ask itself"
        said = f"{path} names {', '.join(loops)}"
        yield warning(said, needed, remedy, path=path, servers=loops)


def pods_resolv_conf(context: Context) -> str:
    """The file that the kubelet will make that of pods from."""
    if asked := (context.configuration.kubelet or {}).get("resolvConf"):
        return str(asked)
    resolved = context.host.probe(("systemctl", "is-active", "systemd-resolved")).code == 0
    return SYSTEMD_RESOLV_CONF if resolved and context.exists(SYSTEMD_RESOLV_CONF) else RESOLV_CONF


def entries(context: Context, path: str, keyword: str) -> list[str]:
    """What stands behind a keyword in a resolv.conf; of `search` the last line counts."""
    rows = [
        line.split() for line in (context.read(path) or b"").decode(errors="replace").split("\n")
    ]
    found = [row[1:] for row in rows if row[:1] == [keyword]]
    return [each[0] for each in found if each] if keyword == "nameserver" else (found or [[]])[-1]


def is_loopback(server: str) -> bool:
    address = server.partition("%")[0]
    return network.is_address(address) and ip_address(address).is_loopback


def wildcard(context: Context) -> Iterator[Finding]:
    """No search domain answers to any name: else every name from outside leads to one address.

    Facts: domain.
    """
    for domain in entries(context, pods_resolv_conf(context), "search")[:DOMAINS]:
        name = f"kubeboot-{uuid4().hex[:12]}.{domain.rstrip('.')}."
        if domain.strip(".") and resolves(context, name) == FOUND:
            found = f"the search domain {domain} answers to any name"
            needed = "one that knows its own names alone: pods would reach the wrong address"
            remedy = f"Take the wildcard record out of {domain}, or the domain out of resolv.conf"
            yield warning(found, needed, remedy, domain=domain)


def endpoint(context: Context) -> Iterator[Finding]:
    """The name that nodes will reach the control plane by leads to an address. Facts: name."""
    name, _ = network.split_host_port(context.configuration.cluster.control_plane_endpoint)
    if name and not network.is_address(name) and resolves(context, name) == NOTHING_FOUND:
        needed = "a name that leads to an address, here and on every node"
        remedy = "Add it to the DNS or to /etc/hosts"
        yield warning(f"{name} can't be resolved", needed, remedy, name=name)


def resolves(context: Context, name: str) -> int:
    """How getent ends: anything else than its two answers means that nobody can tell."""
    return context.host.probe(["getent", "ahosts", name], timeout=3).code
