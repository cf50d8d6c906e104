"""Which proxy a program written in Go would take to an address, told from its environment.

Follows what components of Kubernetes read: HTTPS_PROXY and NO_PROXY, capitals first, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

IPAddress = IPv4Address | IPv6Address


def proxy_for(address: IPAddress, environment: Mapping[str, str]) -> str:
    """The proxy without its credentials; empty for a direct connection."""
    proxy = variable(environment, "https_proxy")
    rules = (rule.strip() for rule in variable(environment, "no_proxy").split(","))
    if not proxy or address.is_loopback or any(exempts(rule, address) for rule in rules):
        return ""
    return without_secrets(proxy)


def variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name.upper(), "") or environment.get(name, "")


def exempts(rule: str, address: IPAddress) -> bool:
    """Whether one entry of NO_PROXY names an address: itself, its range, or everything."""
    if rule == "*":
        return True
    try:
        return (
            address in ip_network(rule, strict=False)
            if "/" in rule
            else address == ip_address(rule)
        )
    except ValueError:
        return False


def without_secrets(proxy: str) -> str:
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
