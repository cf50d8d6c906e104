"""What kubeadm left, kept as data: the plain tree of each minor, and of each case what differs from it.

A case's file says once what is the same for several minors.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from .corpus import MINORS
from .normal import Normal

HERE = Path(__file__).parents[2] / "goldens" / "kubeadm"
BASE = "ecdsa-p256"
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
FOR, PATH, GONE = "=== ", "--- ", "gone"


def read(minor: str, case: str) -> Normal:
    """What kubeadm of this minor made of the case."""
    base = read_base(minor)
    if case == BASE:
        return base
    for head, lines in _split(_lines(case), FOR):
        if minor in head.split():
            return _applied(base, lines)
    raise LookupError(
        f"nothing is recorded of {case} for {minor}: python -m tests.lab.parity record"
    )


def read_base(minor: str) -> Normal:
    lines = (HERE / f"base-{minor}.txt").read_text().splitlines()
    return {path: "\n".join(body) for path, body in _split(lines, PATH)}


def telling() -> list[tuple[str, str]]:
    """The pairs of minor and case that differ: the newest minor of each change, and all bases."""
    cases = sorted(path.stem for path in HERE.glob("*.txt") if not path.stem.startswith("base-"))
    heads = [(head, case) for case in cases for head, _ in _split(_lines(case), FOR)]
    return [
        *((minor, BASE) for minor in MINORS),
        *((head.split()[0], case) for head, case in heads),
    ]


def _lines(case: str) -> list[str]:
    return (HERE / f"{case}.txt").read_text().splitlines()


def write(found: Mapping[tuple[str, str], Normal]) -> None:
    """Keeps the trees of all pairs of minor and case, and nothing older."""
    HERE.mkdir(parents=True, exist_ok=True)
    for old in HERE.glob("*.txt"):
        old.unlink()
    bases = {minor: tree for (minor, case), tree in found.items() if case == BASE}
    for minor, tree in bases.items():
        text = "".join(f"{PATH}{path}\n{body}\n" for path, body in tree.items())
        (HERE / f"base-{minor}.txt").write_text(text)
    for case in sorted({case for _, case in found} - {BASE}):
        changes = {
            minor: _changes(bases[minor], found[minor, case])
            for minor in bases
            if (minor, case) in found
        }
        (HERE / f"{case}.txt").write_text(_together(changes))


def _together(changes: Mapping[str, str]) -> str:
    """Equal changes under one head."""
    minors: dict[str, list[str]] = {}
    for minor, text in changes.items():
        minors.setdefault(text, []).append(minor)
    return "".join(f"{FOR}{' '.join(names)}\n{text}" for text, names in minors.items())


def _changes(base: Normal, tree: Normal) -> str:
    lines: list[str] = []
    for path in sorted(base.keys() | tree.keys()):
        if base.get(path) != tree.get(path):
            lines += [PATH + path, *_change(base.get(path, ""), tree.get(path))]
    return "".join(f"{line}\n" for line in lines)


def _change(before: str, after: str | None) -> list[str]:
    if after is None:
        return [GONE]
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]


def _applied(base: Normal, lines: Iterable[str]) -> Normal:
    tree = dict(base)
    for path, change in _split(lines, PATH):
        if change == [GONE]:
            del tree[path]
        else:
            tree[path] = "\n".join(_patched(tree.get(path, "").splitlines(), change))
    return dict(sorted(tree.items()))


def _patched(lines: list[str], change: list[str]) -> list[str]:
    """Applies the hunks from the last to the first, so that the numbers stay true."""
    patched = list(lines)
    for head, body in reversed(list(_split(change, "@@ ", keep=True))):
        hunk = HUNK.fullmatch(head)
        if hunk is None:
            raise ValueError(f"not a change: {head}")
        size = int(hunk[2] or 1)
        start = int(hunk[1]) - 1 if size else int(hunk[1])
        patched[start : start + size] = [line[1:] for line in body if line.startswith("+")]
    return patched


def _split(
    lines: Iterable[str], mark: str, *, keep: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """Sections: the rest of each line that begins with the mark, and the lines up to the next."""
    head, body = None, list[str]()
    for line in lines:
        if line.startswith(mark):
            if head is not None:
                yield head, body
            head, body = line if keep else line.removeprefix(mark), []
        else:
            body.append(line)
    if head is not None:
        yield head, body
