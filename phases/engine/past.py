"""What a phase may know of earlier changes on this machine, and the way to settle those it took back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from phases.engine.ledger import Entry


def _nothing(_digest: str) -> bytes:
    raise FileNotFoundError("nothing was kept")


@dataclass(frozen=True, slots=True)
class Past:
    """`entries` are the changes that stand, oldest first; `kept` gives what one replaced, by digest.

    `settle` makes changes count no more, once they have been taken back.
    """

    entries: Callable[[], tuple[Entry, ...]] = tuple
    kept: Callable[[str], bytes] = _nothing
    settle: Callable[[Iterable[Entry]], None] = lambda _entries: None


NO_PAST = Past()
