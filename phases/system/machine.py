"""Facts of this machine: names, addresses, processors, memory. It looks and changes nothing.

The default address is chosen as kubeadm chooses it: IPv4 routes first, then IPv6 ones.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from phases.system.interfaces import LOOPBACK, POINT_TO_POINT, UP, Interface, IPAddress, interfaces
from phases.system.ports import Machine

ROUTES = {4: "/proc/net/route", 6: "/proc/net/ipv6_route"}
NOWHERE = "0" * 32
TIMEX_SIZE, TIME_ERROR = 256, 5
"""Room for the kernel's struct timex, and its word for a clock that nobody keeps in step."""


def this_machine() -> Machine:
    """Read anew at each call. Raises OSError."""
    found = interfaces()
    return Machine(
        hostname=os.uname().nodename,
        addresses=tuple(str(address) for address in usable(found)),
        default_address=default_address(found, default_routes()),
        cpus=len(os.sched_getaffinity(0)),
        memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        euid=os.geteuid(),
        in_step=clock_in_step(),
    )


def clock_in_step() -> bool | None:
    """Asked of the kernel itself: asking systemd would start a service of its, which leaves traces."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_SIZE))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR


def usable(found: Sequence[Interface]) -> Iterator[IPAddress]:
    """Every address but the link-local IPv6 ones, which mean nothing without an interface."""
    for interface in found:
        for address in interface.addresses:
            if address.version == 4 or not address.is_link_local:
                yield address


def default_routes() -> Sequence[tuple[int, str]] | None:
    """Family and interface of each default route; None where the kernel keeps no route file."""
    try:
        four = Path(ROUTES[4]).read_text()
    except FileNotFoundError:
        return None
    six = ""
    with suppress(OSError):
        six = Path(ROUTES[6]).read_text()
    return [*((4, name) for name in routes4(four)), *((6, name) for name in routes6(six))]


def routes4(table: str) -> Iterator[str]:
    """Interfaces of the routes to 0.0.0.0; the first line is a heading."""
    for line in table.splitlines()[1:]:
        match line.split():
            case [name, "00000000", *_]:
                yield name


def routes6(table: str) -> Iterator[str]:
    """Interfaces of the routes to :: that have a gateway."""
    for line in table.splitlines():
        fields = line.split()
        if len(fields) > 9 and fields[0] == NOWHERE and fields[4] != NOWHERE:
            yield fields[9]


def default_address(found: Sequence[Interface], routes: Sequence[tuple[int, str]] | None) -> str:
    """The first global address on a default route's interface, or else on the loopback one."""
    if routes is None:
        return first(outward(found))
    for family, name in routes:
        here = [one for one in found if one.name == name]
        loops = [one for one in found if one.flags & LOOPBACK]
        if chosen := first(global_addresses([*here, *loops], family)):
            return chosen
    return ""


def outward(found: Sequence[Interface]) -> Iterator[IPAddress]:
    """Global addresses of interfaces that lead to a network, IPv4 before IPv6."""
    open_ones = [one for one in found if not one.flags & (LOOPBACK | POINT_TO_POINT)]
    yield from global_addresses(open_ones, 4)
    yield from global_addresses(open_ones, 6)


def global_addresses(found: Sequence[Interface], family: int) -> Iterator[IPAddress]:
    """Addresses of one family that others can reach, on interfaces that are up."""
    for interface in found:
        for address in interface.addresses:
            if interface.flags & UP and address.version == family and is_global(address):
                yield address


def is_global(address: IPAddress) -> bool:
    """Global unicast as Go has it: private ranges belong to it."""
    odd = address.is_unspecified or address.is_loopback or address.is_multicast
    return not (odd or address.is_link_local or str(address) == "255.255.255.255")


def first(addresses: Iterator[IPAddress]) -> str:
    return str(next(addresses, ""))
