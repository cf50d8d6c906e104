"""Finds the phases: every module right under `phases` that has a PHASE."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence

import phases
from phases.engine.phase import Phase


def discover(package_path: Sequence[str] | None = None) -> tuple[Phase, ...]:
    """All phases of the package, sorted by name; a second one of the same name is an error."""
    found: dict[str, Phase] = {}
    for module in pkgutil.iter_modules(package_path or list(phases.__path__)):
        if module.ispkg:
            continue
        phase = importlib.import_module(f"phases.{module.name}").PHASE
        if phase.name in found:
            raise ValueError(f"two phases are called {phase.name}")
        found[phase.name] = phase
    return tuple(found[name] for name in sorted(found))
