"""The machine itself: who runs us, processors, memory, free space."""

from __future__ import annotations

from collections.abc import Iterator

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context

CPUS = 2
MEMORY = 1700
SPACE = 2 << 30
KUBELET_DIR = "/var/lib/kubelet"


def user(context: Context) -> Iterator[Finding]:
    if context.host.machine().euid != 0:
        yield error("not run by root", "root", "Run the same command with sudo")


def processors(context: Context) -> Iterator[Finding]:
    cpus = context.host.machine().cpus
    if cpus < CPUS:
        yield error(f"{cpus} CPU", f"{CPUS} or more", "Give the machine more CPUs")


def memory(context: Context) -> Iterator[Finding]:
    """In MiB as kubeadm counts them, though it calls them MB."""
    found = context.host.machine().memory >> 20
    if found < MEMORY:
        yield error(
            f"{found} MiB of memory", f"{MEMORY} MiB or more", "Give the machine more memory"
        )


def space(context: Context) -> Iterator[Finding]:
    """Free space where etcd and the kubelet keep their data; kubeadm doesn't look."""
    local = context.configuration.cluster.etcd.local
    for folder in (local.data_dir, KUBELET_DIR) if local else (KUBELET_DIR,):
        free = free_bytes(context, folder)
        if free is not None and free < SPACE:
            found = f"{free >> 20} MiB free under {folder}"
            yield warning(found, f"{SPACE >> 30} GiB or more", "Make room on its file system")


def free_bytes(context: Context, folder: str) -> int | None:
    """What can still be written where the folder is or will be; None when nobody can tell."""
    while not context.exists(folder) and folder != "/":
        folder = folder.rpartition("/")[0] or "/"
    result = context.host.probe(["df", "-Pk", folder], timeout=10)
    match result.stdout.splitlines()[-1:]:
        case [line] if len(line.split()) >= 6 and line.split()[3].isdigit():
            return int(line.split()[3]) << 10
    return None
