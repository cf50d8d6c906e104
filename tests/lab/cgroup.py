"""A node's own control groups: a child of ours in every hierarchy, and nothing beyond it.

They keep two kubelets apart (both use /kubepods), and they are the one sure list of a node's
processes, whoever started them.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "kbt-n"


def name(number: int) -> str:
    return f"{PREFIX}{number}"


def make(number: int) -> list[Path]:
    """Make the node's groups and return their folders."""
    groups = [parent / name(number) for parent in of("self")]
    for group in groups:
        group.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):
            # a new cpuset is empty, and nothing may enter it before it is filled
            if (group / setting).exists() and ROOT / "cpuset" in group.parents:
                (group / setting).write_text((group.parent / setting).read_text())
    return groups


def find(number: int) -> list[Path]:
    """The groups that exist for a node, also those that another session made."""
    found: list[Path] = []
    for folder, children, _ in os.walk(ROOT):  # unlike a glob, it minds no group that vanishes
        if name(number) in children:
            found.append(Path(folder, name(number)))
        children[:] = [child for child in children if not child.startswith(PREFIX)]
    return found


def of(pid: int | str) -> list[Path]:
    """The folders of a process's groups, one in each hierarchy."""
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    places = [line.split(":", 2) for line in lines]
    return [_folder(controllers) / path.lstrip("/") for _, controllers, path in places]


def processes(number: int) -> set[int]:
    return {pid for group in find(number) for pid in _members(group)}


def kill(number: int, patience: float = 10) -> None:
    """End every process of the node and remove its groups."""
    deadline = time.monotonic() + patience
    while (pids := processes(number)) and time.monotonic() < deadline:
        for pid in pids - {os.getpid()}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    for group in find(number):
        _remove(group)


def _folder(controllers: str) -> Path:
    if controllers:
        return ROOT / controllers.removeprefix("name=")
    unified = ROOT / "unified"
    return unified if unified.exists() else ROOT


def _members(group: Path) -> set[int]:
    found: set[int] = set()
    for folder, _, _ in os.walk(group):
        with suppress(OSError):  # a group may vanish while we look
            found.update(int(pid) for pid in Path(folder, "cgroup.procs").read_text().split())
    return found - {0}


def _remove(group: Path) -> None:
    folders = [Path(folder) for folder, _, _ in os.walk(group, topdown=False)]
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
