"""Installs a container runtime, and the kubelet with kubeadm and kubectl of the chosen version, as packages.

A runtime that is there is adopted, never replaced.
"""

from __future__ import annotations

from phases.checks.files import found_program
from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.fixes.fix import Findings, command
from phases.fixes.packages.managers import Manager, hold, install, manager
from phases.fixes.packages.source import chosen, verified_key

RUNTIMES = ("containerd", "crio", "cri-dockerd")
PACKAGES = ("kubelet", "kubeadm", "kubectl")
CRI_TOOLS = "cri-tools"
"""crictl, with which a person looks at containers: comes along from repositories that have it."""

NO_MANAGER = "no package manager is known here (apt, dnf or zypper)"
DATA = ("/var/lib/containerd", "/etc/containerd", "/opt/containerd")
"""What a container runtime fills by itself, and no package takes away."""


def no_manager(context: Context, _findings: Findings) -> str | None:
    return None if manager(context) else NO_MANAGER


def no_place(context: Context, findings: Findings) -> str | None:
    """Why no runtime is installed: one is there already, or there is no way to get one."""
    there = next((name for name in RUNTIMES if found_program(context, name)), None)
    return f"{there} is there already" if there else no_manager(context, findings)


def runtime(context: Context, _findings: Findings) -> None:
    """The first runtime that the repositories have, started and started with the machine."""
    by = needed(context)
    refresh(context, by)
    package = next((each for each in by.runtimes if by.versions(context, each)), None)
    if package is None and is_foreseen(context):
        package = by.runtimes[0]
    if package is None:
        raise PhaseError(
            "no-package",
            f"the repositories have no {' or '.join(by.runtimes)}",
            where=context.phase,
            remedy="Add a repository that has a container runtime, or install one by hand",
        )
    for folder in DATA:
        if not context.exists(folder):
            command(context, "mkdir", "-p", "-m", "755", folder, undo=("rm", "-rf", folder))
        for name in context.host.list(folder):
            remember(context, f"{folder}/{name}")
    install(context, by, [package])
    command(context, "systemctl", "enable", "--now", "containerd")


def remember(context: Context, path: str) -> None:
    """Enters an operator's file in the ledger: a package that goes takes its configuration along."""
    fact = context.host.stat(path)
    if fact and fact.kind == "file":
        owner = fact.uid, fact.gid
        context.host.write(path, context.host.read(path), mode=fact.mode, owner=owner)


def kubernetes(context: Context, _findings: Findings) -> None:
    """From the source that was chosen, its key verified; pinned, and held at that version."""
    by, source = needed(context), chosen(context)
    address = source.repository(by.format, context.version)
    by.add(context, address, verified_key(context, source, address, by.format))
    refresh(context, by)
    wanted = [pinned(context, by, package) for package in PACKAGES]
    if is_foreseen(context) or by.versions(context, CRI_TOOLS):
        wanted.append(CRI_TOOLS)
    install(context, by, wanted)
    hold(context, by, PACKAGES)


def refresh(context: Context, by: Manager) -> None:
    command(context, *by.refresh, timeout=600)


def pinned(context: Context, by: Manager, package: str) -> str:
    """The package at the version of this configuration. A PhaseError where nobody has it."""
    wanted = str(context.version).removeprefix("v")
    found = by.versions(context, package)
    match = next((each for each in found if each.split("-")[0] == wanted), None)
    if not found and is_foreseen(context):
        match = by.any_build.format(wanted)
    if match is None:
        raise PhaseError(
            "no-package",
            f"the repositories have no {package} {wanted}",
            where=context.phase,
            why=f"they have {', '.join(found[:5])}" if found else "they have none at all",
            remedy="Choose another kubernetesVersion, or another package source",
        )
    return by.pinned.format(package=package, version=match)


def is_foreseen(context: Context) -> bool:
    """Whether nothing is changed: what a repository has isn't known before it has been added."""
    return context.options.mode == "dry-run"


def needed(context: Context) -> Manager:
    found = manager(context)
    if found is None:
        raise PhaseError("no-package", NO_MANAGER, where=context.phase, remedy="Install it by hand")
    return found
