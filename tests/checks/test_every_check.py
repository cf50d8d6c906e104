"""Every check of the registry, by name: it passes, warns, fails, and is reported when it hangs."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, cast

import pytest

from phases.checks.check import Check
from phases.checks.table import IS_ROOT, TABLES, Kind
from phases.checks.together import look
from phases.system.ports import Host, Runtime
from tests.checks.bench import Bench
from tests.checks.cases import ANYWHERE, Spoil

ALL: list[tuple[Kind, Check]] = [
    ("init", IS_ROOT),
    *((kind, check) for kind, table in TABLES.items() for check in table),
]


def named(value: object) -> str:
    return value.name if isinstance(value, Check) else str(value)


each = pytest.mark.parametrize(("kind", "check"), ALL, ids=named)


def levels(kind: Kind, check: Check, spoil: Spoil | None = None) -> set[str]:
    """What a check weighs on a machine that is ready, or that is spoilt."""
    bench = Bench(kind=kind)
    ANYWHERE[check.name].ready(bench)
    if spoil:
        spoil(bench)
    assert check.applies(bench.configuration), "the case makes a machine that isn't looked at"
    return {finding.level for finding in check.look(bench.context())}


def test_every_check_has_a_case() -> None:
    """A check without one, and a case without a check, are defects of these tests."""
    assert {check.name for _, check in ALL} == set(ANYWHERE)


@each
def test_passes(kind: Kind, check: Check) -> None:
    """On a machine that is ready it finds nothing."""
    assert not levels(kind, check)


@each
def test_warns(kind: Kind, check: Check) -> None:
    """Where it is spoilt a little it warns; a check that only warns has such a case."""
    spoil = ANYWHERE[check.name].warns
    assert spoil or check.level == "error"
    assert spoil is None or levels(kind, check, spoil) == {"warning"}


@each
def test_fails(kind: Kind, check: Check) -> None:
    """Where it is spoilt altogether it fails; a check that may refuse has such a case, others none."""
    spoil = ANYWHERE[check.name].fails
    assert (spoil is not None) == (check.level == "error")
    assert spoil is None or "error" in levels(kind, check, spoil)


class Stuck:
    """A port of which no verb ever answers, until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked = False

    def __getattr__(self, name: str) -> Any:
        def hang(*_words: object, **_settings: object) -> None:
            self.asked = True
            self.let_go.wait()
            raise OSError("let go")

        return hang


@each
def test_hangs(kind: Kind, check: Check) -> None:
    """Where the machine doesn't answer it is reported with its own weight; nothing waits for it."""
    bench, port, case = Bench(kind=kind), Stuck(), ANYWHERE[check.name]
    case.ready(bench)
    context = replace(
        bench.context(), host=cast(Host, port), open_runtime=lambda: cast(Runtime, port)
    )
    ((_, findings),) = look(context, [replace(check, seconds=0.02)])
    port.let_go.set()
    assert port.asked == case.asks
    said = [(finding.level, finding.found) for finding in findings]
    assert said == ([(check.level, "no answer within 0.02 s")] if case.asks else [])
