"""Which failures of a pull may pass, and how long to wait before the next try.

Runtimes hand on what a registry said as words; what these mean to an operator is told by `engine.causes`.
"""

from __future__ import annotations

import re

from phases.system.ports import RuntimeFailure

TRIES = 5
"""As many as kubeadm's own."""

LASTING_CODES = frozenset({3, 5, 7, 12, 16})
"""gRPC's: a bad name, not found, not permitted, no such call, not authenticated."""

LASTING = re.compile(
    r"\b40[0134]\b|not found|manifest unknown|name unknown|unauthorized|denied|forbidden"
    r"|no basic auth|authorization failed|insufficient.scope|invalid reference"
    r"|no match for platform|x509:|HTTP response to HTTPS client"
    r"|first record does not look like a TLS|no space left|read-only file",
    re.IGNORECASE,
)
LIMITED = re.compile(r"\b429\b|too ?many ?requests", re.IGNORECASE)
TOLD = re.compile(r"retry[- ]after\W{1,3}(\d{1,5})\b", re.IGNORECASE)
FIRST, FIRST_WHEN_LIMITED = 1.0, 10.0
LONGEST = 300.0
"""Seconds: whoever is told to wait longer is better off with a failure that says so."""


def is_lasting(failure: RuntimeFailure) -> bool:
    """Whether trying again can't help; a registry that limits may do so with any words beside."""
    words = str(failure)
    if LIMITED.search(words):
        return False
    return failure.code in LASTING_CODES or bool(LASTING.search(words))


def pause_after(failure: RuntimeFailure, attempt: int) -> float | None:
    """Seconds to wait after the so-manieth try, twice as long each time; None when there is no next one.

    A registry's own Retry-After counts, where the runtime hands it on.
    """
    if attempt >= TRIES or is_lasting(failure):
        return None
    limited = LIMITED.search(str(failure))
    seconds = (FIRST_WHEN_LIMITED if limited else FIRST) * 2 ** (attempt - 1)
    if told := TOLD.search(str(failure)):
        seconds = max(float(told[1]), seconds if limited is None else 0)
    return seconds if seconds <= LONGEST else None
