"""Kernel modules that have to be there, and limits that the defaults of a kernel set too low."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from phases.checks.check import Finding, Look, warning
from phases.engine.context import Context

FILESYSTEMS = "/proc/filesystems"
BRIDGED = {
    4: "/proc/sys/net/bridge/bridge-nf-call-iptables",
    6: "/proc/sys/net/bridge/bridge-nf-call-ip6tables",
}
LIMITS = {"max_user_instances": 512, "max_user_watches": 65536}
"""What a node full of pods needs of inotify; kernels give 128 instances."""


def overlay(context: Context) -> Iterator[Finding]:
    """Containers' file systems are overlays. Facts: module."""
    if "overlay" not in context.host.read(FILESYSTEMS).decode().split():
        yield lacking("overlay")


def bridge(version: int) -> Look:
    return partial(bridged, version=version)


def bridged(context: Context, *, version: int) -> Iterator[Finding]:
    """What crosses a bridge passes the packet filter, as services of pods on one node need it.

    kubeadm no longer looks; flannel and others fail without. Facts: module, or setting and value.
    """
    content = context.read(BRIDGED[version])
    name = BRIDGED[version].removeprefix("/proc/sys/").replace("/", ".")
    if content is None:
        yield lacking("br_netfilter")
    elif not content.startswith(b"1"):
        remedy = f"Run `sysctl -w {name}=1` and keep it in /etc/sysctl.d"
        found = f"{name} is {content.decode().strip() or 'empty'}"
        yield warning(found, "1", remedy, setting=name, value="1")


def lacking(module: str) -> Finding:
    return warning(
        f"the kernel module {module} isn't loaded",
        "it loaded, now and when the machine starts",
        f"Run `modprobe {module}` and keep its name in /etc/modules-load.d",
        module=module,
    )


def inotify(context: Context) -> Iterator[Finding]:
    """Enough watches for the files of many pods. Facts: setting, as sysctl has it, and value."""
    for name, least in LIMITS.items():
        found = (context.read(f"/proc/sys/fs/inotify/{name}") or b"").decode().strip()
        setting = f"fs.inotify.{name}"
        if found.isdigit() and int(found) < least:
            remedy = f"Run `sysctl -w {setting}={least}` and keep it in /etc/sysctl.d"
            said, value = f"{setting} is {found}", str(least)
            yield warning(said, f"{least} or more", remedy, setting=setting, value=value)
