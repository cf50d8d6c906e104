"""Parity by hand: `python -m tests.lab.parity record`, or `show CASE [MINOR]` for one comparison."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing

from . import compare, corpus, goldens, sides
from .normal import Normal
from .runs import Runs


def record() -> None:
    """Writes down what each kubeadm makes of each case."""
    pairs = corpus.pairs()
    with closing(Runs(_kubeadm, pairs)) as runs:
        goldens.write({pair: runs.result(*pair) for pair in pairs})


def show(name: str, minor: str = corpus.MINORS[0]) -> None:
    """Prints what differs for one case, known or not, and what both said."""
    both = sides.both(corpus.cases()[name], minor)
    for side in (both.kubeadm, both.ours):
        sys.stdout.write(f"{side.log}\n(exit code {side.code})\n\n")
    for difference in compare.files(both, minor, name):
        sys.stdout.write(f"{difference}\n")


def _kubeadm(minor: str, name: str) -> Normal:
    case = corpus.cases()[name]
    return compare.whole(sides.kubeadm(case, minor, sides.prepared(case, minor)))


COMMANDS: dict[str, Callable[..., None]] = {"record": record, "show": show}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
