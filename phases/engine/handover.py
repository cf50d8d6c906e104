"""What only the operator may see: join commands and keys, in a file of mode 0600 beside the journal."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any


class Handover:
    """Grows as phases add to it; the file always holds all of it.

    `before` has what earlier runs handed over: a run that was cut short never showed it to anyone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.before: Mapping[str, Any] = MappingProxyType(dict(_earlier(path)))
        self._lock = threading.Lock()
        self.data: Mapping[str, Any] = MappingProxyType({})

    def add(self, data: Mapping[str, Any]) -> None:
        with self._lock:
            self.data = MappingProxyType({**self.data, **data})
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(fd, "w") as file:
                json.dump(dict(self.data), file, indent=1)


def _earlier(path: Path) -> Iterator[tuple[str, Any]]:
    """What lies in the folders of other runs, the latest last; what isn't whole is passed over."""
    for other in sorted(path.parent.parent.glob(f"*/{path.name}")):
        try:
            data = json.loads(other.read_text())
        except (OSError, ValueError):
            continue
        if isinstance(data, dict):
            yield from data.items()
