"""Every test of a check begins with a machine on which all of them pass."""

from __future__ import annotations

import pytest

from tests.checks.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
