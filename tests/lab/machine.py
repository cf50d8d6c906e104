"""What a node is made of on this machine: its folders, mounts and the systemd-nspawn command.

Used only inside the keeper's own mount and network namespaces (keeper.py), so nothing that is
mounted here is ever seen, or left, outside them.
"""

from __future__ import annotations

import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from . import cache, command, network

REGISTRY_ADDRESS = f"{network.GATEWAY}:5000"
HOSTS_TOML = f"""server = "http://{REGISTRY_ADDRESS}"

[host."http://{REGISTRY_ADDRESS}"]
  capabilities = ["pull", "resolve"]
"""

# overlayfs can't lie on overlayfs, and containerd's snapshots are overlays: it gets real folders;
# a bare node, where neither it nor its folder is yet, has all of /var as one
REAL_FOLDERS = ("var/lib/containerd", "var/lib/kubelet")
BARE_FOLDERS = ("var",)

# SECCOMP: runc needs keyctl, which nspawn's filter forbids. API_VFS: the kubelet writes sysctls.
ENVIRONMENT = {"SYSTEMD_SECCOMP": "0", "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "yes"}


@dataclass(frozen=True)
class Plan:
    """What the keeper is asked to boot."""

    number: int
    layers: tuple[str, ...]
    content: str | None = None  # a /var/lib/containerd with images in it
    registry: bool = False
    real: tuple[str, ...] = REAL_FOLDERS  # what of its root isn't an overlay
    nameserver: str = network.GATEWAY


def folder(number: int) -> Path:
    return cache.home() / "nodes" / str(number)


def state_file(number: int) -> Path:
    """What the keeper notes down for whoever else has to do with the node."""
    return folder(number) / "state.json"


def root(number: int) -> Path:
    return folder(number) / "root"


def lay_out(plan: Plan) -> None:
    """Make the folders of a fresh node; those of a node that was switched off stay as they are."""
    home = folder(plan.number)
    if (home / "upper").exists():
        return
    for name in ("root", "work", "upper", *plan.real):
        (home / name).mkdir(parents=True, exist_ok=True)
    for layer, name in product(reversed(plan.layers), plan.real):
        if Path(layer, name).is_dir():
            command.check("cp", "--archive", f"{layer}/{name}/.", home / name)
    _settings(home / "upper", plan)
    if plan.content:
        _copy_content(Path(plan.content), home / "var/lib/containerd")


def mount(plan: Plan) -> None:
    """Mount the node's root and its real folders, in the caller's mount namespace."""
    home, target = folder(plan.number), root(plan.number)
    layers = ":".join(plan.layers)
    options = f"lowerdir={layers},upperdir={home / 'upper'},workdir={home / 'work'}"
    command.check("mount", "-t", "overlay", f"kbt-n{plan.number}", "-o", options, target)
    for name in plan.real:
        (target / name).mkdir(parents=True, exist_ok=True)
        command.check("mount", "--bind", home / name, target / name)


def unmount(number: int) -> None:
    command.run("umount", "--recursive", "--lazy", root(number))


def forget(number: int) -> None:
    """Remove the node's folders: out of the way at once, from the disk in the background, because a
    busy disk takes its time for many small files. What somebody couldn't finish, the next one does."""
    trash = cache.home() / "trash"
    trash.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        folder(number).rename(trash / uuid.uuid4().hex)
    command.daemon(["nice", "rm", "-rf", *trash.iterdir()], cache.log("trash"), Path("/"))


def boot_command(number: int, network_namespace: str) -> list[str]:
    return [
        "systemd-nspawn", "--quiet", "--boot", f"--directory={root(number)}",
        f"--machine={network.host_name(number)}", "--register=no", "--keep-unit",
        f"--network-namespace-path={network_namespace}", "--capability=all",
        "--private-users=no", "--resolv-conf=off", "--timezone=off", "--notify-ready=yes",
        "--link-journal=no", "--bind=/dev/kmsg",
    ]  # fmt: skip


def _settings(upper: Path, plan: Plan) -> None:
    files = {
        "etc/hostname": f"{network.host_name(plan.number)}\n",
        "etc/hosts": network.hosts(),
        "etc/resolv.conf": f"nameserver {plan.nameserver}\n",
        "etc/machine-id": f"{uuid.uuid4().hex}\n",
    }
    if plan.registry:
        files["etc/containerd/certs.d/registry.k8s.io/hosts.toml"] = HOSTS_TOML
    for name, text in files.items():
        path = upper / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _copy_content(content: Path, target: Path) -> None:
    """Copy the databases; link the layers and blobs, which containerd never writes to again."""
    command.check("cp", "--archive", "--link", f"{content}/.", target)
    for database in target.rglob("*.db"):
        shutil.copy2(database, database.with_suffix(".copy"))
        database.with_suffix(".copy").replace(database)
