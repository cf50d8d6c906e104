"""The machine itself: who runs us, processors, memory."""

from __future__ import annotations

from collections.abc import Iterator

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context

CPUS, GOOD_CPUS = 2, 4
MEMORY, GOOD_MEMORY = 1700, 3700
"""What kubeadm insists on, and what a control plane with etcd is comfortable with; memory in MiB, of
which the kernel of a machine with 4 GiB leaves about so much."""


def user(context: Context) -> Iterator[Finding]:
    if context.host.machine().euid != 0:
        yield error("not run by root", "root", "Run the same command with sudo")


def processors(context: Context) -> Iterator[Finding]:
    cpus = context.host.machine().cpus
    if cpus < CPUS:
        yield error(f"{cpus} CPU", f"{CPUS} or more", "Give the machine more CPUs")
    elif cpus < GOOD_CPUS:
        yield warning(f"{cpus} CPUs", f"{GOOD_CPUS} recommended", "Give the machine more CPUs")


def memory(context: Context) -> Iterator[Finding]:
    """In MiB as kubeadm counts them, though it calls them MB."""
    found = context.host.machine().memory >> 20
    remedy = "Give the machine more memory"
    if found < MEMORY:
        yield error(f"{found} MiB of memory", f"{MEMORY} MiB or more", remedy)
    elif found < GOOD_MEMORY:
        yield warning(f"{found} MiB of memory", "4 GiB recommended", remedy)
