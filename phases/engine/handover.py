"""What only the operator may see: join commands and keys, in a file of mode 0600 beside the journal."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any


class Handover:
    """Grows as phases add to it; the file always holds all of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.data: Mapping[str, Any] = MappingProxyType({})

    def add(self, data: Mapping[str, Any]) -> None:
        with self._lock:
            self.data = MappingProxyType({**self.data, **data})
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(fd, "w") as file:
                json.dump(dict(self.data), file, indent=1)
