"""What a panel draws from: the phase, the run around it, the time, and how wide it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from phases.engine.state import PhaseState, RunState
from tui.follower import Sample

Items = Mapping[str, Mapping[str, Any]]
"""The reports of one topic: data by item, in the order in which they first came."""


@dataclass(frozen=True, slots=True)
class Scene:
    """`now` is when the run ended, once it has; `width` in cells. `tokens` has those that a person
    wants to see, whole, by their id."""

    phase: PhaseState
    run: RunState
    now: datetime
    width: int
    samples: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)


def text(data: Mapping[str, Any], key: str) -> str:
    """A value of a report as text; an older or newer engine may leave it out."""
    value = data.get(key, "")
    return value if isinstance(value, str) else "" if value is None else str(value)


def texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of a report as texts."""
    value = data.get(key, ())
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()
