"""What can be wrong with a bare node before it becomes a master: a table of small functions, each of
which makes one thing wrong, as a person or another program would have left it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as once
from pathlib import Path

from . import build, cache, old_cluster, swap
from .deb import Deb, Files
from .errors import LabError
from .node import Node

AGENT = "fleet-agent"
AGENT_UNIT = f"""[Unit]
Description=Fleet agent

[Service]
ExecStart=/usr/bin/{AGENT} :10250

[Install]
WantedBy=multi-user.target
"""
START = f"""#!/bin/sh
systemctl enable --quiet --now {AGENT}
"""
STOP = f"""#!/bin/sh
[ "$1" != remove ] || systemctl disable --quiet --now {AGENT}
"""
SYSCTL = """# this machine is no router
net.ipv4.ip_forward = 0
"""
NFTABLES = """#!/usr/sbin/nft -f
flush ruleset

table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
    meta l4proto { icmp, ipv6-icmp } accept
    tcp dport 22 accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
  }
}
"""
CONTAINERD = """# what Docker's own package leaves
disabled_plugins = ["cri"]
"""


def forwarding(node: Node) -> None:
    """IP forwarding is off, and a file of the operator's keeps it off."""
    node.write("/etc/sysctl.d/99-hardening.conf", SYSCTL, mode=0o644)
    node.check("sysctl", "--quiet", "--load", "/etc/sysctl.d/99-hardening.conf")


def ufw(node: Node) -> None:
    """ufw lets only ssh in."""
    node.shell("ufw allow 22/tcp >/dev/null; ufw --force enable >/dev/null")


def nftables(node: Node) -> None:
    """A rule set of the operator's own lets only ssh in, and forwards nothing."""
    node.write("/etc/nftables.conf", NFTABLES, mode=0o755)
    node.check("systemctl", "enable", "--quiet", "--now", "nftables")


def kubelet_port(node: Node) -> None:
    """Another program, of a unit and of a package, has the kubelet's port."""
    node.copy_in(agent(), f"/root/{agent().name}")
    node.check("dpkg", "--install", f"/root/{agent().name}")
    node.check("rm", f"/root/{agent().name}")


def containerd_config(node: Node) -> None:
    """A configuration of containerd lies about that switches CRI off."""
    node.write("/etc/containerd/config.toml", CONTAINERD, mode=0o644)


FAULTS: dict[str, Callable[[Node], None]] = {
    "swap": swap.switch_on,
    "forwarding": forwarding,
    "nftables": nftables,
    "ufw": ufw,  # after nftables, which flushes all rules when it starts
    "kubelet-port": kubelet_port,
    "containerd-config": containerd_config,
    "old-cluster": old_cluster.leave,
}


def plant(node: Node, *names: str) -> None:
    """Make these things wrong on a bare node, one after the other."""
    if unknown := set(names) - set(FAULTS):
        raise LabError(f"no such fault: {', '.join(sorted(unknown))}")
    for name in names:
        FAULTS[name](node)


@once
def agent() -> Path:
    """The package of a program that answers on the kubelet's port."""
    files: Files = {
        f"/usr/bin/{AGENT}": build.binary("agent"),
        f"/usr/lib/systemd/system/{AGENT}.service": AGENT_UNIT,
    }
    scripts = {"postinst": START, "prerm": STOP}
    package = Deb(AGENT, "2.1-1", "Reports to the fleet's console", files, scripts=scripts)
    folder = cache.artefact(AGENT, vars(package), lambda draft: _make(package, draft))
    (found,) = folder.glob("*.deb")
    return found


def _make(package: Deb, draft: Path) -> None:
    draft.mkdir()
    package.make(draft)
