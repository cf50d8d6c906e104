"""What this machine brings to the form: its name, addresses, runtime sockets and the networks it reaches.

It looks once and changes nothing; where it can't look, the fact is missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from phases.engine.errors import ConfigurationError
from phases.engine.resolve import CRI_SOCKETS
from phases.model.defaults import Surroundings
from phases.system.interfaces import interfaces
from phases.system.machine import this_machine
from phases.system.real_host import RealHost

ROUTES4, ROUTES6 = Path("/proc/net/route"), Path("/proc/net/ipv6_route")


@dataclass(frozen=True, slots=True)
class Address:
    """An address of this machine and the interface that carries it."""

    text: str
    interface: str


@dataclass(frozen=True, slots=True)
class Route:
    """A network that this machine reaches through an interface; default routes are none."""

    network: str
    interface: str


@dataclass(frozen=True, slots=True)
class Facts:
    """`memory` in bytes; `addresses` without loopback and link-local ones; `user` is who called sudo."""

    hostname: str = ""
    default_address: str = ""
    addresses: tuple[Address, ...] = ()
    cri_sockets: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    cpus: int = 0
    memory: int = 0
    euid: int = 0
    system: str = ""
    user: str = ""

    @property
    def gibibytes(self) -> str:
        """The memory in GiB, as every page tells it."""
        return f"{self.memory / 2**30:.1f}".removesuffix(".0")

    @property
    def surroundings(self) -> Surroundings:
        """The part that the model's defaults need."""
        return Surroundings(
            hostname=self.hostname,
            default_address=self.default_address,
            addresses=tuple(address.text for address in self.addresses),
            cri_sockets=self.cri_sockets,
        )


def look_around() -> Facts:
    """The facts of this machine."""
    try:
        machine = this_machine()
    except OSError:
        return Facts()
    return Facts(
        hostname=machine.hostname,
        default_address=machine.default_address,
        addresses=tuple(_addresses()),
        cri_sockets=tuple(f"unix://{path}" for path in CRI_SOCKETS if RealHost().answers(path)),
        routes=tuple(_routes()),
        cpus=machine.cpus,
        memory=machine.memory,
        euid=machine.euid,
        system=_system(),
        user=behind_sudo(os.environ),
    )


def behind_sudo(environment: Mapping[str, str]) -> str:
    """The user who called sudo; empty where nobody did, or where that is nobody with a home here."""
    from tui.init import known_user

    name = environment.get("SUDO_USER", "")
    with suppress(ConfigurationError):
        return "" if name == "root" else known_user(name)
    return ""


def _addresses() -> Iterator[Address]:
    with suppress(OSError):
        for interface in interfaces():
            for address in interface.addresses:
                if not (address.is_loopback or address.is_link_local):
                    yield Address(str(address), interface.name)


def _routes() -> Iterator[Route]:
    with suppress(OSError):
        yield from routes4(ROUTES4.read_text())
    with suppress(OSError):
        yield from routes6(ROUTES6.read_text())


def routes4(table: str) -> Iterator[Route]:
    """The networks of the kernel's IPv4 route table; numbers stand there in the host's byte order."""
    for line in table.splitlines()[1:]:
        match line.split():
            case [name, destination, _, _, _, _, _, mask, *_] if mask != "00000000":
                address = int.from_bytes(bytes.fromhex(destination), "little")
                length = int.from_bytes(bytes.fromhex(mask), "little").bit_count()
                yield Route(str(IPv4Network((address, length))), name)


def routes6(table: str) -> Iterator[Route]:
    """The same for IPv6, without link-local, multicast and single addresses."""
    for line in table.splitlines():
        words = line.split()
        if len(words) < 10:
            continue
        network = IPv6Network((int(words[0], 16), int(words[1], 16)))
        odd = network.is_link_local or network.is_multicast or network.is_loopback
        if 0 < network.prefixlen < 128 and not odd:
            yield Route(str(network), words[9])


def _system() -> str:
    """The name of the distribution, as it calls itself."""
    with suppress(OSError):
        for line in Path("/etc/os-release").read_text(errors="replace").splitlines():
            if line.startswith("PRETTY_NAME="):
                return line.partition("=")[2].strip('"')
    return ""
