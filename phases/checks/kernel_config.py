"""Options that a kernel has to be built with. Its settings at run time are looked at in `kernel`."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from zlib import error as BrokenStream  # noqa: N812

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context

PLACES = (
    "/proc/config.gz",
    "/boot/config-{release}",
    "/usr/src/linux-{release}/.config",
    "/usr/src/linux/.config",
    "/usr/lib/modules/{release}/config",
    "/usr/lib/ostree-boot/config-{release}",
    "/usr/lib/kernel/config-{release}",
    "/usr/src/linux-headers-{release}/.config",
    "/lib/modules/{release}/build/.config",
)
REQUIRED = (
    *("NAMESPACES", "NET_NS", "PID_NS", "IPC_NS", "UTS_NS", "CPUSETS", "MEMCG", "INET", "EXT4_FS"),
    *("PROC_FS", "NETFILTER_XT_TARGET_REDIRECT|IP_NF_TARGET_REDIRECT"),
    *("NETFILTER_XT_MATCH_COMMENT", "FAIR_GROUP_SCHED", "CGROUPS", "CGROUP_PIDS", "CGROUP_SCHED"),
)
"""Names without CONFIG_; a bar stands between names of which one is enough."""

BY_GROUPS = {1: ("CGROUP_CPUACCT", "CGROUP_DEVICE", "CGROUP_FREEZER"), 2: ("CGROUP_BPF",)}
"""What control groups of each version need besides."""


def options(context: Context, release: str, groups: int) -> Iterator[Finding]:
    """The required options are built in or modules. kubeadm refuses a kernel that can't be asked."""
    text = built_with(context, release)
    if text is None:
        found = f"the configuration of kernel {release} isn't to be found"
        yield warning(found, "a kernel that can be asked", "Load its module `configs`")
        return
    wanted = (*REQUIRED, *BY_GROUPS[groups])
    missing = [name for name in wanted if not re.search(rf"(?m)^CONFIG_({name})=[ym]", text)]
    if missing:
        found = f"a kernel without {', '.join(missing)}"
        yield error(found, "these options", "Boot a kernel that has them, such as a distribution's")


def built_with(context: Context, release: str) -> str | None:
    for place in PLACES:
        path = place.format(release=release)
        content = context.read(path)
        if content is not None:
            return unpacked(path, content).decode(errors="replace")
    return None


def unpacked(path: str, content: bytes) -> bytes:
    try:
        return gzip.decompress(content) if path.endswith(".gz") else content
    except (EOFError, BrokenStream) as broken:
        raise OSError(f"{path} can't be unpacked: {broken}") from broken
