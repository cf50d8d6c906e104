"""A run in the middle of its pulls, with bytes of round numbers, for tests of what is drawn of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.tui.stage import RECORDINGS

APISERVER, MANAGER, SCHEDULER = (
    f"registry.k8s.io/kube-{name}:v1.37.2"
    for name in ("apiserver", "controller-manager", "scheduler")
)
ARRIVING: tuple[tuple[float, float, Mapping[str, tuple[int, int]]], ...] = (
    (0.5, 4_000_000, {APISERVER: (4_000_000, 28_100_000)}),
    (2.5, 30_000_000, {APISERVER: (28_100_000, 28_100_000), MANAGER: (1_900_000, 22_400_000)}),
    (3.5, 42_500_000, {APISERVER: (28_100_000, 28_100_000), MANAGER: (14_400_000, 22_400_000)}),
)
"""Bytes with round numbers: when, of all, of each image."""


def arriving(
    folder: Path,
    marks: Iterable[tuple[float, float, Mapping[str, tuple[int, int]]]] = ARRIVING,
    *,
    later: float = 0.6,
) -> tuple[Path, Callable[[], datetime]]:
    """A run in the middle of its pulls, and a clock that stands just behind it."""
    lines = [json.loads(line) for line in (RECORDINGS / "pulled.jsonl").read_text().splitlines()]
    began = next(n for n, line in enumerate(lines) if line.get("data", {}).get("attempt"))
    start = datetime.fromisoformat(lines[began]["at"])

    def told(after: float, **event: Any) -> dict[str, Any]:
        return {"at": (start + timedelta(seconds=after)).isoformat(), "phase": "images"} | event

    def image(at: float, item: str, **data: Any) -> dict[str, Any]:
        return told(at, event="Report", topic="image", item=item, data=data)

    whole = {"event": "Progress", "step": "", "total": 0, "unit": "bytes"}
    new = [image(0, APISERVER, state="pulling", attempt=1, since=start.isoformat())]
    new += [told(at, **whole, done=done, items=items) for at, done, items in marks]
    new.append(image(2.2, APISERVER, state="pulled", size=28_112_345, seconds=2.2))
    second = told(2.2)["at"]
    new.append(image(2.2, MANAGER, state="pulling", attempt=1, since=second))
    kept = [*lines[:began], *sorted(new, key=lambda line: str(line["at"]))]
    journal = folder / "runs" / "pulling" / "journal.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    numbered = (json.dumps(line | {"seq": number}) for number, line in enumerate(kept))
    journal.write_text("".join(f"{line}\n" for line in numbered))
    last = datetime.fromisoformat(kept[-1]["at"])
    return journal, lambda: last + timedelta(seconds=later)
