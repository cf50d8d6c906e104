"""A bare machine on which everything is wrong, by keys alone: mended, a cluster, and back to what it was.

What may differ at the end is named here, each with its reason; everything else compares equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from . import faults, program, repository, snapshot
from .lab import Lab
from .node import Node
from .snapshot import Snapshot, difference
from .test_app_screens import PROGRAM
from .test_fresh import CONFIG, INIT

LARGE = (120, 40)
IGNORED: snapshot.Ignored = (
    *snapshot.IGNORED,
    ("files", "/var/lib/kubeboot", "what was done here, and how it was taken back"),
    ("files", "/var/lib/kubeboot/*", "what was done here, and how it was taken back"),
    ("files", "/var/cache/kubeboot-tui", "the program itself, unpacked"),
    ("files", "/var/cache/kubeboot-tui/*", "the program itself, unpacked"),
)


@dataclass(frozen=True)
class Broken:
    """A machine on which everything is wrong, with the program on it, and what it was like then."""

    node: Node
    before: Snapshot

    def changed(self) -> list[str]:
        return difference(self.before, snapshot.snapshot(self.node), IGNORED)


@pytest.fixture
def broken(lab: Lab) -> Iterator[Broken]:
    with lab.nodes(1, bare=True) as (node,):
        program.install(node)
        node.write(program.CONFIG, CONFIG.format(address=node.address))
        faults.plant(node, *faults.FAULTS)
        yield Broken(node, snapshot.snapshot(node))


def test_headless_there_and_back(broken: Broken) -> None:
    """`init --fix all` makes a cluster of it, `reset` puts the machine back as it was."""
    key = repository.fingerprint("community")
    broken.node.run(*INIT, f"--package-key={key}", timeout=900).checked()
    broken.node.run(PROGRAM, "reset", "--yes", timeout=600).checked()
    assert broken.changed() == []
