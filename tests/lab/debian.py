"""A Debian that lacks everything Kubernetes needs, and the packages that would bring it. The lab's own
layer above it is in bare.py; the Debians of the nodes that have it all, in rootfs.py."""

from __future__ import annotations

from functools import cache as once
from pathlib import Path

from . import cache, command, rootfs, versions

# what a small server has: a firewall that is switched off, Python, no gpg, no curl
INSTALLED = (
    "systemd", "systemd-sysv", "dbus", "iproute2", "iptables", "nftables", "ufw", "iputils-ping",
    "kmod", "procps", "mount", "util-linux", "sudo", "ca-certificates", "tar", "python3", "tmux",
)  # fmt: skip

# what can be installed there, each with all it needs
OFFERED = (
    "containerd", "runc", "containernetworking-plugins", "conntrack", "socat", "ethtool", "ebtables",
    "ipset", "curl", "gpg", "apt-transport-https", "chrony",
)  # fmt: skip

DOWNLOAD = "apt-get --yes --quiet --no-install-recommends --download-only install"


@once
def bare() -> Path:
    """A folder with `root`, the file system, and `packages`, those offered as .deb files."""
    recipe = (versions.DEBIAN, INSTALLED, OFFERED, DOWNLOAD)
    return cache.artefact("debian-bare", recipe, _make)


def _make(draft: Path) -> None:
    packages = draft / "packages"
    packages.mkdir(parents=True)
    words = [
        "mmdebstrap", "--variant=minbase", f"--include={','.join(INSTALLED)}",
        f'--customize-hook=APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" {DOWNLOAD} {" ".join(OFFERED)}',
        f'--customize-hook=cp "$1"/var/cache/apt/archives/*.deb {packages}',
        versions.DEBIAN, str(draft / "root"), *rootfs.package_sources(),
    ]  # fmt: skip
    command.logged(words, cache.log(draft.name), {}, Path("/"))
    for source in (draft / "root/etc/apt/sources.list.d").iterdir():
        source.unlink()  # this machine's, where a node gets nothing from
