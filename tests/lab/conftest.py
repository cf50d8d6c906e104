"""Every test in this folder is a lab test, and may ask for the lab's fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

from .fixtures import bare_node, lab, lab_host, node, ready_node, registry

__all__ = ["bare_node", "lab", "lab_host", "node", "ready_node", "registry"]

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "lab: needs root and the lab's fresh masters")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("lab")
