"""Firewalls that may keep nodes and pods apart: firewalld, ufw, and rules of nobody's that drop.

Whether a port is really let through only its users can tell: so these warn, and are silent where the
firewall itself says that the ports are open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from phases.checks.check import Finding, Look, warning
from phases.checks.ports import ETCD_CLIENTS, ETCD_PEERS, KUBELET
from phases.engine.context import Context
from phases.model.types import Configuration

UFW_CONF, UFW_RULES = "/etc/ufw/ufw.conf", "/etc/ufw/user.rules"
MANAGED = ("firewalld", "ufw")
"""Tables and chains of these are looked at by the checks of their own."""

IPTABLES_TRUST = re.compile(
    r"-A INPUT (?!.*(?:--dport|--state|--ctstate|-i lo|-p icmp)).*-j ACCEPT"
)
"""A rule that lets in whatever comes from somewhere: from whom is for its author to know."""


def of_control_plane(configuration: Configuration) -> tuple[int, ...]:
    """What other nodes have to reach: the API server, the kubelet, and etcd where it is local."""
    etcd = (ETCD_CLIENTS, ETCD_PEERS) if configuration.cluster.etcd.local else ()
    return (configuration.init.local_api_endpoint.bind_port, *etcd, KUBELET)


def of_worker(_configuration: Configuration) -> tuple[int, ...]:
    return (KUBELET,)


Ports = Callable[[Configuration], tuple[int, ...]]


def firewalld(ports: Ports) -> Look:
    return partial(by_firewalld, ports=ports)


def by_firewalld(context: Context, *, ports: Ports) -> Iterator[Finding]:
    """As kubeadm's, but silent where the ports are open. Facts: ports."""
    state = context.host.probe(["systemctl", "is-active", "firewalld"], timeout=10).stdout.strip()
    if state not in ("active", "activating"):
        return
    said = context.host.probe(["firewall-cmd", "--list-ports"], timeout=10).stdout
    if closed := shut(ports(context.configuration), opened(said.split())):
        remedy = (
            "Open them with `firewall-cmd --permanent --add-port`, then `firewall-cmd --reload`"
        )
        yield warning("firewalld is active", f"ports {listed(closed)} open", remedy, ports=closed)


def opened(words: Sequence[str]) -> list[range]:
    """The TCP ports of words such as 6443/tcp and 2379-2380/tcp."""
    found = (re.fullmatch(r"(\d+)(?:-(\d+))?/tcp", word) for word in words)
    return [range(int(m[1]), int(m[2] or m[1]) + 1) for m in found if m]


def shut(wanted: Sequence[int], there: Sequence[range]) -> list[int]:
    return [port for port in wanted if not any(port in each for each in there)]


def listed(ports: Sequence[int]) -> str:
    *first, last = map(str, ports)
    return f"{', '.join(first)} and {last}" if first else last


def ufw(ports: Ports) -> Look:
    return partial(by_ufw, ports=ports)


def by_ufw(context: Context, *, ports: Ports) -> Iterator[Finding]:
    """By its files: the unit is up whether or not the firewall is. Facts: ports."""
    if not re.search(rb"(?m)^ENABLED=[\"']?yes", context.read(UFW_CONF) or b""):
        return
    rules = (context.read(UFW_RULES) or b"").decode(errors="replace")
    there = re.findall(r"(?m)^### tuple ### allow (?:tcp|any) ([\d,:]+) ", rules)
    words = [f"{port.replace(':', '-')}/tcp" for each in there for port in each.split(",")]
    if closed := shut(ports(context.configuration), opened(words)):
        remedy = "Run `ufw allow PORT/tcp` for each of them"
        yield warning("ufw is active", f"ports {listed(closed)} open", remedy, ports=closed)


def iptables(ports: Ports) -> Look:
    return partial(by_iptables, ports=ports)


