"""What is told when the screens themselves fail: a sentence and a place, never what was in memory."""

from __future__ import annotations

import os
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

from tui.text import _


@dataclass(frozen=True, slots=True)
class Crash:
    """`kind` is the exception's type, `report` the file with where it happened, '' without one."""

    kind: str
    report: str = ""
    journal: str = ""

    @classmethod
    def of(cls, error: BaseException | None, journal: Path | None) -> Crash:
        """Keeps the places in the code; neither values nor the message, which may hold one."""
        return cls(type(error).__name__, _kept(error), str(journal or ""))

    def __str__(self) -> str:
        said = [_("error: a defect in kubeboot-tui ended the screen ({kind}).", kind=self.kind)]
        if self.report:
            said.append(_("Where it happened is in {path}.", path=self.report))
        if self.journal:
            said.append(_("A run goes on without it; its journal is {path}.", path=self.journal))
        return " ".join(said)


def _kept(error: BaseException | None) -> str:
    if error is None:
        return ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    try:
        fd, path = tempfile.mkstemp(prefix="kubeboot-tui-crash-", suffix=".txt")
        with os.fdopen(fd, "w") as file:
            file.write(f"{type(error).__name__}\n{frames}")
    except OSError:
        return ""
    return path
