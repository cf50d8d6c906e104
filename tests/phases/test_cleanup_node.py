"""Ending a cluster: what it left goes, what was there before stays, and somebody else's isn't touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases import cleanup_node, undo
from phases.engine import events as e
from phases.engine.context import Options
from phases.system.ports import PodFact
from tests.engine.bench import Bench

MOUNTS = """\
/dev/sda / ext4 rw 0 0
tmpfs /var/lib/kubelet/pods/1/volumes/a tmpfs rw 0 0
tmpfs /var/lib/kubelet/pods/1/volumes/a/b tmpfs rw 0 0
"""
RULES = """\
*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A PREROUTING -j OPERATORS
-A KUBE-SERVICES -d 10.96.0.1/32 -j ACCEPT
COMMIT
"""
POD = PodFact("1", "kube-system", "etcd-master")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A machine with an operator's own CNI configuration, on which a cluster was made."""
    bench = Bench(tmp_path)
    host = bench.fakes.host
    put(bench, "/etc/cni/net.d/10-operator.conf")
    for link in ("lo", "eth0"):
        host.make_directory(f"/sys/class/net/{link}", mode=0o755)
    context = bench.context("certs")
    context.host.write("/etc/motd", b"a control plane", mode=0o644)
    context.host.make_directory("/etc/kubernetes", mode=0o755)
    context.open_runtime().pull("registry.k8s.io/pause:3.10")
    for path in ("/etc/kubernetes/admin.conf", "/etc/cni/net.d/20-flannel.conf", "/var/lib/etcd/x"):
        put(bench, path)
    put(bench, "/usr/libexec/kubernetes/kubelet-plugins/volume/x")
    for link in ("cni0", "flannel.1"):
        host.make_directory(f"/sys/class/net/{link}", mode=0o755)
    put(bench, "/proc/self/mounts", MOUNTS)
    host.answer("iptables-save", stdout=RULES)
    host.answer("ip6tables-save", code=127)
    bench.fakes.runtime.sandboxes = (POD,)
    bench.options = Options(workflow="reset")
    host.effects.clear()
    return bench


def put(bench: Bench, path: str, content: str = "") -> None:
    bench.fakes.host.make_directory(path.rpartition("/")[0], mode=0o755)
    bench.fakes.host.write(path, content.encode(), mode=0o644)


def test_what_the_cluster_left_goes(bench: Bench) -> None:
    """The kubelet stops first; then pods, mounts from within, files, links, rules and images go."""
    bench.run(cleanup_node.PHASE)
    host = bench.fakes.host
    assert host.ran == (
        "systemctl stop kubelet",
        "umount /var/lib/kubelet/pods/1/volumes/a/b",
        "umount /var/lib/kubelet/pods/1/volumes/a",
        "ip link delete cni0",
        "ip link delete flannel.1",
        "iptables-restore /run/kubeboot-rules",
    )
    assert bench.fakes.runtime.sandboxes == ()
    assert bench.fakes.runtime.images() == ()
    gone = ("/etc/kubernetes/admin.conf", "/var/lib/etcd/x", "/usr/libexec/kubernetes")
    assert [host.stat(path) for path in gone] == [None, None, None]


def test_what_was_there_before_stays(bench: Bench) -> None:
    """An operator's own network configuration, links and rules survive."""
    written: list[bytes] = []
    write = bench.fakes.host.write

    def watched(path: str, content: bytes, *, mode: int, owner: object = None) -> None:
        written.append(content)
        write(path, content, mode=mode)

    bench.fakes.host.write = watched  # type: ignore[method-assign]
    bench.run(cleanup_node.PHASE)
    assert bench.fakes.host.list("/etc/cni/net.d") == ("10-operator.conf",)
    assert written == [b"*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j OPERATORS\nCOMMIT\n"]


def test_what_took_the_place_of_an_earlier_cluster_goes(tmp_path: Path) -> None:
    """Data and links of the names that an earlier cluster's had, which were set aside: theirs come back."""
    bench = Bench(tmp_path)
    host = bench.fakes.host
    put(bench, "/etc/cni/net.d/10-flannel.conf", "theirs")
    host.make_directory("/sys/class/net/cni0", mode=0o755)
    fixing = bench.context("prepare")
    fixing.host.move("/etc/cni/net.d/10-flannel.conf", "/var/lib/kubeboot/aside/10-flannel.conf")
    fixing.host.run(("ip", "link", "delete", "cni0"), undo=("ip", "-batch", "/x"))
    bench.context("certs").host.write("/etc/motd", b"", mode=0o644)
    put(bench, "/etc/cni/net.d/10-flannel.conf", "the cluster's")
    host.answer("iptables-save", code=127)
    host.answer("ip6tables-save", code=127)
    bench.options = Options(workflow="reset")
    for phase in (cleanup_node.PHASE, undo.PHASE):
        bench.run(phase)
    assert host.files["/etc/cni/net.d/10-flannel.conf"] == b"theirs"
    assert host.ran.index("ip link delete cni0", 1) < host.ran.index("ip -batch /x")


@pytest.mark.parametrize(("now", "set_back"), [("1", True), ("2", False), ("0", False)])
def test_the_kernel_is_set_back(tmp_path: Path, now: str, set_back: bool) -> None:
    """What Kubernetes has set is as it was; what somebody has set otherwise, or nobody, stays."""
    bench = Bench(tmp_path)
    host = bench.fakes.host
    put(bench, "/proc/sys/vm/overcommit_memory", "0\n")
    bench.context("certs").host.write("/etc/motd", b"", mode=0o644)
    put(bench, "/proc/sys/vm/overcommit_memory", f"{now}\n")
    bench.options = Options(workflow="reset")
    bench.run(cleanup_node.PHASE)
    assert ("sysctl -q -w vm.overcommit_memory=0" in host.ran) == set_back


def test_everything_is_put_back_and_forgotten(bench: Bench) -> None:
    """After both phases the machine is what it was, and nothing secret is kept."""
    (bench.state / "runs" / "old").mkdir()
    (bench.state / "runs" / "old" / "handover.json").write_text("secret")
    for phase in (cleanup_node.PHASE, undo.PHASE):
        bench.run(phase)
    assert bench.fakes.host.stat("/etc/motd") is None
    assert bench.fakes.host.stat("/etc/kubernetes") is None
    assert not list((bench.state / "kept").iterdir())
    assert not (bench.state / "before.json").exists()
    assert not list(bench.state.glob("runs/*/handover.json"))
    assert bench.context().past.entries() == ()


def test_somebody_elses_cluster_is_left_alone(tmp_path: Path) -> None:
    """Without a change of ours there is nothing to end, whatever runs there."""
    context = Bench(tmp_path).context("cleanup-node")
    assert cleanup_node.skip(context) == "no cluster of ours is on this machine"


def test_a_dead_runtime_stops_nothing(bench: Bench) -> None:
    """Its pods are told, and the rest goes on."""
    bench.fakes.runtime.down = "connection refused"
    bench.run(cleanup_node.PHASE)
    assert [event.text for event in bench.told(e.Warned)] == [
        "pods may still run: connection refused",
        "images stay: connection refused",
    ]
    assert bench.fakes.host.stat("/etc/kubernetes/admin.conf") is None
