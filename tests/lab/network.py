"""The lab's network: one bridge, an address and a link per node. No route leads out of it.

Pods' networks inside the nodes are made in podnet.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from . import cache, command
from .errors import LabError

BRIDGE = "kbt0"
PREFIX = "172.30.98"
GATEWAY = f"{PREFIX}.1"
NUMBERS = range(1, 20)
PATIENCE = 20


def address(number: int) -> str:
    return f"{PREFIX}.{10 + number}"


def host_name(number: int) -> str:
    return f"node{number}"


def link(number: int) -> str:
    """The bridge's end of a node's link."""
    return f"kbt-v{number}"


def hosts() -> str:
    """An /etc/hosts that knows every node there could be."""
    lines = [f"{address(number)} {host_name(number)}" for number in NUMBERS]
    return "\n".join(["127.0.0.1 localhost", "::1 localhost ip6-localhost", *lines, ""])


def ensure_bridge() -> None:
    with cache.locked("bridge"):
        if not Path(f"/sys/class/net/{BRIDGE}").exists():
            _ip(f"link add {BRIDGE} type bridge")
            _ip(f"addr add {GATEWAY}/24 dev {BRIDGE}")
            _ip(f"link set {BRIDGE} up")


def ensure_address(own: str) -> None:
    """Give this machine one more address on the bridge."""
    _ip(f"addr replace {own}/24 dev {BRIDGE}")


def remove_bridge(unless: Callable[[], bool]) -> None:
    """Remove it, but ask under the lock: a node that boots now waits here and makes it again."""
    with cache.locked("bridge"):
        if not unless():
            command.run("ip", "link", "delete", BRIDGE)


def plug(number: int, host: int) -> None:
    """Link this process's own network namespace with the bridge in the namespace `host` (an fd)."""
    outside = ("nsenter", f"--net=/proc/self/fd/{host}", "ip", "link")
    pair = f"add {link(number)} type veth peer name eth0 netns {os.getpid()}".split()
    deadline = time.monotonic() + PATIENCE
    # the kernel takes its time to let go of the link of a node that just went down
    while not (added := command.run(*outside, *pair, keep=(host,))).ok:
        if time.monotonic() > deadline:
            raise LabError(added.report())
        command.run(*outside, "delete", link(number), keep=(host,))
        time.sleep(0.05)
    joined = f"set {link(number)} master {BRIDGE} up".split()
    command.run(*outside, *joined, keep=(host,)).checked()
    _ip("link set lo up")
    _ip(f"addr add {address(number)}/24 dev eth0")
    _ip("link set eth0 up")
    _ip(f"route add default via {GATEWAY}")


def unplug(number: int) -> None:
    command.run("ip", "link", "delete", link(number))


def shape(number: int, rate: str) -> None:
    """Limit what reaches a node, for instance to 200mbit."""
    limit = f"qdisc replace dev {link(number)} root tbf rate {rate} burst 1mb latency 50ms"
    command.check("tc", *limit.split())


def _ip(words: str) -> None:
    command.check("ip", *words.split())
