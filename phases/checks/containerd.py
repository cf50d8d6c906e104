"""containerd's own configuration: whether it serves CRI at all, in a version that it reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context
from phases.model.types import Configuration
from phases.system.ports import CommandResult

CONFIG = "/etc/containerd/config.toml"
CRI = ("cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime")
"""Names under which versions of containerd know what serves CRI."""

OLDEST = 2


def is_used(configuration: Configuration) -> bool:
    return "containerd" in configuration.init.node_registration.cri_socket


def config(context: Context) -> Iterator[Finding]:
    """The file can be read, its version too, and CRI isn't switched off in it or in its drop-ins.

    No file at all is a good one. Facts: path, and disabled (names) or version.
    """
    content = context.read(CONFIG)
    if content is None:
        return
    try:
        read = tomllib.loads(content.decode())
    except ValueError as broken:
        remedy = "Mend that file, or begin with what `containerd config default` prints"
        yield error(f"{CONFIG} can't be read: {broken}", "TOML", remedy, path=CONFIG)
        return
    yield from switched_off(context, read)
    yield from outdated(read)


def switched_off(context: Context, read: dict[str, Any]) -> Iterator[Finding]:
    dump = parsed(dumped(context))
    off = [str(name) for name in listed({**read, **dump}, "disabled_plugins")]
    if switched := [name for name in off if name in CRI]:
        yield error(
            f"CRI is switched off in {CONFIG} (disabled_plugins: {', '.join(switched)})",
            "a containerd that serves CRI",
            "Take it out of disabled_plugins and run `systemctl restart containerd`",
            path=CONFIG,
            disabled=switched,
        )


def outdated(read: dict[str, Any]) -> Iterator[Finding]:
    """A file without a version is of version 1: in it, settings by their newer names go unread."""
    version = read.get("version", 1)
    if read and isinstance(version, int) and version < OLDEST:
        yield warning(
            f"{CONFIG} is of version {version}",
            f"version {OLDEST} or newer: older ones name CRI's settings otherwise",
            "Take over what `containerd config migrate` prints, and restart containerd",
            path=CONFIG,
            version=version,
        )


def dumped(context: Context) -> CommandResult:
    """What containerd makes of its configuration, drop-ins and defaults included."""
    return context.host.probe(["containerd", "config", "dump"], timeout=10)


def parsed(dump: CommandResult) -> dict[str, Any]:
    try:
        return tomllib.loads(dump.stdout) if dump.code == 0 else {}
    except ValueError:
        return {}


def listed(table: dict[str, Any], name: str) -> list[Any]:
    found = table.get(name, [])
    return found if isinstance(found, list) else []


def cgroup_driver(context: Context) -> str:
    """The driver that containerd is set to, for one too old to tell over CRI; empty if unknown."""
    said = re.search(r"(?m)^\s*SystemdCgroup\s*=\s*(true|false)", dumped(context).stdout)
    return {"true": "systemd", "false": "cgroupfs"}[said[1]] if said else ""
