"""Runs checks side by side, none of which can hold the others up. What they mean is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunning
from threading import Thread

from phases.checks.check import Check, Finding
from phases.checks.once import shared
from phases.engine.context import Context
from phases.system.ports import RuntimeFailure

Findings = tuple[Finding, ...]


def look(context: Context, checks: Sequence[Check]) -> Iterator[tuple[Check, Findings]]:
    """Each check with its findings, in the order given, as soon as they are known."""
    began = context.clock.monotonic()
    seen = shared(context)
    futures = [begin(seen, check) for check in checks]
    for check, future in zip(checks, futures, strict=True):
        left = began + check.seconds - context.clock.monotonic()
        try:
            yield check, future.result(max(left, 0.0))
        except StillRunning:
            yield check, (hanging(check),)
        context.safe_point()


def begin(context: Context, check: Check) -> Future[Findings]:
    """Starts a check in a thread that dies with the process: a pool would wait for one that hangs."""
    future: Future[Findings] = Future()
    Thread(target=settle, args=(context, check, future), name=check.name, daemon=True).start()
    return future


def settle(context: Context, check: Check, future: Future[Findings]) -> None:
    """A defect is told to the phase, which fails with it, and to the engine's log."""
    try:
        future.set_result(guarded(context, check))
    except BaseException as defect:
        future.set_exception(defect)
        raise


def guarded(context: Context, check: Check) -> Findings:
    """A check's findings; a port's refusal is one too."""
    try:
        return tuple(check.look(context))
    except (OSError, RuntimeFailure) as refusal:
        needed = "a check that can be made"
        return (Finding(check.level, str(refusal), needed, "Mend the cause and run this again"),)


def hanging(check: Check) -> Finding:
    return Finding(
        check.level,
        f"no answer within {check.seconds:g} s",
        "a check that comes to an end",
        "See what keeps the machine from answering, such as a dead network mount",
    )
