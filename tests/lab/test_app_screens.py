"""The screens by keys alone, in a real terminal: from the bare command to a worker that has joined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from . import podnet, program
from .errors import LabError
from .lab import Lab
from .node import Node
from .terminal import CONFIG, Terminal, terminal
from .test_app_workflows import MANIFEST, PLUGIN, bridge
from .test_end_to_end import REMOVED, SEED, joined

SMALL, LARGE = (80, 24), (160, 45)
PROGRAM = "kubeboot-tui"


@dataclass(frozen=True)
class Pair:
    master: Node
    worker: Node


@contextmanager
def fresh(lab: Lab) -> Iterator[Pair]:
    """Two fresh nodes; on the first lie the program and a configuration."""
    with lab.nodes(2, ready=True) as (master, worker):
        program.install(master)
        master.write(program.CONFIG, SEED.format(address=master.address).replace(REMOVED, ""))
        yield Pair(master, worker)


@pytest.fixture(scope="module")
def pair(lab: Lab) -> Iterator[Pair]:
    """The same two for tests that need no fresh ones."""
    with fresh(lab) as both:
        yield both


def choose_plugin(screen: Terminal) -> None:
    """To the section of the network plugin, and the manifest's name into its field."""
    screen.expect(r"\^n Next", seconds=60)
    while "plugin  10/12" not in screen.settled():
        screen.press("C-n")
    screen.press("Enter", "Right")
    screen.settled()
    screen.press("Down")
    screen.type(MANIFEST)
    screen.expect(r"DaemonSet")


def open_config(screen: Terminal) -> None:
    """The node's kubeadm.yaml, by its path, into the form."""
    screen.expect(r"\^o Open", seconds=60)
    screen.press("C-o")
    screen.settled()
    screen.press("C-u")
    screen.type(program.CONFIG)
    screen.press("Enter")


def walk_to_review(screen: Terminal) -> None:
    """Through all sections with ^n, from the last line of the last one to the checks, and past them."""
    while "Review  12/12" not in screen.settled():
        screen.press("C-n")
    for _ in range(3):  # into the section, onto its one line, and once more if a key was early
        if "12/12" in screen.settled():
            screen.press("Enter")
            with suppress(LabError):
                screen.expect(r"\A[^\n]* checks", seconds=4)
    pass_the_checks(screen)


def pass_the_checks(screen: Terminal) -> None:
    """Waits until nothing stands in the way, and goes on to the review."""
    screen.expect(r"Nothing stands in the way", seconds=90)
    screen.press("C-n")
    screen.expect(r"\A[^\n]* review", seconds=30)


def start_from_review(screen: Terminal) -> None:
    """Waits for what the review foresees, and says yes twice; the safe answer has the focus."""
    screen.expect(r"✓ .*[Cc]hanges to this machine", seconds=90)
    screen.press("Tab", "Enter")
    screen.expect(r"Make node\d+ the control plane")
    screen.press("Right", "Enter")
    screen.expect(r"running 0:\d\d")


def to_the_join_page(screen: Terminal) -> str:
    """Waits for the end of the run, goes on, shows the token; the worker's command off the screen."""
    screen.expect(r"is a control plane now", seconds=180)
    screen.press("Enter")
    screen.expect(r"Workers")
    screen.press("v")
    screen.expect(r"--token [a-z0-9]{6}\.[a-z0-9]{16}")
    return command_on(screen.settled())


def command_on(shown: str) -> str:
    """The command under `Workers`, its lines put together as a reader would."""
    lines = [line.strip() for line in shown.partition("Workers")[2].splitlines()[1:]]
    return " ".join(lines[: lines.index("")])


def test_small_from_the_bare_command_to_a_worker(lab: Lab) -> None:
    """80x24: a file opened in the form, the review, the run, and the command read off the last screen."""
    with fresh(lab) as pair, terminal(pair.master, PROGRAM, size=SMALL) as screen:
        screen.expect(r"Fresh: nothing of Kubernetes", seconds=120)
        screen.press("Enter")
        open_config(screen)
        screen.settled()
        walk_to_review(screen)
        start_from_review(screen)
        command = to_the_join_page(screen)
        assert "has joined the cluster" in joined(pair.worker, command)
        screen.expect(rf"{pair.worker.name} +NotReady", seconds=60)
        screen.press("C-c")
        assert screen.expect_end() == 0
        assert command in screen.text()


def test_large_killed_half_way_and_attached_again(lab: Lab) -> None:
    """160x45: the terminal dies in the middle; a new one shows the same run to its end."""
    with fresh(lab) as pair:
        command = (PROGRAM, "--config", program.CONFIG)
        with terminal(pair.master, *command, size=LARGE) as screen:
            screen.expect(r"Review and start", seconds=120)
            screen.press("Enter")
            pass_the_checks(screen)
            start_from_review(screen)
            screen.expect(r"● Wait for the control plane", seconds=60)
        with terminal(pair.master, PROGRAM, size=LARGE, name="again") as screen:
            screen.expect(r"A run is under way on this machine", seconds=120)
            screen.press("Enter")
            screen.expect(r"Wait for the control plane")
            shown = to_the_join_page(screen)
            assert shown == program.handover(pair.master)["worker"]
            assert "has joined the cluster" in joined(pair.worker, shown)
            screen.expect(rf"{pair.worker.name} +NotReady", seconds=60)
        runs = pair.master.shell("ls /var/lib/kubeboot/runs | wc -l").stdout
        assert runs.strip() == "1"


def test_a_plugin_from_the_form_while_ctrl_c_only_asks(pair: Pair) -> None:
    """A manifest named in the form is applied by the run, which an unmeant ctrl+c doesn't stop."""
    pair.master.write(MANIFEST, PLUGIN.replace("CONFIG", bridge("10.244.0.0/24")))
    command = (PROGRAM, "--config", program.CONFIG)
    with terminal(pair.master, *command, size=SMALL) as screen:
        screen.expect(r"Review and start", seconds=120)
        screen.press("Down", "Enter")
        choose_plugin(screen)
        walk_to_review(screen)
        start_from_review(screen)
        screen.press("C-c")
        shown = screen.settled(seconds=3)
        assert re.search(r"[Dd]etach", shown), shown
        screen.press("Escape")
        screen.expect(r"is a control plane now", seconds=180)
    wait = ("wait", "node", pair.master.name, "--for=condition=Ready", "--timeout=90s")
    pair.master.check(*podnet.KUBECTL, *wait, timeout=120)


def test_the_clipboard_of_the_outer_terminal(pair: Pair) -> None:
    """In tmux inside another terminal, `c` brings the command to the clipboard of the outer one."""
    words = ("init", "--config", program.CONFIG)
    pair.master.check(PROGRAM, *words, timeout=300)
    pair.master.write("/run/inner.conf", CONFIG + "set -as terminal-features ',tmux*:clipboard'\n")
    inner = ("env", "-u", "TMUX", "tmux", "-L", "inner", "-f", "/run/inner.conf", "new-session")
    with terminal(pair.master, *inner, PROGRAM, name="outer") as screen:
        screen.expect(r"Join commands and nodes", seconds=120)
        screen.press("Enter")
        screen.expect(r"Workers")
        screen.press("c")
        screen.expect(r"[Ss]ent to the terminal")
        assert screen.clipboard() == program.handover(pair.master)["worker"]
