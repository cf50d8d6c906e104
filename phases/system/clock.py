"""The Clock port: real time, and a wait that a request to stop cuts short."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class RealClock:
    """`stop` ends every wait at once; whoever waited looks at it and decides."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        self._stop.wait(max(seconds, 0))
