"""The kernel: its version and settings, swap, and the control groups that containers live in.

Its modules and limits are looked at in `modules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from phases.checks.check import Finding, Look, error, warning
from phases.checks.kernel_config import options
from phases.checks.versions import kubelet_version
from phases.engine.context import Context
from phases.model import network
from phases.model.types import Configuration

FORWARD4 = "/proc/sys/net/ipv4/ip_forward"
FORWARD6 = "/proc/sys/net/ipv6/conf/default/forwarding"
RELEASE = "/proc/sys/kernel/osrelease"
SUPPORTED = re.compile(r"5\.(4|10|15)\b|([6-9]|[1-9]\d+)\.\d+\.\d+")
UNIFIED = "/sys/fs/cgroup/cgroup.controllers"
OLD_GROUPS = "/proc/cgroups"
NEEDED = {2: {"cpu", "cpuset", "memory", "pids"}}
NEEDED[1] = NEEDED[2] | {"cpuacct", "devices", "freezer"}
WELCOME = {1: {"hugetlb", "blkio"}, 2: {"hugetlb", "io"}}
"""Control group controllers by version: what has to be there, and what kubeadm only warns about."""


def system(context: Context) -> Iterator[Finding]:
    """What kubeadm calls SystemVerification."""
    release = context.host.read(RELEASE).decode(errors="replace").strip()
    yield from version(release)
    yield from options(context, release, 2 if context.exists(UNIFIED) else 1)
    yield from groups(context)


def version(release: str) -> Iterator[Finding]:
    if not SUPPORTED.match(release):
        needed = "5.4, 5.10, 5.15, or 6 and later"
        yield warning(f"kernel {release}", needed, "Move to a kernel with long-term support")


def groups(context: Context) -> Iterator[Finding]:
    """Version 1 is refused by kubelets of 1.35 and later unless they are told not to."""
    unified = context.exists(UNIFIED)
    if not unified:
        yield Finding(
            "warning" if old_groups_allowed(context) else "error",
            "control groups of version 1",
            "version 2 (or failCgroupV1: false in a KubeletConfiguration, while that lasts)",
            "Boot with systemd.unified_cgroup_hierarchy=1",
        )
    here = controllers(context) if unified else old(context)
    for wanted, level in ((NEEDED, error), (WELCOME, warning)):
        if missing := wanted[2 if unified else 1] - here:
            found = f"no control group controllers {', '.join(sorted(missing))}"
            yield level(found, "these controllers", "Enable them on the kernel's command line")


def old_groups_allowed(context: Context) -> bool:
    if (context.configuration.kubelet or {}).get("failCgroupV1") is False:
        return True
    found = kubelet_version(context) or context.version
    return (found.major, found.minor) < (1, 35)


def controllers(context: Context) -> set[str]:
    return set(context.host.read(UNIFIED).decode().split())


def old(context: Context) -> set[str]:
    """The enabled controllers of version 1: name, hierarchy, groups, enabled."""
    rows = (line.split() for line in context.host.read(OLD_GROUPS).decode().splitlines())
    return {row[0] for row in rows if len(row) >= 4 and row[0][0] != "#" and row[3] != "0"}


def swap(context: Context) -> Iterator[Finding]:
    """The first line of the list is a heading; a kubelet that is told to cope with swap may.

    Facts: devices, each by its path.
    """
    devices = (context.read("/proc/swaps") or b"").decode(errors="replace").splitlines()[1:]
    if devices and (context.configuration.kubelet or {}).get("failSwapOn") is not False:
        yield warning(
            f"swap is on ({devices[0].split()[0]})",
            "no swap: the kubelet won't start with it",
            "Run `swapoff -a` and remove it from /etc/fstab, or set failSwapOn: false",
            devices=[line.split()[0] for line in devices],
        )


def is_one(path: str) -> Look:
    return partial(setting, path=path)


def setting(context: Context, *, path: str) -> Iterator[Finding]:
    """A kernel setting whose value begins with 1. Facts: setting, as sysctl has it, and value."""
    content = context.read(path)
    if content is None or not content.startswith(b"1"):
        name = path.removeprefix("/proc/sys/").replace("/", ".")
        found = f"{name} is {'missing' if content is None else content.decode().strip() or 'empty'}"
        remedy = f"Run `sysctl -w {name}=1` and keep it in /etc/sysctl.d"
        yield error(found, "1", remedy, setting=name, value="1")


def uses(version: int, configuration: Configuration) -> bool:
    """Whether an address family is in use: a range of services or pods, or the advertised address."""
    networking = configuration.cluster.networking
    address = configuration.init.local_api_endpoint.advertise_address
    ranges = [text for text in (networking.service_subnet, networking.pod_subnet) if text]
    found = {family for text in ranges for family in network.families(text)}
    return version in found | {network.family(address)}


def joins_by(version: int, configuration: Configuration) -> bool:
    """Whether a node reaches its cluster at an address of a family, or at a name (by IPv4, likely)."""
    host, _ = network.split_host_port(configuration.cluster.control_plane_endpoint)
    return version == (network.family(host) if network.is_address(host) else 4)
