"""What this machine has to have for the lab; Debian packages that are missing are installed."""

from __future__ import annotations

import os
import platform
import re
import shutil
from pathlib import Path

from . import cache, command, versions
from .errors import MissingError

# a command, and the Debian package it comes from
COMMANDS = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "tc": "iproute2",
    "nsenter": "util-linux",
    "dpkg-deb": "dpkg",
    "apt-ftparchive": "apt-utils",
    "gpg": "gnupg",
    "openssl": "openssl",
    "docker-registry": "docker-registry",
    "skopeo": "skopeo",
    "qemu-aarch64-static": "qemu-user-static",
}


def require() -> None:
    """Raise MissingError unless the lab can work here; installs what can be installed."""
    for reason in (_system(), _go(), _cgroups()):
        if reason:
            raise MissingError(reason)
    _install(sorted({package for name, package in COMMANDS.items() if not _found(name)}))


def _system() -> str | None:
    if os.geteuid() != 0:
        return "the lab needs root"
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return "the lab needs Linux on x86_64"
    return None


def _go() -> str | None:
    found = (
        re.search(r"go(\d+)\.(\d+)", command.run("go", "version").stdout) if _found("go") else None
    )
    if found is None or tuple(map(int, found.groups())) < versions.GO:
        return f"the lab needs Go {'.'.join(map(str, versions.GO))} or newer"
    return None


def _cgroups() -> str | None:
    if Path("/sys/fs/cgroup/cgroup.controllers").exists():
        return "the lab knows cgroup v1 machines only, so far"
    return None


def _install(packages: list[str]) -> None:
    if not packages:
        return
    cache.say(f"installing {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        if not (ended := command.run("apt-get", "--quiet", *words, env=quiet)).ok:
            raise MissingError(ended.report())


def _found(name: str) -> bool:
    return shutil.which(name) is not None
