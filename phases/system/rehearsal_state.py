"""What a rehearsal remembers of itself in its folder, so that a second one goes on from there.

Files aren't in here: they lie in the folder as they would lie on the machine.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

from phases.system.real_host import RealHost
from phases.system.units import unit_state

FILE = "/var/lib/kubeboot/rehearsal.json"


class RehearsalState:
    """Commands that weren't run, real paths that are hidden, images that weren't pulled."""

    def __init__(self, folder: str) -> None:
        self._path = folder.rstrip("/") + FILE
        self._disk = RealHost()
        self._lock = threading.RLock()
        self._data: dict[str, list[Any]] = {"commands": [], "removed": [], "images": []}
        if self._disk.stat(self._path) is not None:
            self._data |= json.loads(self._disk.read(self._path))

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """Every command so far, oldest first."""
        with self._lock:
            return tuple(tuple(argv) for argv in self._data["commands"])

    @property
    def removed(self) -> frozenset[str]:
        """Paths of the real machine that the rehearsal has removed from its own view."""
        with self._lock:
            return frozenset(self._data["removed"])

    @property
    def images(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._data["images"])

    @property
    def kubelet_started(self) -> bool:
        return unit_state(self.commands, "kubelet", "active") is True

    def ran(self, argv: Sequence[str]) -> None:
        self._add("commands", list(argv))

    def hide(self, path: str) -> None:
        if path not in self.removed:
            self._add("removed", path)

    def pulled(self, image: str) -> None:
        if image not in self.images:
            self._add("images", image)

    def _add(self, key: str, value: Any) -> None:
        with self._lock:
            self._data[key].append(value)
            home = self._path.rpartition("/")[0]
            if self._disk.stat(home) is None:
                self._disk.make_directory(home, mode=0o700)
            text = json.dumps(self._data, indent=1) + "\n"
            self._disk.write(self._path, text.encode(), mode=0o600)
