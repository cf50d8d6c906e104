"""What single values of a component's configuration may be: rules as functions, with what would be right.

Each rule takes a value and returns what is wrong with it and a remedy, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any

from phases.model.duration import parse_duration
from phases.model.names import absolute_path_fault, subdomain_fault
from phases.model.network import is_address, split_host_port
from phases.model.quantity import QUANTITY

Fault = tuple[str, str] | None
"""What is wrong, and what would be right."""

Rule = Callable[[Any], Fault]

_PERCENT = re.compile(r"\d{1,2}(\.\d+)?%|100%", re.ASCII)
_SYSCTL = re.compile(
    r"[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*([./]?\*)?"
)


def one_of(*choices: str) -> Rule:
    """A word of a list; case counts, as it does for the components."""

    def rule(value: Any) -> Fault:
        if value in choices:
            return None
        same = [choice for choice in choices if choice.lower() == str(value).lower()]
        near = same or get_close_matches(str(value), choices, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(choices)}"
        return f"can't be {value!r}", remedy

    return rule


def between(least: int, most: int) -> Rule:
    def rule(value: Any) -> Fault:
        if least <= value <= most:
            return None
        near = least if value < least else most
        return f"must lie between {least} and {most}, but is {value}", f"Use {near}"

    return rule


def at_least(least: int) -> Rule:
    def rule(value: Any) -> Fault:
        return (
            (f"must be at least {least}, but is {value}", f"Use {least} or more")
            if (value < least)
            else None
        )

    return rule


def quantity(value: Any) -> Fault:
    if QUANTITY.fullmatch(value):
        return None
    return f"{value!r} is not a quantity", "Write it as in 10Mi"


def threshold(value: Any) -> Fault:
    """How little may be left: a quantity, or a part of the whole."""
    if QUANTITY.fullmatch(value) or _PERCENT.fullmatch(value):
        return None
    return f"{value!r} is neither a quantity nor a percentage", "Write it as in 100Mi or 10%"


def duration(value: Any) -> Fault:
    try:
        parse_duration(value)
    except ValueError as error:
        return str(error), "Write it as in 1m30s"
    return None


def address(value: Any) -> Fault:
    return None if is_address(value) else (
        f"{value!r} is not an IP address", "Write it as in 10.96.0.10"
    )  # fmt: skip


def address_and_port(value: Any) -> Fault:
    """An IP address, with a port or without."""
    try:
        host, port = split_host_port(value)
    except ValueError:
        host, port = value, ""
    if is_address(host) and (not port or _is_port(port)):
        return None
    return f"{value!r} is not an address with a port", "Write it as in 0.0.0.0:10249"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text[:9]) < 65536


def network(value: Any) -> Fault:
    """One range in CIDR notation."""
    try:
        ip_network(value)
    except ValueError:
        return f"{value!r} is not a range", "Write it as in 10.244.0.0/16"
    return None


def networks(value: Any) -> Fault:
    """Ranges with commas between them."""
    return next(filter(None, map(network, value.split(","))), None)


def node_port_address(value: Any) -> Fault:
    return None if value == "primary" else network(value)


def path(value: Any) -> Fault:
    fault = absolute_path_fault(value)
    return (fault, "Write it as in /run/systemd/resolve/resolv.conf") if fault else None


def domain(value: Any) -> Fault:
    fault = subdomain_fault(value)
    return (fault, "Write it as in cluster.local") if fault else None


def sysctl(value: Any) -> Fault:
    if _SYSCTL.fullmatch(value):
        return None
    return (
        f"{value!r} is not the name of a sysctl",
        "Write it as in net.core.somaxconn or kernel.msg*",
    )
