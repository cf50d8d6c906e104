"""What is wrong with a configuration, and where: the one way this package complains.

Nothing here is printed or raised to an operator as such; the engine turns it into its own error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value begins in a file; both count from 1.

    `path` is the field's own in that file where an older version of the format called it otherwise.
    """

    line: int
    column: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence about one field.

    `path` is dotted, `networking.podSubnet` or `apiServer.extraArgs[0].name`, and empty when the
    whole file is meant; `line` and `column` count from 1 and are 0 when the value is in no file.
    """

    path: str
    message: str
    remedy: str = ""
    line: int = 0
    column: int = 0
    file: str = ""

    def __str__(self) -> str:
        spot = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        where = ": ".join(part for part in (spot, self.path) if part)
        end = "" if self.remedy.endswith("?") else "."
        advice = f" {self.remedy}{end}" if self.remedy else ""
        return f"{where}: {self.message}.{advice}" if where else f"{self.message}.{advice}"


class Problems(Exception):
    """All problems found in one go, in the order of the file; never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def located(
    problems: Iterable[Problem], places: Mapping[str, Place], file: str
) -> tuple[Problem, ...]:
    """The same problems with the line and column that their field, or its nearest parent, has."""
    return tuple(_located(problem, places, file) for problem in problems)


def _located(problem: Problem, places: Mapping[str, Place], file: str) -> Problem:
    path = problem.path
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    place = places.get(path)
    if place is None or problem.line:
        return problem
    own = place.path + problem.path[len(path) :] if place.path else problem.path
    return replace(problem, path=own, line=place.line, column=place.column, file=file)
