"""The phase that prepares a machine: whose word covers which fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases import prepare
from phases.checks.check import Check, error
from phases.engine.context import Context, Options
from phases.fixes.fix import Findings, Fix, command
from tests.engine.bench import Bench

BAD = error("bad", "good", "Mend it")


def works(context: Context, _findings: Findings) -> None:
    command(context, "mend", context.phase)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A machine with two bad checks: one with a safe fix, one whose fix takes more."""
    fixes = (
        Fix("mild", ("Mild",), works),
        Fix("wild", ("Wild",), works, safe=False),
        Fix("moot", ("Fine",), works),
    )
    checks = (
        Check("Mild", lambda _: [BAD], "good"),
        Check("Wild", lambda _: [BAD], "good"),
        Check("Fine", lambda _: [], "good"),
    )
    monkeypatch.setattr(prepare, "FIXES", fixes)
    monkeypatch.setattr(prepare, "INIT_CHECKS", checks)
    return Bench(tmp_path)


@pytest.mark.parametrize(
    ("options", "states"),
    [
        (Options(fix="safe"), {"mild": "applied", "wild": "left"}),
        (Options(fix="all"), {"mild": "applied", "wild": "applied"}),
        (Options(fixes=("wild",)), {"wild": "applied"}),
        (Options(fixes=("moot",)), {"moot": "unneeded"}),
        (Options(fix="safe", fixes=("wild", "mild")), {"mild": "applied", "wild": "applied"}),
    ],
)
def test_who_is_covered(bench: Bench, options: Options, states: dict[str, str]) -> None:
    """Safe ones by a general word, the others by --fix all or their name; nothing sound is touched."""
    bench.options = options
    bench.run(prepare.PHASE)
    assert {name: data["state"] for name, data in bench.reports("fix").items()} == states
    assert len(bench.fakes.host.ran) == list(states.values()).count("applied")


def test_without_a_word_nothing_is_mended(bench: Bench) -> None:
    """The phase is left out, with the reason."""
    assert prepare.skip(bench.context()) == prepare.NOT_ASKED
    bench.options = Options(fix="safe")
    assert prepare.skip(bench.context()) is None


def test_a_waived_check_wants_nothing(tmp_path: Path, bench: Bench) -> None:
    """Who takes the risk of a check isn't mended against their will."""
    waiving = Bench(tmp_path / "waiving", init="nodeRegistration: {ignorePreflightErrors: [Mild]}")
    waiving.options = Options(fix="safe")
    waiving.run(prepare.PHASE)
    assert "mild" not in waiving.reports("fix")


def test_the_ledger_tells_which_fix(bench: Bench) -> None:
    """Each change stands under the name of its fix, so that it can be taken back alone."""
    bench.options = Options(fix="all")
    context = bench.context("prepare")
    prepare.PHASE.run(context)
    assert [(entry.phase, entry.step) for entry in context.past.entries()] == [
        ("prepare", "mild"),
        ("prepare", "wild"),
    ]
