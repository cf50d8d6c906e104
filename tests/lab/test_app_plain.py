"""`kubeboot-tui --plain` by keys alone, from a fresh machine to a worker that has joined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from . import program
from .lab import Lab
from .node import Node
from .terminal import Terminal, terminal
from .test_end_to_end import REMOVED, SEED, joined

START = r"A kubeadm\.yaml to start from"


@dataclass(frozen=True)
class Pair:
    master: Node
    worker: Node


@pytest.fixture(scope="module")
def pair(lab: Lab) -> Iterator[Pair]:
    """Two fresh nodes; on the first lie the program and a configuration to start from."""
    with lab.nodes(2, ready=True) as (master, worker):
        program.install(master)
        master.write(program.CONFIG, SEED.format(address=master.address).replace(REMOVED, ""))
        yield Pair(master, worker)


def begin(screen: Terminal) -> None:
    """The first questions: a file to start from, a name for the cluster."""
    screen.expect(START)
    screen.answer(program.CONFIG)
    screen.expect(r"Cluster name \[kubernetes\]:")
    screen.answer("prod")


def walk(screen: Terminal) -> None:
    """The rest of the questions with their defaults, up to the last one."""
    for label in (
        r"Kubernetes version \[v1\.37\.2\]:", r"Node name \[node\d+\]:", r"Address of this machine",
        r"Endpoint of the control plane", r"Pod range \[10\.244\.0\.0/16\]:", r"Service range",
        r"DNS domain", r"Socket of the container runtime", r"Image repository", r"More settings\?",
        r"Upload the cert",
        r"Network plugin",
    ):  # fmt: skip
        screen.expect(label + r"[^\n]*$\s*\Z")
        screen.answer()


def test_no_answer_is_no(pair: Pair) -> None:
    """Who says nothing to the last question has changed nothing; ctrl+c at a question neither."""
    with terminal(pair.master, "kubeboot-tui", "--plain", env={"TERM": "dumb"}) as screen:
        begin(screen)
        walk(screen)
        screen.expect(r"Start\? .*\[no\]:", seconds=90)
        screen.answer()
        assert screen.expect_end() == 130
    with terminal(pair.master, "kubeboot-tui", "--plain", env={"TERM": "dumb"}) as screen:
        begin(screen)
        screen.press("C-c")
        assert screen.expect_end() == 130
        assert "Nothing was changed" in screen.text()
    assert not pair.master.exists("/etc/kubernetes/pki")
    assert not pair.master.exists("/var/lib/kubeboot")


def test_from_a_fresh_machine_to_a_joined_worker(pair: Pair) -> None:
    """Help, a refused answer, the review, the run; the printed command joins a real worker."""
    locale = {"TERM": "dumb", "LANG": "C"}
    with terminal(pair.master, "kubeboot-tui", "--plain", env=locale) as screen:
        begin(screen)
        screen.expect(r"Kubernetes version \[v1\.37\.2\]:")
        screen.answer("?")
        screen.expect(r"Such as: v1\.37\.2")
        screen.answer("1.99")
        screen.expect(r"neither a version nor a label")
        walk(screen)
        screen.expect(r"Start\? .*\[no\]:", seconds=90)
        screen.answer("list")
        screen.expect(r"write /etc/kubernetes/manifests/etcd\.yaml", whole=True)
        screen.answer("yes")
        assert screen.expect_end(seconds=180) == 0
        shown = screen.text()
    assert shown.isascii()
    assert max(map(len, told(shown))) < 80
    (command,) = re.findall(r"^kubeadm join .*$", shown.partition("To join workers")[2], re.M)[:1]
    assert "has joined the cluster" in joined(pair.worker, command)


def told(shown: str) -> list[str]:
    """The lines without those that are to be copied, and without the answers typed behind a question."""
    return [
        line.partition("]: ")[0]
        for line in shown.splitlines()
        if not line.startswith(("kubeadm join", "  sudo", "  mkdir"))
    ]


def test_a_finished_master_is_offered_new_join_commands(pair: Pair) -> None:
    """One key on a finished master makes a new token and prints the commands."""
    with terminal(pair.master, "kubeboot-tui", "--plain", env={"TERM": "dumb"}) as screen:
        screen.expect(r"Make new join commands\?")
        screen.answer("y")
        assert screen.expect_end(seconds=60) == 0
        assert "kubeadm join" in screen.text()
