"""Checks of Linux security modules."""

from __future__ import annotations

import pytest

from phases.checks.security import CONTAINER_POLICY
from tests.checks.bench import Bench


@pytest.mark.parametrize(("enforces", "warns"), [("1", 1), ("0", 0)])
def test_selinux(bench: Bench, enforces: str, warns: int) -> None:
    """An SELinux that enforces without a policy for containers is worth a warning."""
    bench.plant("/sys/fs/selinux/enforce", enforces)
    assert [each.level for each in bench.findings("SELinux")] == ["warning"] * warns


@pytest.mark.parametrize("path", CONTAINER_POLICY)
def test_selinux_with_a_policy(bench: Bench, path: str) -> None:
    """With one, wherever a distribution keeps it, containers may run."""
    bench.plant("/sys/fs/selinux/enforce", "1")
    bench.plant(path)
    assert not bench.findings("SELinux")


@pytest.mark.parametrize(
    ("enabled", "parser", "warns"), [("Y", False, 1), ("Y", True, 0), ("N", False, 0)]
)
def test_apparmor(bench: Bench, enabled: str, parser: bool, warns: int) -> None:
    """An AppArmor that no profile can be loaded into is worth a warning."""
    bench.plant("/sys/module/apparmor/parameters/enabled", f"{enabled}\n")
    if not parser:
        bench.host.remove("/usr/bin/apparmor_parser")
    assert [each.level for each in bench.findings("AppArmor")] == ["warning"] * warns
