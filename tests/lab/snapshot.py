"""What a node is like at one moment, and how two such moments differ: for a test that a machine is left
as it was found. Taken from outside or with the node's own tools; it leaves nothing in the node.

Times aren't compared, nor what lies in memory: processes show in the units that run them.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from .node import Node

Facts = Mapping[str, str]
Ignored = tuple[tuple[str, str, str], ...]

# the kernel's, or gone with the next boot: what counts there is under links, mounts and units
ELSEWHERE = ("/proc", "/sys", "/dev", "/run")

SYSCTLS = (
    "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding",
    "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding",
    "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.route_localnet",
    "net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables",
    "net.ipv4.tcp_keepalive_time", "net.core.somaxconn",
)  # fmt: skip
"""Those that are a node's own; kernel.*, vm.* and fs.* are one for all nodes of the machine."""

IGNORED: Ignored = (
    ("files", "/var/log/*", "logs grow"),
    ("files", "/tmp/tmux-*", "the terminal that a test looks through"),  # noqa: S108
    ("files", "/var/cache/apt/*", "what apt downloaded, and its indexes of it"),
    ("files", "/var/cache/ldconfig/aux-cache", "made again whenever a package is installed"),
    ("files", "/etc/ld.so.cache", "made again whenever a package is installed"),
    ("files", "/var/lib/apt/lists/*", "what apt knows of repositories, made by `apt-get update`"),
    ("files", "/var/lib/apt/extended_states", "compared as packages"),
    ("files", "/var/lib/dpkg/*", "compared as packages"),
    ("files", "/var/lib/systemd/timers/*", "when a timer ran last"),
    ("files", "/var/lib/systemd/random-seed", "another at each boot"),
    ("units", "*.scope now", "one for each session of a person"),
    ("units", "*.device now", "what the kernel shows"),
    ("units", "*.mount now", "compared as mounts"),
    ("units", "systemd-tmpfiles-clean.service now", "runs by the clock"),
    ("mounts", "/run/credentials/*", "systemd's own, for units that have just started"),
)
"""What may differ between two moments without anybody having changed the machine: the section, a
pattern of names, and why."""


@dataclass(frozen=True)
class Snapshot:
    """Facts of a node: in each section, what there is by name, and what it is like."""

    sections: Mapping[str, Facts]


def snapshot(node: Node) -> Snapshot:
    return Snapshot({name: dict(take(node)) for name, take in SECTIONS.items()})


def difference(before: Snapshot, after: Snapshot, ignored: Ignored = IGNORED) -> list[str]:
    """A line for everything that came, went or changed, other than what is to be ignored."""
    return [
        f"{section}: {name}: {was or 'nothing'} -> {now or 'nothing'}"
        for section in SECTIONS
        for name, was, now in _changes(before.sections[section], after.sections[section])
        if not any(section == place and fnmatch(name, pattern) for place, pattern, _ in ignored)
    ]


def _changes(before: Facts, after: Facts) -> Iterator[tuple[str, str | None, str | None]]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def _files(node: Node) -> Iterator[tuple[str, str]]:
    """Each path's kind, mode, owner, and content as a hash, target or device number."""
    top = str(node.root)
    for folder, folders, names in os.walk(top):
        inside = folder.removeprefix(top)
        folders[:] = [name for name in folders if f"{inside}/{name}" not in ELSEWHERE]
        for name in (*folders, *names):
            yield f"{inside}/{name}", _file(Path(folder, name))


def _file(path: Path) -> str:
    found = path.lstat()
    content = ""
    if stat.S_ISREG(found.st_mode):
        with path.open("rb") as opened:
            content = f"{found.st_size} {hashlib.file_digest(opened, 'sha256').hexdigest()[:12]}"
    elif stat.S_ISLNK(found.st_mode):
        content = str(path.readlink())
    return f"{stat.filemode(found.st_mode)} {found.st_uid}:{found.st_gid} {content}".rstrip()


def _sysctls(node: Node) -> Iterator[tuple[str, str]]:
    for line in node.run("sysctl", *SYSCTLS).stdout.splitlines():
        name, _, value = line.partition(" = ")
        yield name, value


def _units(node: Node) -> Iterator[tuple[str, str]]:
    """What is enabled, and, under a name of its own, what runs."""
    plain = ("--plain", "--no-legend", "--no-pager")
    for line in node.check("systemctl", "list-unit-files", *plain).stdout.splitlines():
        name, enabled = line.split()[:2]
        yield name, enabled
    for line in node.check("systemctl", "list-units", "--all", *plain).stdout.splitlines():
        name, loaded, active, state = line.split()[:4]
        if active != "inactive":
            yield f"{name} now", f"{loaded} {active} {state}"


def _packages(node: Node) -> Iterator[tuple[str, str]]:
    marked = {
        what: set(node.check("apt-mark", f"show{what}").stdout.split()) for what in ("hold", "auto")
    }
    form = "${binary:Package} ${Version} ${db:Status-Abbrev}\n"
    for line in node.check("dpkg-query", "--show", f"--showformat={form}").stdout.splitlines():
        name, version, *state = line.split()
        marks = [what for what, names in marked.items() if name in names]
        yield name, " ".join((version, *state, *marks))


def _firewall(node: Node) -> Iterator[tuple[str, str]]:
    """Every chain with its rules, in nft's words; iptables' tables are nft's too.

    A table, and a chain that the kernel calls and that lets all pass, is no fact: listing rules with
    iptables makes them.
    """
    table = chain = ""
    lines: list[str] = []
    for printed in node.check("nft", "--stateless", "list", "ruleset").stdout.splitlines():
        words = printed.strip()
        if words.startswith("table "):
            table = words.removesuffix(" {")
        elif words.endswith(" {"):
            chain, lines = words.removesuffix(" {"), []
        elif words == "}" and chain:
            yield from _chain(f"{table} {chain}", lines)
            chain = ""
        elif words:
            lines.append(words)


def _chain(name: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    is_idle = len(lines) == 1 and lines[0].endswith("policy accept;")
    if not is_idle:
        yield name, " | ".join(lines) or "empty"


def _links(node: Node) -> Iterator[tuple[str, str]]:
    for link in json.loads(node.check("ip", "-json", "-details", "addr").stdout):
        kind = link.get("linkinfo", {}).get("info_kind", link["link_type"])
        own = [f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"] if a["scope"] != "link"]
        yield link["ifname"], " ".join((kind, "UP" if "UP" in link["flags"] else "DOWN", *own))
    for route in node.check("ip", "route").stdout.splitlines():
        yield f"route {route.strip()}", "there"


def _mounts(node: Node) -> Iterator[tuple[str, str]]:
    for line in node.read("/proc/mounts").splitlines():
        source, target, kind, options = line.split()[:4]
        yield target, f"{kind} {source} {options}"


SECTIONS: dict[str, Callable[[Node], Iterator[tuple[str, str]]]] = {
    "files": _files,
    "sysctls": _sysctls,
    "units": _units,
    "packages": _packages,
    "firewall": _firewall,
    "links": _links,
    "mounts": _mounts,
}
