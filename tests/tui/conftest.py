"""What the tests of the program share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.program import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
