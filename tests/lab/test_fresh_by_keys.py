"""A bare machine on which everything is wrong, by keys alone: mended, a cluster, and back to what it was.

What may differ at the end is named here, each with its reason; everything else compares equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from . import faults, program, repository, snapshot
from .lab import Lab
from .node import Node
from .snapshot import Snapshot, difference
from .terminal import Terminal, terminal
from .test_app_screens import PROGRAM, SMALL, open_config, start_from_review, to_the_join_page
from .test_fresh import CONFIG, INIT

LARGE = (120, 40)
IGNORED: snapshot.Ignored = (
    *snapshot.IGNORED,
    ("files", "/var/lib/kubeboot", "what was done here, and how it was taken back"),
    ("files", "/var/lib/kubeboot/*", "what was done here, and how it was taken back"),
    ("files", "/var/cache/kubeboot-tui", "the program itself, unpacked"),
    ("files", "/var/cache/kubeboot-tui/*", "the program itself, unpacked"),
    ("units", "network-online.target now", "the kubelet wants it; the network stays up"),
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
    left = broken.changed()
    assert not left, "\n".join(left)


def test_by_keys_from_all_red_to_a_cluster_and_back(broken: Broken) -> None:
    """The form, all fixes on consent, the review, the run, the join command; then reset, and no trace."""
    with terminal(broken.node, PROGRAM, size=SMALL) as screen:
        fill_in(screen)
        to_the_checks(screen)
        screen.expect(r"\d+ checks stand in the way")
        mend_until_green(screen)
        screen.press("C-n")
        start_from_review(screen)
        command = to_the_join_page(screen)
        screen.press("C-c")
        assert screen.expect_end() == 0
        assert command in screen.text()
    with terminal(broken.node, PROGRAM, "reset", size=SMALL) as screen:
        screen.expect(r"Go on\? \[y/N\]", seconds=60)
        screen.answer("y")
        assert screen.expect_end(seconds=300) == 0
    left = broken.changed()
    assert not left, "\n".join(left)


def test_one_fix_by_keys_and_taken_back(broken: Broken) -> None:
    """f mends the check it stands on, u takes that back: the machine is what it was."""
    with terminal(broken.node, PROGRAM, "--config", program.CONFIG, size=LARGE) as screen:
        screen.expect(r"Review and start", seconds=120)
        screen.press("Enter")
        screen.expect(r"checks stand in the way", seconds=90)
        stand_on(screen, "FileCont…ipv4-ip_forward")
        screen.press("f")
        agree(screen)
        screen.expect(r"u Undo", seconds=60)
        assert broken.node.check("sysctl", "-n", "net.ipv4.ip_forward").stdout == "1\n"
        screen.press("u")
        screen.expect(r"Take back what was mended\?")
        screen.press("Right", "Enter")
        screen.expect(r"✗ FileCont…ipv4-ip_forward", seconds=60)
        screen.press("C-c")
        assert screen.expect_end() == 0
    left = broken.changed()
    assert not left, "\n".join(left)


def fill_in(screen: Terminal) -> None:
    """The file opened in the form, and the fingerprint of the packages' key typed into its field."""
    screen.expect(r"There is a Kubernetes here", seconds=120)
    screen.press("Enter")
    open_config(screen)
    to_section(screen, "Runtime and kubelet  8/12")
    screen.press("Enter")
    for _ in range(20):
        if "fingerprint of the key" in screen.settled():
            break
        screen.press("Down")
    screen.type(repository.fingerprint("community"))
    screen.expect(repository.fingerprint("community"))


def to_section(screen: Terminal, title: str) -> None:
    while title not in screen.settled():
        screen.press("C-n")


def to_the_checks(screen: Terminal) -> None:
    """Past the warnings that the last section lists, onto its line that leads on."""
    to_section(screen, "Review  12/12")
    for _warning in re.findall(r"^ ! ", screen.settled(), re.MULTILINE):
        screen.press("Down")
    screen.press("Enter")
    screen.expect(r"Looking at this machine|stand in the way", seconds=60)


def mend_until_green(screen: Terminal) -> None:
    """All fixes that there are, again as long as that makes others possible."""
    for _round in range(4):
        shown = screen.expect(r"stand in the way|Nothing stands in the way", seconds=120)
        if shown[0].startswith("Nothing"):
            return
        screen.press("a")
        agree(screen)
    screen.expect(r"Nothing stands in the way", seconds=60)


def agree(screen: Terminal) -> None:
    """Waits until it is told what would be changed; the safe answer has the focus."""
    screen.expect(r"undo brings it back", seconds=120)
    screen.press("Right", "Enter")
    screen.expect(r"Mending")
    screen.expect(r"stands? in the way", seconds=300)


def stand_on(screen: Terminal, name: str) -> None:
    while not re.search(rf"^ *[▌>]. {re.escape(name)}", screen.settled(), re.MULTILINE):
        screen.press("Down")
