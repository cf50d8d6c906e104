"""The small tree of errors that an operator can meet; each says what, where, why and what next.

InstallerError            a sentence, a stable code, an exit code
  ConfigurationError      2  the configuration or the command line can't be used
  PreflightRefused        3  a check failed and was not waived
  PhaseError              4  a phase failed; a second run resumes
  RunInProgress           5  another installer holds the lock
  ForeignState            6  what is on the machine isn't ours to change
  Cancelled             128+n  somebody asked for the run to stop
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class InstallerError(Exception):
    """What went wrong (`what`), `where`, `why`, and the `remedy`; `code` never changes once published.

    `tried` tells what was done or waited for before it was given up, a sentence each.
    """

    exit_code: ClassVar[int] = 4

    def __init__(
        self,
        code: str,
        what: str,
        *,
        where: str = "",
        why: str = "",
        remedy: str = "",
        tried: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.where = where
        self.why = why
        self.remedy = remedy
        self.tried = tried

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cause = f": {self.why.rstrip('.')}" if self.why else ""
        advice = f". {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{cause}{advice}"

    def as_data(self) -> Mapping[str, Any]:
        """The same as plain data, for the journal and for `--json`, with its likely cause."""
        from phases.engine import causes  # a table of patterns: no screen waits for it at its start

        likely = causes.judge(self.code, self.what, self.why)
        return {
            "code": self.code,
            "what": self.what,
            "where": self.where,
            "why": self.why,
            "remedy": self.remedy,
            "tried": self.tried,
            "cause_code": likely.code,
            "cause": likely.sentence,
            "advice": likely.advice,
        }


class ConfigurationError(InstallerError):
    exit_code = 2


class PreflightRefused(InstallerError):
    exit_code = 3


class PhaseError(InstallerError):
    exit_code = 4


class RunInProgress(InstallerError):
    exit_code = 5


class ForeignState(InstallerError):
    exit_code = 6


class Cancelled(InstallerError):
    """A request to stop was obeyed; `signal` is the number of the signal that carried it."""

    def __init__(self, signal: int) -> None:
        super().__init__(
            "cancelled", "the run was cancelled", remedy="Run the same command again to resume"
        )
        self.signal = signal
