"""What became of each field of an old file: one line each, for people and for screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from phases.model.problem import Problem

Fate = Literal["kept", "renamed", "moved", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Line:
    """One field: where it stood, where it went, and what is different now.

    `path` is the old one and `to` the new one, with its document (`ClusterConfiguration.dns.imageTag`);
    `to` is empty for what is gone. `note` says what changed, or what replaces it. `stops` where the
    cluster would be another one than was asked for. `line` and `column` count from 1.
    """

    fate: Fate
    path: str
    to: str = ""
    note: str = ""
    stops: bool = False
    line: int = 0
    column: int = 0
    file: str = ""

    def as_problem(self) -> Problem:
        """The same for whoever starts from the old file as it is."""
        messages = {
            "gone": "no longer exists" if self.stops else "no longer exists and is left out",
            "changed": f"is read as {self.to}" if self.to else "is read differently now",
        }
        message = messages.get(self.fate, f"is {self.to} now")
        return Problem(self.path, message, self.note, self.line, self.column, self.file)


def fate_of(path: str, to: str) -> Fate:
    """Whether a field stayed, has another name or stands elsewhere; both with their documents."""
    if path == to:
        return "kept"
    return "renamed" if path.rpartition(".")[0] == to.rpartition(".")[0] else "moved"
