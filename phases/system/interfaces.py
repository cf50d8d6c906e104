"""Network interfaces and their addresses, asked of the kernel itself (rtnetlink).

The standard library has no such call, and a hundred lines are cheaper to ship than psutil.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

IPAddress = IPv4Address | IPv6Address

GET_LINK, NEW_LINK, GET_ADDRESS, NEW_ADDRESS = 18, 16, 22, 20
DUMP = 0x301
ERROR, DONE = 2, 3
LINK_NAME, ADDRESS_OTHER, ADDRESS_OWN = 3, 1, 2
UP, LOOPBACK, POINT_TO_POINT = 0x1, 0x8, 0x10


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface with its addresses in the kernel's order."""

    name: str
    flags: int
    addresses: tuple[IPAddress, ...]


def interfaces() -> tuple[Interface, ...]:
    """All interfaces of this network namespace, by index. Raises OSError."""
    links = [link(message) for message in dump(GET_LINK, NEW_LINK)]
    owned = [own_address(message) for message in dump(GET_ADDRESS, NEW_ADDRESS)]
    return tuple(
        Interface(name, flags, tuple(address for owner, address in owned if owner == index))
        for index, name, flags in sorted(links)
    )


def link(message: bytes) -> tuple[int, str, int]:
    """Index, name and flags of one interface."""
    index, flags = struct.unpack_from("=iI", message, 4)
    name = dict(attributes(message[16:]))[LINK_NAME]
    return index, name.rstrip(b"\0").decode(errors="replace"), flags


def own_address(message: bytes) -> tuple[int, IPAddress]:
    """The interface's index and the address; on a point-to-point link our end, not the other."""
    index = struct.unpack_from("=I", message, 4)[0]
    found = dict(attributes(message[8:]))
    return index, ip_address(found.get(ADDRESS_OWN) or found[ADDRESS_OTHER])


def dump(request: int, wanted: int) -> Iterator[bytes]:
    """The bodies of the kernel's answers to one dump request."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as kernel:
        kernel.settimeout(5)
        kernel.send(struct.pack("=IHHIIB3x", 20, request, DUMP, 1, 0, socket.AF_UNSPEC))
        while True:
            for kind, body in messages(kernel.recv(1 << 18)):
                if kind == DONE:
                    return
                if kind == ERROR:
                    number = -struct.unpack_from("=i", body)[0]
                    raise OSError(number, os.strerror(number))
                if kind == wanted:
                    yield body


def messages(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The netlink messages in one datagram: type and body."""
    while len(raw) >= 16:
        length, kind = struct.unpack_from("=IH", raw)
        yield kind, raw[16:length]
        raw = raw[aligned(length) :]


def attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes behind a message's fixed part: type and value."""
    while len(raw) >= 4:
        length, kind = struct.unpack_from("=HH", raw)
        yield kind, raw[4:length]
        raw = raw[max(aligned(length), 4) :]


def aligned(length: int) -> int:
    return (length + 3) & ~3
