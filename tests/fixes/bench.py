"""What tests of fixes share: a fix applied, refused and undone on a machine in memory."""

from __future__ import annotations

from phases import prepare, undo
from phases.engine import events as e
from phases.engine.context import Options
from phases.engine.events import StepSkipped
from tests.engine.bench import Bench

FINGERPRINT = "EE37D5228735973AE581ABA90109DC7459BE16A7"
"""Of the key beside this file."""


def apply(bench: Bench, name: str) -> None:
    """Applies one fix, as if it had been agreed to."""
    bench.options = Options(fixes=(name,), package_key=FINGERPRINT)
    bench.run(prepare.PHASE)


def take_back(bench: Bench, name: str) -> None:
    bench.options = Options(fixes=(name,))
    bench.run(undo.PHASE)


def left(bench: Bench) -> dict[str, str]:
    """The fixes that the latest run left out, with the reason."""
    return {event.step: event.reason for event in bench.told(StepSkipped)}


def differences(bench: Bench) -> dict[str, list[str]]:
    """The lines that the latest run changed, by file."""
    shown = (event for event in bench.told(e.Report) if event.topic == "difference")
    return {event.item: list(event.data["lines"]) for event in shown}