def by_iptables(context: Context, *, ports: Ports) -> Iterator[Finding]:
    """No INPUT chain that drops without a word on the ports, be it legacy or over nftables.

    Facts: chain, ports.
    """
    rules = context.host.probe(["iptables", "-S", "INPUT"], timeout=10).stdout.splitlines()
    last = rules[-1] if rules else ""
    drops = "-P INPUT DROP" in rules or last.startswith(("-A INPUT -j DROP", "-A INPUT -j REJECT"))
    if drops and not any(IPTABLES_TRUST.match(rule) or is_managed(rule) for rule in rules):
        words = [word for rule in rules for word in accepted(rule)]
        yield from dropping("INPUT", shut(ports(context.configuration), opened(words)))


def accepted(rule: str) -> Iterator[str]:
    match = re.search(r"-p tcp .*--dports? ([\d,:]+) .*-j ACCEPT", rule)
    yield from (f"{each.replace(':', '-')}/tcp" for each in match[1].split(",")) if match else ()


def nftables(ports: Ports) -> Look:
    return partial(by_nftables, ports=ports)


def by_nftables(context: Context, *, ports: Ports) -> Iterator[Finding]:
    """The same for chains that nobody but nft knows. Facts: chain, ports."""
    for chain, policy in incoming(context):
        rules = rules_of(context, chain)
        if (policy == "drop" or refuses(rules)) and not any(map(trusts, rules)):
            open_ports = [port for rule in rules for port in let_in(rule)]
            yield from dropping(" ".join(chain), shut(ports(context.configuration), open_ports))


def dropping(chain: str, closed: list[int]) -> Iterator[Finding]:
    if closed:
        yield warning(
            f"the chain {chain} drops what comes in",
            f"ports {listed(closed)} open",
            "Accept them there, as well as what comes from pods",
            chain=chain,
            ports=closed,
        )


def incoming(context: Context) -> Iterator[tuple[tuple[str, ...], str]]:
    """Chains that see what comes in: family, table and name, and what becomes of it in the end."""
    for found in objects(context, "chains"):
        chain = found.get("chain", {})
        name = tuple(str(chain.get(key)) for key in ("family", "table", "name"))
        filters = (chain.get("hook"), chain.get("type")) == ("input", "filter")
        if filters and name[2] != "INPUT" and not is_managed(name[1]):
            yield name, str(chain.get("policy"))


def is_managed(name: str) -> bool:
    return any(each in name for each in MANAGED)


Rule = Sequence[Mapping[str, Any]]


def rules_of(context: Context, chain: Sequence[str]) -> list[Rule]:
    """What each rule of a chain is made of."""
    return [
        each["rule"].get("expr", []) for each in objects(context, "chain", *chain) if "rule" in each
    ]


def keys(rule: Rule) -> list[str]:
    """The kinds of a rule's parts; that it counts doesn't matter."""
    return [key for part in rule for key in part if key != "counter"]


def refuses(rules: Sequence[Rule]) -> bool:
    """Whether the last rule drops or rejects all that has come so far."""
    return bool(rules) and keys(rules[-1]) in (["drop"], ["reject"])


def trusts(rule: Rule) -> bool:
    """Whether it accepts all, or all that comes from somewhere."""
    text = json.dumps(rule)
    narrow = any(f'"{word}"' in text for word in ("dport", "ct", "icmp", "icmpv6", "lo", "l4proto"))
    return "accept" in keys(rule) and not narrow


def let_in(rule: Rule) -> list[range]:
    """The ports that a rule accepts."""
    if "accept" not in keys(rule):
        return []
    asked = [part["match"].get("right") for part in rule if '"dport"' in json.dumps(part)]
    return [each for value in asked for each in port_ranges(value)]


def port_ranges(value: Any) -> list[range]:
    """The ports of a match: one, a range of them, or a set of either."""
    match value:
        case int():
            return [range(value, value + 1)]
        case {"range": [int(first), int(last)]}:
            return [range(first, last + 1)]
        case {"set": list(items)}:
            return [each for item in items for each in port_ranges(item)]
    return []


def objects(context: Context, *what: str) -> list[Mapping[str, Any]]:
    """What `nft list` tells; nothing where there is no nft."""
    try:
        said = json.loads(context.host.probe(["nft", "-j", "list", *what], timeout=10).stdout)
        return list(said["nftables"])
    except (ValueError, KeyError, TypeError):
        return []
