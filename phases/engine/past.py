"""What a phase may know of earlier changes on this machine, and the way to settle those it took back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from phases.engine.ledger import Entry


def _nothing(_digest: str) -> bytes:
    raise FileNotFoundError("nothing was kept")


CLUSTER = ("certs", "kubelet-start")
"""Phases whose changes show that a cluster of ours stands here."""


@dataclass(frozen=True, slots=True)
class Past:
    """`entries` are the changes that stand, oldest first; `kept` gives what one replaced, by digest.

    `settle` makes changes count no more, once they have been taken back. `there_before` has the names
    that lay in folders before the first run (None for a folder that wasn't there), `set_before` the
    kernel's settings, and `forget` ends that memory.
    """

    entries: Callable[[], tuple[Entry, ...]] = tuple
    kept: Callable[[str], bytes] = _nothing
    settle: Callable[[Iterable[Entry]], None] = lambda _entries: None
    there_before: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    set_before: Mapping[str, str] = field(default_factory=dict)
    forget: Callable[[], None] = lambda: None

    @property
    def has_cluster(self) -> bool:
        """Whether this program has brought a cluster here, be it a part of the way."""
        return any(entry.phase in CLUSTER for entry in self.entries())


NO_PAST = Past()
