"""Where the data will lie: free space, how it is mounted, how quick etcd's disk is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from phases.checks.check import Finding, error, warning
from phases.checks.ours import runs_by_us
from phases.engine.context import Context
from phases.model.types import Configuration

SPACE = 2 << 30
KUBELET_DIR = "/var/lib/kubelet"
RUNTIME_DIRS = {"containerd": "/var/lib/containerd", "crio": "/var/lib/containers"}
VOLATILE = ("tmpfs", "ramfs")
LIMIT = 0.010
"""Seconds; what etcd's guidance allows 99 of 100 durable writes to take."""

ENOUGH = 20
"""Fewer measured writes than this are no sample."""


def folders(configuration: Configuration) -> tuple[str, ...]:
    """Where etcd, the kubelet and the container runtime keep their data."""
    local = configuration.cluster.etcd.local
    socket = configuration.init.node_registration.cri_socket
    runtime = (folder for name, folder in RUNTIME_DIRS.items() if name in socket)
    return (*((local.data_dir,) if local else ()), KUBELET_DIR, *runtime)


def space(context: Context) -> Iterator[Finding]:
    """Free space for all data, told once per file system. Facts: folder, free (bytes)."""
    told = set()
    for room in free(context, folders(context.configuration)):
        if room.bytes < SPACE and room.place not in told:
            told.add(room.place)
            found = f"{room.bytes >> 20} MiB free under {room.folder}"
            needed, remedy = f"{SPACE >> 30} GiB or more", "Make room on its file system"
            yield warning(found, needed, remedy, folder=room.folder, free=room.bytes)


@dataclass(frozen=True, slots=True)
class Room:
    """What can still be written in a folder, and where its file system is mounted."""

    folder: str
    bytes: int
    place: str


def free(context: Context, wanted: Sequence[str]) -> list[Room]:
    """The folders in the order given; none of them where nobody can tell."""
    there = [standing(context, folder) for folder in wanted]
    result = context.host.probe(["df", "-Pk", *there], timeout=10)
    rows = [line.split(maxsplit=5) for line in result.stdout.splitlines()[1:]]
    if len(rows) != len(wanted) or not all(len(row) == 6 and row[3].isdigit() for row in rows):
        return []
    return [
        Room(folder, int(row[3]) << 10, row[5]) for folder, row in zip(wanted, rows, strict=True)
    ]


def standing(context: Context, folder: str) -> str:
    """The folder, or the nearest above it that is there."""
    while not context.exists(folder) and folder != "/":
        folder = folder.rpartition("/")[0] or "/"
    return folder


def mounts(context: Context) -> Iterator[Finding]:
    """Data lies on file systems that can be written to, executed from, and that outlive a boot.

    Facts: folder, mount (where it is mounted), option.
    """
    table = mounted(context)
    for folder in folders(context.configuration):
        place, kind, options = containing(table, folder)
        facts = {"folder": folder, "mount": place}
        if "ro" in options:
            remedy = f"Remount it with `mount -o remount,rw {place}` and mend /etc/fstab"
            yield error(f"{place} is read-only", f"{folder} writable", remedy, **facts, option="ro")
        elif "noexec" in options:
            remedy = f"Remount it with `mount -o remount,exec {place}` and mend /etc/fstab"
            needed = f"programs that run from {folder}"
            yield warning(f"{place} is noexec", needed, remedy, **facts, option="noexec")
        if kind in VOLATILE:
            found, needed = f"{folder} lies on a {kind}", "a disk: what is there is lost at a boot"
            yield warning(found, needed, "Mount a disk there", **facts, option=kind)


Mount = tuple[str, str, frozenset[str]]


def mounted(context: Context) -> list[Mount]:
    """Place, kind and options of each mount; the last one at a place hides those before it."""
    rows = (line.split() for line in context.host.read("/proc/mounts").decode().splitlines())
    return [(row[1], row[2], frozenset(row[3].split(","))) for row in rows if len(row) > 3]


def containing(table: Sequence[Mount], folder: str) -> Mount:
    """The mount that a folder lies on."""
    above = (each for each in reversed(table) if f"{folder}/".startswith(f"{each[0].rstrip('/')}/"))
    return max(above, key=lambda each: len(each[0]), default=("/", "", frozenset()))


def latency(context: Context) -> Iterator[Finding]:
    """Durable writes are quick where etcd will live; an etcd of ours that runs isn't disturbed.

    Facts: folder, p99 (seconds), writes.
    """
    local = context.configuration.cluster.etcd.local
    if local is None or runs_by_us(context, "etcd"):
        return
    folder = standing(context, local.data_dir)
    took = sorted(context.host.fsync_latency(folder))
    p99 = percentile(took)
    if len(took) >= ENOUGH and p99 > LIMIT:
        yield warning(
            f"99 of 100 durable writes under {folder} take up to {p99 * 1000:.1f} ms",
            f"{LIMIT * 1000:g} ms or less: on a slow disk etcd loses its leader",
            "Give etcd a quicker disk (an SSD of its own) as dataDir",
            folder=folder,
            p99=p99,
            writes=len(took),
        )


def percentile(ordered: Sequence[float], share: float = 0.99) -> float:
    """The nearest rank: the smallest that this share of them doesn't exceed; 0 without any."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0.0
