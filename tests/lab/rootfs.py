"""The root file systems: a Debian for the nodes with the lab's layer above it, a Debian for
kube-proxy's image, and busybox for the test image. Images are packed in image.py."""

from __future__ import annotations

import shutil
from functools import cache as once
from pathlib import Path

from . import build, cache, command, versions

UNITS = Path(__file__).parent / "units"

NODE_PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "runc", "containernetworking-plugins",
    "iproute2", "iptables", "nftables", "conntrack", "socat", "ethtool", "ebtables", "iputils-ping",
    "kmod", "procps", "mount", "util-linux", "sudo", "curl", "ca-certificates", "tar", "locales",
    "python3", "tmux",
)  # fmt: skip
PROXY_PACKAGES = ("iptables", "nftables", "conntrack", "kmod", "ipset", "procps", "libc-bin")

NODE_PROGRAMS = (
    "containerd", "ctr", "containerd-shim-runc-v2", "kubelet", "kubeadm", "kubectl",
)  # fmt: skip

# these crash in Debian's static busybox as soon as they resolve a name; the image brings its own
REPLACED = ("wget", "nslookup")

# no modules, clocks or consoles of their own to look after; each only makes a boot slower
MASKED = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
    "e2scrub_reap.service", "fstrim.timer", "console-getty.service", "getty@tty1.service",
    "systemd-logind.service", "systemd-journal-flush.service", "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service", "dev-hugepages.mount", "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount", "systemd-modules-load.service",
    "modprobe@configfs.service", "modprobe@dm_mod.service", "modprobe@drm.service",
    "modprobe@efi_pstore.service", "modprobe@fuse.service", "modprobe@loop.service",
)  # fmt: skip

# restrict_oom_score_adj: without CAP_SYS_RESOURCE nobody can lower a score, and runc dies trying
CONTAINERD_CONFIG = f"""version = 3

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{versions.REGISTRY}/pause:{versions.PAUSE}"

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
"""


@once
def node_layers() -> tuple[Path, ...]:
    """The folders that a node's root is made of, the uppermost first."""
    return node_layer(), debian("node", "minbase", NODE_PACKAGES)


@once
def proxy_base() -> Path:
    return debian("proxy", "essential", PROXY_PACKAGES)


def debian(name: str, variant: str, packages: tuple[str, ...]) -> Path:
    """A Debian with these packages, from this machine's own package sources."""
    recipe = (versions.DEBIAN, variant, packages)
    return cache.artefact(
        f"debian-{name}", recipe, lambda draft: _debootstrap(draft, variant, packages)
    )


@once
def busybox() -> Path:
    """A folder with busybox and a link for each of its applets."""
    return cache.artefact("busybox", (versions.DEBIAN, REPLACED), _unpack_busybox)


@once
def node_layer() -> Path:
    """What a node has above Debian: the Kubernetes node programs, their units and settings."""
    programs = {name: build.binary(name) for name in NODE_PROGRAMS}
    units = {path.name: path.read_text() for path in sorted(UNITS.iterdir())}
    recipe = (programs, units, MASKED, CONTAINERD_CONFIG, NODE_PACKAGES)
    return cache.artefact("node-layer", recipe, lambda draft: _lay(draft, programs))


def _debootstrap(draft: Path, variant: str, packages: tuple[str, ...]) -> None:
    words = [
        "mmdebstrap", f"--variant={variant}", f"--include={','.join(packages)}",
        versions.DEBIAN, str(draft), *package_sources(),
    ]  # fmt: skip
    command.logged(words, cache.log(draft.name), {}, Path("/"))


def package_sources() -> list[str]:
    """Where this machine gets its packages, in the form mmdebstrap takes."""
    for place in ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"):
        if Path(place).exists():
            return [place]
    return []


def _unpack_busybox(draft: Path) -> None:
    draft.mkdir()
    command.check("apt-get", "download", "busybox-static", cwd=draft)
    (package,) = draft.glob("*.deb")
    command.check("dpkg-deb", "--extract", package, draft / "deb")
    binary = draft / "bin" / "busybox"
    binary.parent.mkdir()
    shutil.copy(draft / "deb" / "bin" / "busybox", binary)
    for applet in command.check(binary, "--list").stdout.split():
        if applet not in ("busybox", *REPLACED):
            (binary.parent / applet).symlink_to("busybox")
    shutil.rmtree(draft / "deb")
    package.unlink()


def _lay(draft: Path, programs: dict[str, Path]) -> None:
    units = draft / "usr/lib/systemd/system"
    (draft / "usr/bin").mkdir(parents=True)
    for name, path in programs.items():
        (draft / "usr/bin" / name).hardlink_to(path)
    _write(draft / "etc/containerd/config.toml", CONTAINERD_CONFIG)
    for unit in UNITS.glob("*.service"):
        _write(units / unit.name, unit.read_text())
    _write(units / "kubelet.service.d/10-kubeadm.conf", (UNITS / "10-kubeadm.conf").read_text())
    _enable(draft, "containerd.service", "multi-user.target")
    _enable(draft, "writable-cgroups.service", "sysinit.target")
    for unit_name in MASKED:
        (draft / "etc/systemd/system" / unit_name).symlink_to("/dev/null")
    _plugins(draft)


def _plugins(draft: Path) -> None:
    """The CNI plugins where Kubernetes looks for them; Debian keeps them elsewhere."""
    debian_plugins = debian("node", "minbase", NODE_PACKAGES) / "usr/lib/cni"
    shutil.copytree(debian_plugins, draft / "opt/cni/bin", symlinks=True)


def _enable(root: Path, unit: str, target: str) -> None:
    wants = root / "etc/systemd/system" / f"{target}.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / unit).symlink_to(f"/usr/lib/systemd/system/{unit}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
