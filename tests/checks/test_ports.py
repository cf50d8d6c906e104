"""Checks of TCP ports."""

from __future__ import annotations

import errno

import pytest

from phases.model.types import APIServer, Arg, Component
from tests.checks.bench import Bench
from tests.fakes import FakeHost

MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
LISTENER = 'LISTEN 0 511 *:{0} *:* users:(("{1}",pid=812,fd=6),("{1}",pid=813,fd=6))\n'

PORTS = ["Port-6443", "Port-10259", "Port-10257", "Port-10250", "Port-2379", "Port-2380"]


def take(bench: Bench, port: int, by: str = "") -> None:
    bench.host.taken.add(port)
    bench.host.answer("ss -Hltnp", stdout=LISTENER.format(port, by) if by else "")


@pytest.mark.parametrize("name", PORTS)
def test_taken(bench: Bench, name: str) -> None:
    """A port in use by somebody else is an error."""
    take(bench, int(name.removeprefix("Port-")))
    assert bench.level(name) == "error"


def test_by_whom(bench: Bench) -> None:
    """The processes that have the port are named."""
    take(bench, 6443, "nginx")
    finding = bench.finding("Port-6443")
    assert finding.found == "port 6443 is in use by nginx (pid 812), nginx (pid 813)"
    assert finding.remedy == "Stop nginx or have it listen elsewhere"


@pytest.mark.parametrize(
    ("port", "process", "component"),
    [
        (6443, "kube-apiserver", "kube-apiserver"),
        (10257, "kube-controller", "kube-controller-manager"),
        (10250, "kubelet", "kubelet"),
    ],
)
def test_by_another_cluster(bench: Bench, port: int, process: str, component: str) -> None:
    """A component that isn't ours is of another cluster, and what removes that is told."""
    take(bench, port, process)
    remedy = bench.finding(f"Port-{port}").remedy
    assert remedy == f"{component} of another cluster is running; `kubeadm reset` removes it"


def test_by_whose(bench: Bench) -> None:
    """Unit and package of a process are named, and what stops a unit; a fix has them as data."""
    take(bench, 6443, "nginx")
    bench.plant("/proc/812/cgroup", "0::/system.slice/nginx.service/worker\n")
    bench.host.answer("readlink /proc/812/exe", stdout="/usr/sbin/nginx\n")
    bench.host.answer("dpkg -S /usr/sbin/nginx", stdout="nginx-core:amd64: /usr/sbin/nginx\n")
    finding = bench.finding("Port-6443")
    assert "nginx (pid 812, nginx.service, package nginx-core)" in finding.found
    assert finding.remedy == (
        "Run `systemctl disable --now nginx.service`, or have it listen elsewhere"
    )
    first = {"process": "nginx", "pid": 812, "unit": "nginx.service", "package": "nginx-core"}
    assert finding.facts["port"] == 6443
    assert finding.facts["holders"][0] == first


def test_by_whose_elsewhere(bench: Bench) -> None:
    """Where there is no dpkg, rpm tells."""
    take(bench, 6443, "nginx")
    bench.host.answer("readlink", stdout="/usr/sbin/nginx\n")
    bench.host.answer("dpkg -S", code=127)
    bench.host.answer("rpm -qf", stdout="nginx")
    assert bench.finding("Port-6443").facts["holders"][0]["package"] == "nginx"


def test_by_a_unit_of_nobodys(bench: Bench) -> None:
    """A unit that no package brought is stopped as any other."""
    take(bench, 6443, "python3")
    bench.plant("/proc/812/cgroup", "0::/system.slice/squatter.service\n")
    finding = bench.finding("Port-6443")
    assert "python3 (pid 812, squatter.service)" in finding.found
    assert finding.remedy.startswith("Run `systemctl disable --now squatter.service`")


def test_other_ports_of_the_list(bench: Bench) -> None:
    """All listeners are asked for at once; only those of the port in question are told."""
    bench.host.taken.add(6443)
    both = LISTENER.format(16443, "haproxy") + LISTENER.format("6443", "nginx")
    bench.host.answer("ss -Hltnp", stdout=both)
    finding = bench.finding("Port-6443")
    assert "haproxy" not in finding.found
    assert ("ss", "-Hltnp") in bench.host.probed


