"""The sets of ports fit together: a rehearsal and a dry run from end to end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from phases.system.builders import dry_run_ports, real_ports, rehearsal_ports
from phases.system.overlay import RehearsalHost
from phases.system.ports import ClusterError, Ref, RuntimeFailure
from phases.system.real_host import RealHost
from phases.system.real_runtime import RealRuntime
from tests.system.certificates import Authority
from tests.system.kubeconfigs import kubeconfig

START = ["systemctl", "enable", "--now", "kubelet"]
FLAGS = 'KUBELET_KUBEADM_ARGS="--hostname-override=one.example --v=2"\n'


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def test_a_rehearsal(tmp_path: Path, stop: threading.Event) -> None:
    """Before the kubelet nothing answers; after it health, API and the kubelet's own Node do."""
    ports = rehearsal_ports(str(tmp_path / "try"), stop)
    assert ports.rehearsal
    cluster = ports.cluster(b"", "")
    with pytest.raises(ClusterError):
        cluster.fetch("/livez")
    ports.host.make_directory("/var/lib/kubelet", mode=0o750)
    ports.host.write("/var/lib/kubelet/kubeadm-flags.env", FLAGS.encode(), mode=0o644)
    ports.host.run(START)
    assert cluster.fetch("/livez").status == 200
    assert cluster.get(Ref("v1", "Node", "one.example")) is not None
    assert ports.runtime("").pull("registry.k8s.io/etcd:3.7").id.startswith("sha256:")


def test_a_second_rehearsal_finds_the_first(tmp_path: Path, stop: threading.Event) -> None:
    """Objects, images and the started kubelet are there again, whichever kubeconfig is used."""
    first = rehearsal_ports(str(tmp_path), stop)
    first.host.run(START)
    nodes = first.cluster(b"admin", "").list("v1", "Node")
    first.runtime("").pull("etcd")
    second = rehearsal_ports(str(tmp_path), stop)
    assert second.cluster(b"super-admin", "https://x").list("v1", "Node") == nodes
    assert [one.tags for one in second.runtime("").images()] == [("etcd",)]
    assert "stand-in" in second.runtime("").about().name


def test_a_node_without_a_given_name_has_the_hosts(tmp_path: Path, stop: threading.Event) -> None:
    """The Node is named as the machine is, in lower case."""
    ports = rehearsal_ports(str(tmp_path), stop)
    ports.host.run(START)
    node = ports.cluster(b"", "").list("v1", "Node")[0]
    assert node["metadata"]["name"] == ports.host.machine().hostname.lower()


def test_clusters_of_one_rehearsal_share_their_objects(
    tmp_path: Path, stop: threading.Event
) -> None:
    """What one client creates the other sees."""
    ports = rehearsal_ports(str(tmp_path), stop)
    ports.host.run(START)
    thing = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}
    ports.cluster(b"a", "").create(thing)
    assert ports.cluster(b"b", "").get(Ref.of(thing)) is not None


def test_a_dry_run(stop: threading.Event) -> None:
    """It asks the real runtime, pulls nothing, and its folder goes with its ports."""
    ports = dry_run_ports(stop)
    assert ports.rehearsal
    assert isinstance(ports.host, RehearsalHost)
    folder = Path(ports.host.folder)
    runtime = ports.runtime("/no/such.sock")
    with pytest.raises(RuntimeFailure, match="no such socket"):
        runtime.about()
    assert runtime.pull("etcd").id.startswith("sha256:")
    assert folder.exists()
    del ports, runtime
    assert not folder.exists()


def test_a_dry_run_on_a_fresh_machine(stop: threading.Event, authority: Authority) -> None:
    """With nobody at the API server's address, a stand-in answers once the kubelet was 'started'."""
    ports = dry_run_ports(stop)
    nobody = kubeconfig("https://127.0.0.1:9", authority)
    with pytest.raises(ClusterError) as caught:
        ports.cluster(nobody, "").fetch("/livez")
    assert caught.value.reason == "Unreachable"
    ports.host.run(START)
    thing = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}
    ports.cluster(nobody, "").create(thing)
    assert ports.cluster(nobody, "").get(Ref.of(thing)) is not None


def test_real_ports(stop: threading.Event) -> None:
    """The real ones are real."""
    ports = real_ports(stop)
    assert not ports.rehearsal
    assert isinstance(ports.host, RealHost)
    assert isinstance(ports.runtime("unix:///run/x.sock"), RealRuntime)
    with pytest.raises(ClusterError) as caught:
        ports.cluster(b"", "")
    assert caught.value.reason == "Kubeconfig"


def test_a_wait_ends_with_the_stop(stop: threading.Event) -> None:
    """Waits take their time, and none once the run is asked to stop."""
    clock = real_ports(stop).clock
    began = clock.monotonic()
    clock.wait(0.1)
    clock.wait(-1)
    assert 0.1 <= clock.monotonic() - began < 1
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    clock.wait(30)
    assert time.monotonic() - began < 5
    assert clock.now().utcoffset() is not None


def test_the_kubernetes_package_is_imported_late() -> None:
    """Ports are made without its cost; the first real client pays it."""
    code = (
        "import sys, threading; from phases.system.builders import real_ports;"
        "real_ports(threading.Event()); print('kubernetes' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert out.stdout == b"False\n"
