"""What the tests of the program share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.tui.program import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(autouse=True, scope="session")
def _hang_ups_count() -> None:
    """What is started here is ended by a hang-up, also where whoever started the tests is not (nohup)."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