def test_by_nobody_knows_whom(bench: Bench) -> None:
    """Where the holder can't be told, the way to find out is."""
    take(bench, 6443)
    finding = bench.finding("Port-6443")
    assert finding.found == "port 6443 is in use"
    assert "ss -ltnp" in finding.remedy


@pytest.mark.parametrize("by", ["", "kube-apiserver"])
def test_our_own_component(bench: Bench, by: str) -> None:
    """A port that our own component has passes."""
    take(bench, 6443, by)
    bench.plant(MANIFEST, ours=True)
    assert not bench.findings("Port-6443")


def test_a_long_name_is_cut_by_the_kernel(bench: Bench) -> None:
    """The controller manager is known by the fifteen characters that the kernel keeps."""
    take(bench, 10257, "kube-controller")
    bench.plant("/etc/kubernetes/manifests/kube-controller-manager.yaml", ours=True)
    assert not bench.findings("Port-10257")


def test_our_own_kubelet(bench: Bench) -> None:
    """The kubelet is ours when its configuration is."""
    take(bench, 10250, "kubelet")
    assert bench.level("Port-10250") == "error"
    bench.plant("/var/lib/kubelet/config.yaml", ours=True)
    assert not bench.findings("Port-10250")


def test_somebody_elses_manifest(bench: Bench) -> None:
    """A manifest that we didn't write makes no component ours."""
    take(bench, 6443, "kube-apiserver")
    bench.plant(MANIFEST)
    assert bench.level("Port-6443") == "error"


def test_a_manifest_that_is_gone(bench: Bench) -> None:
    """What we wrote once and isn't there any more runs nothing."""
    take(bench, 6443, "kube-apiserver")
    bench.ours.add(MANIFEST)
    assert bench.level("Port-6443") == "error"


def test_a_stranger_on_our_port(bench: Bench) -> None:
    """A stranger that took the port before our component could is an error all the same."""
    take(bench, 6443, "nginx")
    bench.plant(MANIFEST, ours=True)
    assert bench.level("Port-6443") == "error"


def test_beside_a_stranger_on_another_address(bench: Bench) -> None:
    """Our component may share a port with a program that listens on another address."""
    take(bench, 6443)
    both = LISTENER.format(6443, "haproxy") + LISTENER.format(6443, "kube-apiserver")
    bench.host.answer("ss -Hltnp", stdout=both)
    bench.plant(MANIFEST, ours=True)
    assert not bench.findings("Port-6443")


class Asked(FakeHost):
    """Remembers what was to be bound, and refuses in its own way."""

    def __init__(self, refusal: OSError | None = None) -> None:
        super().__init__()
        self.asked: list[tuple[str, int]] = []
        self.refusal = refusal

    def can_bind(self, address: str, port: int) -> OSError | None:
        self.asked.append((address, port))
        return self.refusal


def test_addresses(bench: Bench) -> None:
    """Every component's port is tried on all addresses, but etcd's on the advertised one."""
    bench.host = host = Asked()
    for name in PORTS:
        bench.findings(name)
    assert host.asked == [
        ("", 6443),
        ("", 10259),
        ("", 10257),
        ("", 10250),
        ("192.0.2.10", 2379),
        ("192.0.2.10", 2380),
    ]


def test_addresses_given_by_flags(bench: Bench) -> None:
    """A component's bind-address is where its port is tried, the last one counting."""
    bench.host = host = Asked()
    bench.cluster(
        api_server=APIServer(
            extra_args=(
                Arg("bind-address", "192.0.2.1"),
                Arg("bind-address", "192.0.2.2"),
                Arg("advertise-address", "192.0.2.9"),
            )
        ),
        scheduler=Component(extra_args=(Arg("bind-address", "127.0.0.1"),)),
        controller_manager=Component(extra_args=(Arg("bind-address", "127.0.0.2"),)),
    )
    for name in ("Port-6443", "Port-10259", "Port-10257", "Port-2379"):
        bench.findings(name)
    assert [address for address, _ in host.asked] == [
        "192.0.2.2",
        "127.0.0.1",
        "127.0.0.2",
        "192.0.2.9",
    ]


def test_other_refusals(bench: Bench) -> None:
    """A port that can't be had for another reason is an error that tells it, ours or not."""
    bench.host = Asked(OSError(errno.EADDRNOTAVAIL, "no such address here"))
    bench.plant(MANIFEST, ours=True)
    assert "no such address here" in bench.finding("Port-6443").found
