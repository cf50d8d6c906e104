"""The request to stop a run: it comes as a signal and is obeyed at the next safe point."""

from __future__ import annotations

import threading


class Stop:
    """`signal` is the number of the signal that asked first, 0 until one does."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.signal = 0

    def ask(self, number: int) -> bool:
        """Notes the request; True for the first one.

        A second signal may cut into the first one's handler: it never touches the event's lock.
        """
        if self.signal:
            return False
        self.signal = number
        self.event.set()
        return True
