"""What the lab's internet has for a bare machine to install, as folders to serve: the community's package
repository, Debian's, and the release binaries. How the packages and repositories are made is in deb.py
and repository.py; under which names they are served, in internet.py.

The packages are laid out as those of kubernetes/release are: 10-kubeadm.conf comes with kubeadm, the
kubelet is enabled but not started, and neither of them asks for conntrack or socat.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Mapping
from functools import cache as once
from pathlib import Path

from . import build, cache, command, deb, debian, repository, versions
from .deb import Deb, Files

COMMUNITY = f"repositories/isv:/kubernetes:/core:/stable:/v{versions.MINOR}/deb"
ARCHIVE = "debian"
RELEASE = f"release/v{versions.KUBERNETES}/bin/linux/amd64"
PROGRAMS = ("kubeadm", "kubelet", "kubectl")
CONTAINERD = ("containerd", "ctr", "containerd-shim-runc-v2")
MAKERS = (sys.modules[__name__], deb, repository)
"""What all of this is made by: it is made anew when one of them changes."""

UNITS = Path(__file__).parent / "units"
KEEP = ".kubelet-keep"
PRESET = """#!/bin/sh
if [ "$1" = "configure" ]; then systemctl preset kubelet.service >/dev/null 2>&1 || :; fi
"""
STOP = """#!/bin/sh
if [ "$1" = "remove" ] || [ "$1" = "purge" ]; then
  systemctl --no-reload disable kubelet.service >/dev/null 2>&1 || :
  systemctl stop kubelet.service >/dev/null 2>&1 || :
fi
"""
RELOAD = """#!/bin/sh
systemctl daemon-reload >/dev/null 2>&1 || :
"""

# without CAP_SYS_RESOURCE nobody can lower an OOM score, and runc dies trying; what CRI asks for
# stands in a bundle's config.json, or in the file that --process names
RUNC = r"""#!/bin/sh
for word; do
  case "$previous" in
    --bundle) file=$word/config.json ;;
    --process) file=$word ;;
    *) file= ;;
  esac
  [ -z "$file" ] || sed -i 's/"oomScoreAdj":-[0-9]*/"oomScoreAdj":0/' "$file"
  previous=$word
done
exec /usr/libexec/runc/runc "$@"
"""


CRICTL = f"""#!/bin/sh
echo crictl version v{versions.MINOR}.0
"""
"""A stand-in: in the lab it is only installed and taken away."""


@once
def community() -> Path:
    """The repository of the community, with the lab's own programs in its packages."""
    recipe = ([vars(each) for each in _community()], *MAKERS)
    return cache.artefact("packages-community", recipe, _lay_community)


@once
def archive() -> Path:
    """Debian's: what a bare node lacks, with the lab's containerd in the place of Debian's old one."""
    programs = {name: build.binary(name) for name in CONTAINERD}
    recipe = (debian.bare(), programs, ARCHIVE, versions.DEBIAN, *MAKERS)
    return cache.artefact("packages-debian", recipe, lambda draft: _lay_archive(draft, programs))


@once
def releases() -> Path:
    """The release binaries, each with its checksums, and what the newest release is."""
    programs = {name: build.binary(name) for name in PROGRAMS}
    recipe = (programs, RELEASE, versions.MINOR, *MAKERS)
    return cache.artefact("releases", recipe, lambda draft: _lay_releases(draft, programs))


@once
def forged() -> Path:
    """All of it as a mirror that was tampered with has it: signed by somebody else, checksums of
    other files."""
    recipe = (community(), releases(), *MAKERS)
    return cache.artefact("packages-forged", recipe, _forge)


@once
def impostor() -> Path:
    """The community's repository with somebody else's key, and signed by it."""
    return cache.artefact("packages-impostor", (forged(), *MAKERS), _pose)


