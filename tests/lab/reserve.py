"""Whose node is whose: a lock file per number, held by the owner and by the node's keeper.

The kernel lets go of a lock when its last holder dies, however it dies; a number that is free but
still has files is a dead session's, and is swept before it is given out again.
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

from . import cache, cgroup, machine, network
from .errors import LabError


@dataclass
class Seat:
    """A reserved number, until it is left."""

    number: int
    lock: int

    def leave(self) -> None:
        os.close(self.lock)


def take(number: int) -> Seat | None:
    """Reserve one number, or None if somebody has it."""
    lock = _try(number)
    if lock is None:
        return None
    sweep(number)
    return Seat(number, lock)


def take_free(count: int) -> list[Seat]:
    """Reserve the first free numbers."""
    seats: list[Seat] = []
    for number in network.NUMBERS:
        if len(seats) < count and (seat := take(number)):
            seats.append(seat)
    if len(seats) < count:
        for seat in seats:
            seat.leave()
        raise LabError(f"fewer than {count} nodes are free; `python -m tests.lab down` some")
    return seats


def is_taken(number: int) -> bool:
    lock = _try(number)
    if lock is not None:
        os.close(lock)
    return lock is None


def wait_until_free(number: int, patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while is_taken(number):
        if time.monotonic() > deadline:
            raise LabError(f"{network.host_name(number)} didn't go down in {patience:.0f} s")
        time.sleep(0.05)


def sweep(number: int) -> None:
    """Remove what a dead session left of a node. Only for who holds its lock."""
    cgroup.kill(number)
    if machine.folder(number).exists():
        machine.forget(number)
    if Path(f"/sys/class/net/{network.link(number)}").exists():
        network.unplug(number)


def _try(number: int) -> int | None:
    lock = os.open(_path(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _path(number: int) -> Path:
    return cache.lock_file(network.host_name(number))
