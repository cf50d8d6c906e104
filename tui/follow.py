"""Follows a journal to its end, handing on records as they come.

What a record looks like on a screen lives with the screens; this only reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from phases.engine.events import RunFinished
from phases.engine.journal import Reader, Record

PAUSE = 0.05
"""Seconds between two looks at a journal: 20 a second is smooth to the eye and free to the machine."""


def follow(journal: Path, alive: Callable[[], bool]) -> Iterator[Record | None]:
    """Every record until the run has finished, and None for each look that found nothing new.

    Ends early when the engine is no longer `alive` and has left nothing unread.
    """
    reader = Reader(journal)
    while True:
        was_alive = alive()
        quiet = True
        for record in _added(reader):
            quiet = False
            yield record
            if isinstance(record.event, RunFinished):
                return
        if quiet:
            if not was_alive:
                return
            yield None
            time.sleep(PAUSE)


def _added(reader: Reader) -> Iterator[Record]:
    """What is new; a journal that was taken away, as a desk's is at its end, has nothing more to tell."""
    with suppress(FileNotFoundError):
        yield from reader.new_records()
