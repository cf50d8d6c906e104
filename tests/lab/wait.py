"""Asking again until something is so, for tests that watch a cluster settle."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from .errors import LabError

T = TypeVar("T")


def until(ask: Callable[[], T], *, seconds: float = 60, pause: float = 0.5) -> T:
    """The first answer that `ask` gives without a LabError; the last error when time runs out."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except LabError:
            if time.monotonic() > deadline:
                raise
            time.sleep(pause)
