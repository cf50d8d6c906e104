"""What differs between kubeadm's tree and ours, and which of that is a known difference."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from .corpus import frozen
from .normal import Normal, normal
from .sandbox import Outcome
from .sides import Sides

OUTCOME = "(outcome)"
ABSENT = "(absent)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One file (or object) that isn't the same: the lines that only one side has."""

    minor: str
    case: str
    path: str
    kubeadm: tuple[str, ...]
    ours: tuple[str, ...]
    log: str = field(default="", compare=False)

    def __str__(self) -> str:
        lines = [f"{self.path} ({self.case}, {self.minor})"]
        lines += [f"  kubeadm: {line}" for line in self.kubeadm]
        return "\n".join([*lines, *(f"  ours:    {line}" for line in self.ours), self.log]).rstrip()


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of differences.toml; `only` is the side that alone has such paths at all.

    `says` are words of ours that must be among what was printed, where that is known.
    """

    why: str
    cases: tuple[str, ...]
    paths: tuple[str, ...]
    minors: tuple[str, ...] = ()
    only: str = ""
    kubeadm: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    says: str = ""

    def covers(self, difference: Difference) -> bool:
        return (
            any(fnmatchcase(difference.case, pattern) for pattern in self.cases)
            and any(fnmatchcase(difference.path, pattern) for pattern in self.paths)
            and (not self.minors or difference.minor in self.minors)
            and self.says in (difference.log or self.says)
            and self._is(difference)
        )

    def _is(self, difference: Difference) -> bool:
        if self.only:
            return (difference.ours, difference.kubeadm)[self.only == "ours"] == (ABSENT,)
        return (self.kubeadm, self.ours) == (difference.kubeadm, difference.ours)


@cache
def known(what: str) -> tuple[Known, ...]:
    """The entries of differences.toml about `files` or `objects`."""
    text = (Path(__file__).parent / "differences.toml").read_text()
    entries: list[dict[str, Any]] = tomllib.loads(text).get(what, [])
    return tuple(Known(**frozen(entry)) for entry in entries)


def files(sides: Sides, minor: str, case: str) -> list[Difference]:
    """Every difference between what both left, known or not; one may have refused to begin."""
    found = differences(whole(sides.kubeadm), whole(sides.ours), minor, case)
    return with_logs(found, sides.kubeadm.log, sides.ours.log)


def with_logs(found: Iterable[Difference], theirs: str, mine: str) -> list[Difference]:
    """Where one side alone refused, what both said last."""
    said = "\n".join(
        f"--- {who} said\n{log[-2000:]}" for who, log in (("kubeadm", theirs), ("ours", mine))
    )
    return [replace(one, log=said) if one.path == OUTCOME else one for one in found]


def whole(outcome: Outcome) -> Normal:
    """All that is compared of one side: whether it went through, and every file there is then."""
    return {OUTCOME: "refused" if outcome.code else "done", **normal(outcome.tree)}


def differences(theirs: Normal, mine: Normal, minor: str, case: str) -> Iterator[Difference]:
    """Where two sides differ; of a side that refused to begin, nothing but that."""
    refused = OUTCOME in theirs and theirs[OUTCOME] != mine[OUTCOME]
    for path in [OUTCOME] if refused else sorted(theirs.keys() | mine.keys()):
        left, right = theirs.get(path, ABSENT), mine.get(path, ABSENT)
        if left != right:
            yield Difference(minor, case, path, *unique_lines(left, right))


def unique_lines(left: str, right: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines that only one of two texts has, in order; all of one whose counterpart is absent."""
    if ABSENT in (left, right):
        return tuple(left.splitlines()), tuple(right.splitlines())
    changes = list(difflib.unified_diff(left.splitlines(), right.splitlines(), n=0, lineterm=""))[
        2:
    ]
    removed = tuple(line[1:] for line in changes if line.startswith("-"))
    return removed, tuple(line[1:] for line in changes if line.startswith("+"))


def unknown(found: Iterable[Difference], what: str = "files") -> list[Difference]:
    """The differences that nobody has given a reason for."""
    return [one for one in found if not any(entry.covers(one) for entry in known(what))]
