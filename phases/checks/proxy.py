"""Which proxy a program written in Go would take to a host, told from its environment.

Follows what components of Kubernetes read: HTTPS_PROXY and NO_PROXY, capitals first, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from phases.model import network

IPAddress = IPv4Address | IPv6Address


def proxy_for(address: IPAddress, environment: Mapping[str, str]) -> str:
    """The proxy without its credentials; empty for a direct connection."""
    return without_secrets(proxy_to(str(address), environment))


def proxy_to(host: str, environment: Mapping[str, str]) -> str:
    """The proxy to a name or an address, credentials and all; empty for a direct connection."""
    proxy = variable(environment, "https_proxy")
    direct = is_local(host) or any(exempts(rule, host) for rule in no_proxy(environment))
    return "" if direct or not proxy else proxy if "://" in proxy else f"http://{proxy}"


def no_proxy(environment: Mapping[str, str]) -> list[str]:
    rules = (rule.strip() for rule in variable(environment, "no_proxy").split(","))
    return [rule for rule in rules if rule]


def no_proxy_with(environment: Mapping[str, str], more: Iterable[str]) -> str:
    """The value of NO_PROXY with all that is missing from it, in one line."""
    return ",".join(dict.fromkeys((*no_proxy(environment), *more)))


def variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name.upper(), "") or environment.get(name, "")


def is_local(host: str) -> bool:
    return ip_address(host).is_loopback if network.is_address(host) else host == "localhost"


def exempts(rule: str, host: str) -> bool:
    """Whether one entry of NO_PROXY means a host: itself, its range or domain, or everything."""
    if rule == "*":
        return True
    if not network.is_address(host):
        domain = rule.lower().lstrip("*").lstrip(".")
        return host.lower() == domain or host.lower().endswith(f".{domain}")
    try:
        return ip_address(host) in ip_network(rule, strict=False)
    except ValueError:
        return False


def without_secrets(proxy: str) -> str:
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if proxy else ""
