"""How long small durable writes take in a folder, measured as etcd's own guidance has it.

A write of the size of a log entry, then fdatasync, again and again, in a file without a name: so
whatever happens, nothing stays behind. What is quick enough is the checks' business.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress

ENTRY = 2300
"""Bytes of one write; what fio is told for etcd."""

WRITES = 1000
SECONDS = 0.5
"""No more than this many writes, none begun after this many seconds."""


def sample(folder: str) -> tuple[float, ...]:
    """Seconds of each write; the first of all isn't counted. Raises OSError."""
    with tempfile.TemporaryFile(dir=folder, prefix=".kubeboot-", buffering=0) as file:
        descriptor = file.fileno()
        with suppress(OSError):  # where a file system can't, the writes make it grow
            os.posix_fallocate(descriptor, 0, ENTRY * WRITES)
        return tuple(timed(descriptor, time.monotonic() + SECONDS))[1:]


def timed(descriptor: int, deadline: float) -> Iterator[float]:
    entry = os.urandom(ENTRY)
    for _ in range(WRITES):
        began = time.monotonic()
        if began > deadline:
            return
        os.write(descriptor, entry)
        os.fdatasync(descriptor)
        yield time.monotonic() - began
