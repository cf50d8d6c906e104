"""The panel of checks stays readable however many there are."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from phases.checks.table import TABLES
from tests.checks.bench import LOCAL
from tui.widgets.panels import checks
from tui.widgets.panels.scene import Scene

LONG = "FileAvailable--etc-kubernetes-manifests-kube-controller-manager.yaml"
NAMES = [check.called(LOCAL) for check in TABLES["init"] if check.applies(LOCAL)]


def drawn(width: int, names: list[str], **findings: dict[str, Any]) -> list[str]:
    items = {name: {"state": "passed"} for name in names} | findings
    scene = Scene(cast(Any, SimpleNamespace()), cast(Any, None), datetime.now(UTC), width)
    return [line.plain.rstrip() for line in checks.draw(items, scene)]


@pytest.mark.parametrize("width", [30, 46, 76, 120])
def test_every_name_is_whole(width: int) -> None:
    """No name is cut, and no line is wider than the panel."""
    lines = drawn(width, NAMES)
    assert max(map(len, lines)) <= width
    text = "".join("".join(lines).split())
    assert [name for name in NAMES if name not in text] == []


def test_in_columns() -> None:
    """At 80x24 three names stand side by side; long ones have a line each below."""
    lines = drawn(76, ["NumCPU", "Mem", "Swap", LONG, "CRI"])
    assert [line.split() for line in lines[2:]] == [
        ["✓", "NumCPU", "✓", "Swap"],
        ["✓", "Mem", "✓", "CRI"],
        ["✓", LONG],
    ]
    assert len(drawn(76, NAMES)) < 40


def test_what_is_open_comes_first() -> None:
    """Failed ones before warnings, in full, then those that passed."""
    found = {"found": "1 CPU", "needed": "2 or more", "remedy": "Give the machine more CPUs"}
    odd = {"state": "failed", **found}
    lines = drawn(60, ["Mem"], Inotify={"state": "warned", **found}, NumCPU=odd)
    starts = [line.split()[1] for line in lines if line[:1] in ("✗", "!", "✓")]
    assert starts == ["NumCPU", "Inotify", "Mem"]
