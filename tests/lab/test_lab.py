"""The lab proves itself: fresh machines with the real kubeadms, of which nothing stays behind.

That a real kubeadm bootstraps and joins here is seen in test_parity and test_end_to_end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from . import cgroup, machine, network, reserve, versions
from .errors import CommandError, LabError
from .lab import Lab
from .node import PROJECT, Node
from .registry import Registry

# boots a node as any test session would, says which, and waits to be killed
SESSION = """import sys, time
from tests.lab.lab import Lab
print(Lab().node().number, flush=True)
time.sleep(600)
"""


def traces(number: int) -> list[str]:
    """Whatever of a node can be seen on this machine."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    found = [line for line in mounts if str(machine.folder(number)) in line]
    found += [f"process {pid}" for pid in cgroup.processes(number)]
    found += [str(path) for path in (*cgroup.find(number), machine.folder(number)) if path.exists()]
    if Path(f"/sys/class/net/{network.link(number)}").exists():
        found.append(network.link(number))
    return found


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for_no_traces(number: int, patience: float = 15) -> None:
    deadline = time.monotonic() + patience
    while (left := traces(number)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []
    assert not reserve.is_taken(number)


def churn(group: Path, over: threading.Event) -> None:
    """Make and remove groups in one, as a systemd that starts and ends does."""
    nested = group / "slice" / "service"
    while not over.is_set():
        nested.mkdir(parents=True)
        nested.rmdir()
        nested.parent.rmdir()


def session() -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", SESSION], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


class TestBareNode:
    def test_is_a_debian_that_runs(self, node: Node) -> None:
        assert node.run("systemctl", "is-system-running").stdout == "running\n"
        assert node.check("hostname").stdout == f"{node.name}\n"
        assert "bookworm" in node.read("/etc/os-release")
        assert node.check("cat", "/proc/1/comm").stdout == "systemd\n"

    def test_has_nothing_bootstrapped(self, node: Node) -> None:
        assert node.read("/proc/sys/net/ipv4/ip_forward") == "0\n"
        assert node.run("systemctl", "is-enabled", "kubelet").stdout == "disabled\n"
        assert node.run("systemctl", "is-active", "kubelet").stdout == "inactive\n"
        assert node.run("systemctl", "is-active", "containerd").stdout == "active\n"
        assert node.check("ctr", "--namespace=k8s.io", "images", "list", "--quiet").stdout == ""
        assert not node.exists("/etc/kubernetes")
        assert node.shell("ls -A /var/lib/kubelet").stdout == ""

    def test_has_what_kubernetes_needs(self, node: Node) -> None:
        for tool in ("kubeadm", "kubelet", "kubectl", "runc", "conntrack", "tmux", "python3"):
            node.check("sh", "-c", f"command -v {tool}")
        assert node.exists("/opt/cni/bin/bridge")
        assert node.check("kubeadm", "version", "-o", "short").stdout == "v1.37.2\n"

    def test_sees_the_other_nodes_and_no_more(self, lab: Lab) -> None:
        with lab.nodes(2) as (one, two):
            one.check("ping", "-c1", "-W2", two.name)
            assert not one.run("ping", "-c1", "-W1", "192.0.2.1").ok
        assert Path("/proc/sys/net/ipv4/ip_forward").read_text() == "0\n"

    def test_keeps_its_disk_through_a_power_cycle(self, node: Node) -> None:
        node.write("/etc/kept", "yes")
        before = node.read("/proc/sys/kernel/random/boot_id"), node.leader
        node.shell("sysctl -qw net.ipv4.ip_forward=1; ip link add dummy0 type bridge")
        node.power_cycle()
        assert node.read("/etc/kept") == "yes"
        assert node.leader != before[1]
        assert node.read("/proc/sys/net/ipv4/ip_forward") == "0\n"
        assert not node.exists("/sys/class/net/dummy0")


class TestCommandsAndFiles:
    def test_a_result_holds_all_there_is_to_know(self, node: Node) -> None:
        result = node.run("sh", "-c", "cat; echo oops >&2; exit 3", stdin="in")
        assert (result.returncode, result.stdout, result.stderr) == (3, "in", "oops\n")
        with pytest.raises(CommandError, match=r"^node\d+: sh -c .*exit code 3(.*\n)+oops"):
            node.check("sh", "-c", "echo oops >&2; exit 3")

    def test_a_command_that_takes_too_long_ends_with_its_children(self, node: Node) -> None:
        assert node.run("sh", "-c", "sleep 600 & sleep 600", timeout=0.5).returncode == -9
        assert not node.run("pgrep", "sleep").ok

    def test_files_come_and_go(self, node: Node, tmp_path: Path) -> None:
        node.write("/srv/deep/secret", "s", mode=0o640)
        assert node.check("stat", "-c", "%a %U", "/srv/deep/secret").stdout == "640 root\n"
        (tmp_path / "tree").mkdir()
        (tmp_path / "tree" / "leaf").write_text("green")
        node.copy_in(tmp_path / "tree", "/opt/copied")
        assert node.read("/opt/copied/leaf") == "green"
        assert (node.root / "opt/copied/leaf").read_text() == "green"
        node.copy_out("/opt/copied/leaf", tmp_path / "back")
        assert (tmp_path / "back").read_text() == "green"


class TestOwnership:
    def test_a_killed_session_leaves_nothing(self, lab_host: None) -> None:
        process, number = session()
        assert traces(number)
        end(process)
        wait_for_no_traces(number)

    def test_a_killed_keeper_takes_its_node_along(self, lab_host: None) -> None:
        process, number = session()
        node, leader = Node(number), Node(number).leader
        os.kill(node._state()["keeper"], signal.SIGKILL)
        end(process)
        reserve.wait_until_free(number)
        seat = reserve.take(number)  # as the next session does
        assert seat is not None
        seat.leave()
        wait_for_no_traces(number)
        assert not is_alive(leader)

    def test_sessions_get_different_numbers(self, lab: Lab, lab_host: None) -> None:
        process, theirs = session()
        with lab.nodes(1) as (ours,):
            assert ours.number != theirs
            assert reserve.take(theirs) is None
        end(process)
        wait_for_no_traces(theirs)

    def test_groups_that_vanish_are_no_error(self, lab_host: None) -> None:
        groups, over = cgroup.make(0), threading.Event()  # number 0 is no node's
        come_and_go = threading.Thread(target=churn, args=(groups[0], over))
        come_and_go.start()
        try:
            seen = {frozenset(cgroup.processes(0)) for _ in range(60)}
        finally:
            over.set()
            come_and_go.join()
            cgroup.kill(0)
        assert seen == {frozenset()}
        assert cgroup.find(0) == []

    def test_a_node_given_back_is_gone(self, lab: Lab) -> None:
        with lab.nodes(1) as (node,):
            assert traces(node.number)
        assert traces(node.number) == []
        with pytest.raises(LabError, match="isn't running"):
            node.run("true")

    def test_command_line_nodes_outlive_their_command(self, lab_host: None) -> None:
        number = max(n for n in network.NUMBERS if not reserve.is_taken(n))
        tool = [sys.executable, "-m", "tests.lab"]
        subprocess.run([*tool, "up", str(number)], cwd=PROJECT, check=True)
        said = subprocess.run(
            [*tool, "exec", str(number), "hostname"], cwd=PROJECT, check=True, capture_output=True
        )
        assert said.stdout.decode() == f"{network.host_name(number)}\n"
        subprocess.run([*tool, "down", str(number)], cwd=PROJECT, check=True)
        assert traces(number) == []


class TestImages:
    def test_a_ready_node_has_them_all(self, ready_node: Node) -> None:
        listed = ready_node.check("ctr", "--namespace=k8s.io", "images", "list", "--quiet").stdout
        assert {image.reference for image in versions.IMAGES} <= set(listed.split())
        assert ready_node.read("/proc/sys/net/ipv4/ip_forward") == "1\n"
        assert ready_node.run("systemctl", "is-enabled", "kubelet").stdout == "enabled\n"
        wanted = ready_node.check(
            "kubeadm", "config", "images", "list", "--kubernetes-version=v1.37.2"
        )
        assert set(wanted.stdout.split()) <= set(listed.split())

    def test_a_node_pulls_from_the_registry(self, lab: Lab, registry: Registry) -> None:
        with lab.nodes(1, registry=True) as (node,):
            pulled = node.check(
                "kubeadm", "config", "images", "pull", "--kubernetes-version=v1.37.2"
            )
            assert pulled.stdout.count("Pulled") == 7


class TestRealKubeadm:
    def test_older_kubeadms_run_here(self, lab: Lab) -> None:
        for minor in ("1.35", "1.36", "1.37"):
            said = subprocess.run(
                [lab.kubeadm(minor), "version", "-o", "short"], capture_output=True
            )
            assert said.stdout.decode().startswith(f"v{minor}.")