def _community() -> tuple[Deb, ...]:
    version = f"{versions.KUBERNETES}-1.1"
    unit = (UNITS / "kubelet.service").read_text()
    kubelet: Files = {
        "/usr/bin/kubelet": build.binary("kubelet"),
        "/usr/lib/systemd/system/kubelet.service": unit,
        "/etc/default/kubelet": "KUBELET_EXTRA_ARGS=\n",
        f"/etc/kubernetes/manifests/{KEEP}": "",
        f"/var/lib/kubelet/{KEEP}": "",
    }
    kubeadm: Files = {
        "/usr/bin/kubeadm": build.binary("kubeadm"),
        "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf": (
            UNITS / "10-kubeadm.conf"
        ).read_text(),
    }
    return (
        Deb(
            "kubelet", version, "Node agent for Kubernetes clusters", kubelet,
            depends="iptables (>= 1.4.21), kubernetes-cni (>= 1.2.0), mount, util-linux",
            conffiles=("/etc/default/kubelet",),
            scripts={"postinst": PRESET, "prerm": STOP, "postrm": RELOAD},
        ),
        Deb(
            "kubeadm", version, "Command-line utility for administering a Kubernetes cluster", kubeadm
        ),
        Deb(
            "kubectl", version, "Command-line utility for interacting with a Kubernetes cluster",
            {"/usr/bin/kubectl": build.binary("kubectl")},
        ),
        Deb(
            "cri-tools", f"{versions.MINOR}.0-1.1", "Command-line utility for a container runtime",
            {"/usr/bin/crictl": CRICTL},
        ),
        Deb(
            "kubernetes-cni", f"{versions.CNI}-1.1",
            "Binaries required to provision kubernetes container networking", _plugins(),
        ),
    )  # fmt: skip


def _plugins() -> Files:
    programs = {f"/opt/cni/bin/{name}": build.binary(name) for name in versions.CNI_PLUGINS}
    return {**programs, "/etc/cni/net.d/.kubernetes-cni-keep": ""}


def _lay_community(draft: Path) -> None:
    folder = draft / COMMUNITY
    (folder / "amd64").mkdir(parents=True)
    for each in _community():
        each.make(folder / "amd64")
    repository.index(folder, ".", ".")
    label = f"isv:kubernetes:core:stable:v{versions.MINOR}"
    fields = {"Origin": f"obs://build.opensuse.org/{label}/deb", "Label": label, "Codename": "deb"}
    repository.release(folder, fields, "community")
    (folder / "Release.key").write_bytes(repository.public_key("community"))


def _lay_archive(draft: Path, programs: Mapping[str, Path]) -> None:
    root = draft / ARCHIVE
    pool = root / "pool"
    pool.mkdir(parents=True)
    for package in sorted((debian.bare() / "packages").glob("*.deb")):
        name = package.name.partition("_")[0]
        if name == "containerd":
            deb.remake(
                package, f"{versions.CONTAINERD}-1", lambda node: _newer(node, programs), pool
            )
        elif name == "runc":
            deb.remake(package, package.name.split("_")[1] + "+lab1", _wrap, pool)
        else:
            shutil.copy(package, pool)
    suite = f"dists/{versions.DEBIAN}"
    repository.index(root, "pool", f"{suite}/main/binary-amd64")
    fields = {"Suite": "oldstable", "Codename": versions.DEBIAN, "Components": "main"}
    repository.release(root / suite, {"Origin": "Debian", **fields}, "debian")


def _newer(root: Path, programs: Mapping[str, Path]) -> None:
    """Debian's containerd with a newer one's programs; its unit and its config.toml stay."""
    for old in (root / "usr/bin").iterdir():
        old.unlink()
    for name, path in programs.items():
        shutil.copy(path, root / "usr/bin" / name)


def _wrap(root: Path) -> None:
    wrapper, program = root / "usr/sbin/runc", root / "usr/libexec/runc/runc"
    program.parent.mkdir(parents=True)
    wrapper.rename(program)
    wrapper.write_text(RUNC)
    wrapper.chmod(0o755)


def _lay_releases(draft: Path, programs: Mapping[str, Path]) -> None:
    folder = draft / RELEASE
    folder.mkdir(parents=True)
    for name, path in programs.items():
        shutil.copy(path, folder / name)
        _write_checksum(folder / name)
    for name in ("stable", f"stable-{versions.MINOR}"):
        (draft / "release" / f"{name}.txt").write_text(f"v{versions.KUBERNETES}")


def _write_checksum(program: Path) -> None:
    for kind in ("sha256", "sha512"):
        with program.open("rb") as content:
            found = hashlib.file_digest(content, kind).hexdigest()
        program.with_name(f"{program.name}.{kind}").write_text(found)


def _forge(draft: Path) -> None:
    command.check("cp", "--archive", "--link", community(), draft)
    repository.sign(draft / COMMUNITY, "stranger")
    shutil.copytree(releases() / "release", draft / "release")
    for kind in ("sha256", "sha512"):
        first, *rest = (draft / RELEASE / f"{name}.{kind}" for name in PROGRAMS)
        first.write_text(rest[0].read_text())


def _pose(draft: Path) -> None:
    command.check("cp", "--archive", "--link", forged(), draft)
    key = draft / COMMUNITY / "Release.key"
    key.unlink()
    key.write_bytes(repository.public_key("stranger"))
