"""What several tests of the ports share."""

from __future__ import annotations

import pytest

from tests.system.certificates import Authority


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()
