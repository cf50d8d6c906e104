"""The package managers: how each adds a repository, tells what it would install, installs, and holds.

A manager is data: command lines and small functions. What is installed is decided in `install`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from phases.engine.context import Context
from phases.fixes.fix import command, edit
from phases.fixes.packages.source import Format

QUIET = ("env", "DEBIAN_FRONTEND=noninteractive")
TIMEOUT = 1800.0
APT_OPTIONS = (
    *("-o", "DPkg::Lock::Timeout=120"),
    *("-o", "DPkg::Options::=--force-confdef", "-o", "DPkg::Options::=--force-confold"),
)
"""Somebody else's apt is waited for, and an operator's configuration file is kept without asking."""


@dataclass(frozen=True, slots=True)
class Manager:
    """One package manager, known by its `program`.

    `add` puts a repository and its key in place, `refresh` reads what repositories have. `versions`
    gives the versions of a package, the newest first; `pinned` writes package and version as the
    manager wants them, `any_build` a version whose build isn't known. `brings` names what an
    installation would bring that isn't there. `runtimes` are packages of container runtimes, the best
    first.
    """

    program: str
    format: Format
    add: Callable[[Context, str, bytes], None]
    refresh: tuple[str, ...]
    versions: Callable[[Context, str], Sequence[str]]
    pinned: str
    any_build: str
    brings: Callable[[Context, Sequence[str]], Sequence[str]]
    install: tuple[str, ...]
    remove: tuple[str, ...]
    hold: tuple[str, ...]
    release: tuple[str, ...]
    runtimes: tuple[str, ...]


def apt_add(context: Context, address: str, key: bytes) -> None:
    keyring = "/etc/apt/keyrings/kubernetes-apt-keyring.asc"
    edit(context, keyring, key)
    line = f"deb [signed-by={keyring}] {address} /\n"
    edit(context, "/etc/apt/sources.list.d/kubernetes.list", line.encode())


def apt_versions(context: Context, package: str) -> list[str]:
    """Of lines such as `kubelet | 1.37.2-1.1 | https://... Packages`."""
    rows = context.host.probe(("apt-cache", "madison", package), timeout=60).stdout.splitlines()
    return [row.split("|")[1].strip() for row in rows if row.count("|") > 1]


def apt_brings(context: Context, wanted: Sequence[str]) -> list[str]:
    """Of lines such as `Inst kubelet (1.37.2-1.1 ...)`; an upgrade has the old version in brackets."""
    argv = ("apt-get", "install", "--simulate", "--no-install-recommends", *wanted)
    said = context.host.probe(argv, timeout=120).stdout
    return re.findall(r"(?m)^Inst (\S+) \(", said)


YUM_REPO = """\
[kubernetes]
name=Kubernetes
baseurl={address}
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=file://{key}
exclude=kubelet kubeadm kubectl cri-tools kubernetes-cni
"""
"""Held by being excluded: an upgrade of the system passes them over."""

RPM_KEY = "/etc/pki/rpm-gpg/RPM-GPG-KEY-kubernetes"


def yum_add(context: Context, address: str, key: bytes) -> None:
    edit(context, RPM_KEY, key)
    repo = YUM_REPO.format(address=address, key=RPM_KEY)
    edit(context, "/etc/yum.repos.d/kubernetes.repo", repo.encode())


def zypper_add(context: Context, address: str, key: bytes) -> None:
    edit(context, RPM_KEY, key)
    repo = YUM_REPO.format(address=address, key=RPM_KEY).replace("exclude=", "# held: ")
    edit(context, "/etc/zypp/repos.d/kubernetes.repo", repo.encode())


def dnf_versions(context: Context, package: str) -> list[str]:
    argv = ("dnf", "-q", "repoquery", "--disableexcludes=kubernetes", "--latest-limit=20")
    shown = (*argv, "--qf", "%{version}\n", package)
    return context.host.probe(shown, timeout=120).stdout.split()[::-1]


def zypper_versions(context: Context, package: str) -> list[str]:
    """Of a table whose fourth column is the version."""
    argv = ("zypper", "-n", "search", "-s", "--match-exact", package)
    rows = context.host.probe(argv, timeout=120).stdout.splitlines()
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return [row[3] for row in cells if len(row) > 3 and row[1] == package]


def rpm_brings(context: Context, wanted: Sequence[str]) -> list[str]:
    """Those asked for that aren't installed; what they need goes with them when they do."""
    names = [re.sub(r"[-=]\d.*", "", each) for each in wanted]
    return [name for name in names if context.host.probe(("rpm", "-q", name)).code != 0]


APT = Manager(
    program="apt-get",
    format="deb",
    add=apt_add,
    refresh=("apt-get", "update"),
    versions=apt_versions,
    pinned="{package}={version}",
    any_build="{}-*",
    brings=apt_brings,
    install=(*QUIET, "apt-get", "install", "-y", *APT_OPTIONS, "--no-install-recommends"),
    remove=(*QUIET, "apt-get", "purge", "-y", *APT_OPTIONS),
    hold=("apt-mark", "hold"),
    release=("apt-mark", "unhold"),
    runtimes=("containerd", "containerd.io"),
)
DNF = Manager(
    program="dnf",
    format="rpm",
    add=yum_add,
    refresh=("dnf", "-y", "makecache"),
    versions=dnf_versions,
    pinned="{package}-{version}",
    any_build="{}",
    brings=rpm_brings,
    install=("dnf", "install", "-y", "--disableexcludes=kubernetes"),
    remove=("dnf", "remove", "-y"),
    hold=(),
    release=(),
    runtimes=("containerd", "containerd.io"),
)
ZYPPER = Manager(
    program="zypper",
    format="rpm",
    add=zypper_add,
    refresh=("zypper", "-n", "--gpg-auto-import-keys", "refresh", "kubernetes"),
    versions=zypper_versions,
    pinned="{package}={version}",
    any_build="{}",
    brings=rpm_brings,
    install=("zypper", "-n", "install", "--no-recommends"),
    remove=("zypper", "-n", "remove", "--clean-deps"),
    hold=("zypper", "addlock"),
    release=("zypper", "removelock"),
    runtimes=("containerd",),
)
MANAGERS: Mapping[str, Manager] = {each.program: each for each in (APT, DNF, ZYPPER)}


def manager(context: Context) -> Manager | None:
    """This machine's package manager; None where it has none that is known here."""
    for program, each in MANAGERS.items():
        if any(context.exists(f"{folder}/{program}") for folder in ("/usr/bin", "/bin")):
            return each
    return None


def install(context: Context, by: Manager, wanted: Sequence[str]) -> None:
    """Installs packages; undo removes those that weren't there, with what they had brought."""
    new = by.brings(context, wanted)
    undo = (*by.remove, *new) if new else ()
    command(context, *by.install, *wanted, undo=undo, timeout=TIMEOUT)


def hold(context: Context, by: Manager, packages: Sequence[str]) -> None:
    """Keeps packages at their version when the rest of the system is brought up to date."""
    if by.hold:
        command(context, *by.hold, *packages, undo=(*by.release, *packages))
