"""Checks of the machine itself."""

from __future__ import annotations

import pytest

from tests.checks.bench import Bench


def test_user(bench: Bench) -> None:
    """Anybody but root is refused."""
    assert not bench.findings("IsPrivilegedUser")
    bench.facts(euid=1000)
    assert bench.level("IsPrivilegedUser") == "error"


@pytest.mark.parametrize(
    ("cpus", "levels"), [(1, ["error"]), (2, ["warning"]), (3, ["warning"]), (4, [])]
)
def test_processors(bench: Bench, cpus: int, levels: list[str]) -> None:
    """Two CPUs have to be there, four are better."""
    bench.facts(cpus=cpus)
    assert [finding.level for finding in bench.findings("NumCPU")] == levels


@pytest.mark.parametrize(
    ("mib", "levels"), [(1699, ["error"]), (1700, ["warning"]), (3699, ["warning"]), (3700, [])]
)
def test_memory(bench: Bench, mib: int, levels: list[str]) -> None:
    """1700 MiB of memory have to be there, what a kernel leaves of 4 GiB is better."""
    bench.facts(memory=mib << 20)
    assert [finding.level for finding in bench.findings("Mem")] == levels


def test_memory_says_how_much(bench: Bench) -> None:
    """What was found is told in the unit of what is needed."""
    bench.facts(memory=512 << 20)
    assert bench.finding("Mem").found == "512 MiB of memory"
