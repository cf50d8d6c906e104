"""Fixes: what each changes, that it is shown, and that undo brings back what was there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from phases.checks.table import INIT_CHECKS
from phases.engine.errors import ConfigurationError, PhaseError
from phases.fixes.fix import ASIDE
from phases.fixes.packages import install, managers
from phases.fixes.table import FIXES
from phases.fixes.titles import TITLES
from phases.model.images import pause_image
from tests.checks.bench import ready_host
from tests.engine.bench import Bench
from tests.fakes import FakeHost
from tests.fixes.bench import apply, differences, left, take_back

SWAPS = "Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 1 0 -2\n"
FSTAB = (
    "# /etc/fstab\nUUID=1 / ext4 defaults 0 1\n/dev/sda2 none swap sw 0 0\n\t/x\tnone\tswap\tsw\n"
)


@dataclass(frozen=True)
class Case:
    """A machine that needs a fix; what the fix writes and runs, and what undo runs.

    The difference of each file is shown, but of ours, and those of the commands in `shows`.
    """

    files: Mapping[str, str]
    writes: Mapping[str, str]
    runs: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()
    answers: tuple[Callable[[FakeHost], None], ...] = field(default_factory=tuple)
    shows: tuple[str, ...] = ()


def says(command: str, code: int) -> Callable[[FakeHost], None]:
    return lambda host: host.answer(command, code=code)


SETTINGS: Mapping[str, Case] = {
    "forwarding": Case(
        {"/proc/sys/net/ipv4/ip_forward": "0\n"},
        {"/etc/sysctl.d/90-kubeboot-forwarding.conf": "net.ipv4.ip_forward = 1\n"},
        ("sysctl -q -w net.ipv4.ip_forward=1",),
        ("sysctl -q -w net.ipv4.ip_forward=0",),
    ),
    "forwarding-ipv6": Case(
        {
            "/proc/sys/net/ipv6/conf/all/forwarding": "0\n",
            "/proc/sys/net/ipv6/conf/default/forwarding": "0\n",
        },
        {"/etc/sysctl.d/90-kubeboot-forwarding-ipv6.conf": "net.ipv6.conf.all.forwarding = 1\n"},
        (
            "sysctl -q -w net.ipv6.conf.all.forwarding=1",
            "sysctl -q -w net.ipv6.conf.default.forwarding=1",
        ),
        (
            "sysctl -q -w net.ipv6.conf.default.forwarding=0",
            "sysctl -q -w net.ipv6.conf.all.forwarding=0",
        ),
    ),
    "swap": Case(
        {"/proc/swaps": SWAPS, "/etc/fstab": FSTAB},
        {
            "/etc/fstab": "# off for Kubernetes, by kubeboot-tui: /dev/sda2 none swap sw 0 0\n"
            "# off for Kubernetes, by kubeboot-tui: \t/x\tnone\tswap\tsw\n"
        },
        ("swapoff /dev/sda2",),
        ("swapon /dev/sda2",),
    ),
    "hosts": Case(
        {"/etc/hosts": "127.0.0.1 localhost"},
        {"/etc/hosts": "127.0.0.1 localhost\n192.0.2.10 master\n"},
        answers=(says("getent", 2),),
    ),
    "kubelet-service": Case(
        {},
        {},
        ("systemctl enable kubelet",),
        ("systemctl disable kubelet",),
        answers=(says("systemctl is-enabled kubelet", 1),),
    ),
}


CHAIN = {"family": "inet", "table": "filter", "name": "input"}
NFT_CHAINS = [{"chain": {**CHAIN, "hook": "input", "type": "filter", "policy": "drop"}}]
PORTS = ("6443", "2379", "2380", "10250")
UNIT = "[Service]\nExecStart=/usr/bin/kubelet\n"
PROXY_RULES = (
    "*nat\n:KUBE-SERVICES - [0:0]\n-A OUTPUT -j KUBE-SERVICES\n-A OUTPUT -j MINE\nCOMMIT\n"
)


def answers(command: str, stdout: str, code: int = 0) -> Callable[[FakeHost], None]:
    return lambda host: host.answer(command, code=code, stdout=stdout)


def port_taken(host: FakeHost) -> None:
    """Somebody's service listens on the kubelet's port."""
    host.taken.add(10250)
    host.answer("ss", stdout='LISTEN 0 5 0.0.0.0:10250 0.0.0.0:* users:(("python3",pid=7,fd=3))\n')


CNI0 = {
    "mtu": 1450,
    "flags": ["BROADCAST", "UP"],
    "linkinfo": {"info_kind": "bridge"},
    "addr_info": [
        {"scope": "global", "local": "10.244.0.1", "prefixlen": 24},
        {"scope": "link", "local": "fe80::1", "prefixlen": 64},
    ],
}


def no_links(host: FakeHost) -> None:
    host.make_directory("/sys/class/net/cni0", mode=0o755)
    host.answer("ip -j -d addr show dev cni0", stdout=json.dumps([CNI0]))


KEY = Path(__file__).with_name("key.asc").read_bytes()
APT = "env DEBIAN_FRONTEND=noninteractive apt-get {verb} -y " + " ".join(managers.APT_OPTIONS)
INSTALL = APT.format(verb="install") + " --no-install-recommends"
PURGE = APT.format(verb="purge")
BASE = "https://dl.k8s.io/release/v1.37.2/bin/linux/amd64/"


def no_runtime(host: FakeHost) -> None:
    host.answer("apt-cache madison", stdout=" containerd | 2.4.2-1 | http://x Packages\n")
    host.answer(
        "apt-get install --simulate", stdout="Inst runc (1.3 Debian)\nInst containerd (2.4)\n"
    )


def no_kubelet(host: FakeHost) -> None:
    """Also on a machine that would bring something else up to date on the way."""
    host.answer("kubelet --version", code=127)
    versions = (f" {{name}} | 1.37.{patch}-1.1 | https://x Packages\n" for patch in (3, 2, 0))
    text = "".join(versions)
    for name in ("kubelet", "kubeadm", "kubectl"):
        host.answer(f"apt-cache madison {name}", stdout=text.format(name=name))
    said = "Inst mount [2.38] (2.39 x)\nInst kubelet (1.37.2-1.1 x)\nInst kubernetes-cni (1.8 x)\n"
    host.answer("apt-get install --simulate", stdout=said)
    host.web["https://pkgs.k8s.io/core:/stable:/v1.37/deb/Release.key"] = KEY


def no_packages(host: FakeHost) -> None:
    host.answer("kubelet --version", code=127)
    host.answer("uname -m", stdout="x86_64\n")
    host.make_directory("/usr/local/bin", mode=0o755)
    for name in ("kubelet", "kubeadm", "kubectl"):
        host.web[f"{BASE}{name}"] = name.encode()
        host.web[f"{BASE}{name}.sha256"] = hashlib.sha256(name.encode()).hexdigest().encode()


SOFTWARE: Mapping[str, Case] = {
    "runtime": Case(
        {"/usr/bin/apt-get": ""},
        {},
        (
            "apt-get update",
            *(f"mkdir -p -m 755 {folder}" for folder in install.DATA),
            f"{INSTALL} containerd",
            "systemctl enable --now containerd",
        ),
        (f"{PURGE} runc containerd", *(f"rm -rf {folder}" for folder in reversed(install.DATA))),
        answers=(no_runtime,),
    ),
    "kubernetes-packages": Case(
        {"/usr/bin/apt-get": ""},
        {
            "/etc/apt/keyrings/kubernetes-apt-keyring.asc": KEY.decode(),
            "/etc/apt/sources.list.d/kubernetes.list": "deb [signed-by=/etc/apt/keyrings/"
            "kubernetes-apt-keyring.asc] https://pkgs.k8s.io/core:/stable:/v1.37/deb/ /\n",
        },
        (
            "apt-get update",
            f"{INSTALL} kubelet=1.37.2-1.1 kubeadm=1.37.2-1.1 kubectl=1.37.2-1.1",
            "apt-mark hold kubelet kubeadm kubectl",
        ),
        ("apt-mark unhold kubelet kubeadm kubectl", f"{PURGE} kubelet kubernetes-cni"),
        answers=(no_kubelet,),
    ),
    "kubernetes-programs": Case(
        {},
        {
            "/etc/systemd/system/kubelet.service": "ExecStart=/usr/local/bin/kubelet\n",
            "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf": "ExecStart=/usr/local/bin/kubelet $",
        },
        ("systemctl daemon-reload", "systemctl daemon-reload", "systemctl enable kubelet"),
        ("systemctl disable kubelet", "systemctl daemon-reload"),
        answers=(no_packages,),
    ),
}


CASES: Mapping[str, Case] = {
    **SETTINGS,
    **SOFTWARE,
    "modules": Case(
        {"/proc/filesystems": "nodev\ttmpfs\n\text4\n"},
        {"/etc/modules-load.d/90-kubeboot.conf": "by kubeboot-tui.\noverlay\nbr_netfilter\n"},
        ("modprobe overlay", "modprobe br_netfilter"),
        ("modprobe -r br_netfilter", "modprobe -r overlay"),
    ),
    "inotify": Case(
        {"/proc/sys/fs/inotify/max_user_instances": "128\n"},
        {"/etc/sysctl.d/90-kubeboot-inotify.conf": "fs.inotify.max_user_instances = 512\n"},
        ("sysctl -q -w fs.inotify.max_user_instances=512",),
        ("sysctl -q -w fs.inotify.max_user_instances=128",),
    ),
    "ports": Case(
        {"/proc/7/cgroup": "0::/system.slice/backup.service\n"},
        {},
        ("systemctl stop backup.service", "systemctl disable backup.service"),
        ("systemctl enable backup.service", "systemctl start backup.service"),
        answers=(port_taken,),
    ),
    "leftovers": Case(
        {
            "/etc/kubernetes/admin.conf": "",
            "/etc/kubernetes/pki/ca.crt": "old",
            "/var/lib/kubelet/config.yaml": "old",
            "/var/lib/etcd/member/snap/db": "old",
            "/etc/cni/net.d/10-flannel.conflist": "{}",
        },
        {
            "/var/lib/kubeboot/aside/20261124-120000/iptables-before": PROXY_RULES,
            "/var/lib/kubeboot/aside/20261124-120000/iptables": "-A OUTPUT -j MINE\nCOMMIT\n",
            "/var/lib/kubeboot/aside/20261124-120000/link-cni0": "link add cni0 mtu 1450 type bridge\n"
            "addr add 10.244.0.1/24 dev cni0\nlink set cni0 up\n",
        },
        (
            "systemctl stop kubelet",
            "iptables-restore /var/lib/kubeboot/aside/20261124-120000/iptables",
            "ip link delete cni0",
        ),
        (
            "ip -batch /var/lib/kubeboot/aside/20261124-120000/link-cni0",
            "iptables-restore /var/lib/kubeboot/aside/20261124-120000/iptables-before",
            "systemctl start kubelet",
        ),
        answers=(
            no_links,
            answers("iptables -t nat -S", "-N KUBE-SERVICES\n"),
            answers("iptables-save", PROXY_RULES),
        ),
        shows=("iptables-restore /var/lib/kubeboot/aside/20261124-120000/iptables",),
    ),
    "containerd": Case(
        {"/etc/containerd/config.toml": 'version = 2\ndisabled_plugins = ["cri", "zfs"]\n'},
        {
            "/etc/containerd/config.toml": 'version = 2\ndisabled_plugins = [\n    "zfs",\n]\n'
            'imports = ["/etc/containerd/conf.d/*.toml"]\n',
            "/etc/containerd/conf.d/90-kubeboot.toml": "SystemdCgroup = true\n",
        },
        ("systemctl stop containerd", "systemctl start containerd"),
        ("systemctl stop containerd", "systemctl start containerd"),
        answers=(answers("containerd --version", "containerd github.com/x v2.4.2 abc\n"),),
    ),
    "kubelet-drop-in": Case(
        {},
        {"/etc/systemd/system/kubelet.service.d/10-kubeadm.conf": "/var/lib/kubelet/config.yaml"},
        ("systemctl daemon-reload", "systemctl daemon-reload"),
        ("systemctl daemon-reload",),
        answers=(answers("systemctl cat kubelet", UNIT),),
    ),
    "firewalld": Case(
        {},
        {},
        tuple(
            f"firewall-cmd -q {scope}--add-port={port}/tcp"
            for port in PORTS
            for scope in ("", "--permanent ")
        ),
        tuple(
            f"firewall-cmd -q {scope}--remove-port={port}/tcp"
            for port in reversed(PORTS)
            for scope in ("--permanent ", "")
        ),
        answers=(answers("systemctl is-active firewalld", "active\n"),),
    ),
    "ufw": Case(
        {"/etc/ufw/ufw.conf": "ENABLED=yes\n"},
        {},
        tuple(f"ufw allow {port}/tcp" for port in PORTS),
        tuple(f"ufw delete allow {port}/tcp" for port in reversed(PORTS)),
    ),
    "iptables": Case(
        {},
        {},
        tuple(f"iptables -I INPUT -p tcp --dport {port} -j ACCEPT" for port in PORTS),
        tuple(f"iptables -D INPUT -p tcp --dport {port} -j ACCEPT" for port in reversed(PORTS)),
        answers=(answers("iptables -S INPUT", "-P INPUT DROP\n"),),
    ),
    "nftables": Case(
        {},
        {
            "/var/lib/kubeboot/aside/20261124-120000/nftables-inet-filter-input": "flush chain "
            "inet filter input\ntable inet filter {}\n"
        },
        (
            "nft insert rule inet filter input tcp dport { 6443, 2379, 2380, 10250 } accept comment "
            '"Kubernetes, by kubeboot-tui"',
        ),
        ("nft -f /var/lib/kubeboot/aside/20261124-120000/nftables-inet-filter-input",),
        answers=(
            answers("nft -j list chains", json.dumps({"nftables": NFT_CHAINS})),
            answers("nft list chain inet filter input", "table inet filter {}\n"),
        ),
    ),
}


def needing(case: Case, folder: Path, name: str) -> Bench:
    bench = Bench(folder, IPV6 if name == "forwarding-ipv6" else "")
    for path, content in case.files.items():
        bench.fakes.host.make_directory(path.rpartition("/")[0], mode=0o755)
        bench.fakes.host.write(path, content.encode(), mode=0o644)
    for answer in case.answers:
        answer(bench.fakes.host)
    if name == "runtime":
        bench.fakes.runtime.down = "no such socket"
    bench.fakes.host.effects.clear()
    return bench


IPV6 = (
    "networking: {serviceSubnet: '10.96.0.0/12,fd00::/112', podSubnet: '10.244.0.0/16,fd01::/48'}"
)


@pytest.mark.parametrize("name", CASES)
def test_applied_shown_and_undone(name: str, tmp_path: Path) -> None:
    """It makes its change, shows each file's difference, and undo leaves the machine as it was."""
    case = CASES[name]
    bench = needing(case, tmp_path, name)
    host = bench.fakes.host
    before = host.files
    apply(bench, name)
    for path, content in case.writes.items():
        assert content in host.files[path].decode()
    shown = {path for path in case.writes if ASIDE not in path} | set(case.shows)
    assert (set(differences(bench)), host.ran) == (shown, case.runs)
    take_back(bench, name)
    assert host.files == before
    assert host.ran[len(case.runs) :] == case.undoes


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.runs])
def test_a_machine_that_refuses(name: str, tmp_path: Path) -> None:
    """Its own words become the error, and what was changed before stands in the ledger."""
    case = CASES[name]
    bench = needing(case, tmp_path, name)
    before = bench.fakes.host.files
    bench.fakes.host.answer(case.runs[0], code=1, stderr="permission denied")
    with pytest.raises(PhaseError) as caught:
        apply(bench, name)
    assert (caught.value.code, caught.value.why) == ("fix-failed", "permission denied")
    take_back(bench, name)
    assert bench.fakes.host.files == before


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.runs])
def test_a_file_that_cannot_be_written(name: str, tmp_path: Path) -> None:
    """The system's refusal is the error, and the file is what it was."""
    bench = needing(CASES[name], tmp_path, name)
    host = bench.fakes.host
    before = host.files
    host.fail_at(len(host.effects) + 1, OSError(30, "Read-only file system"))
    with pytest.raises(OSError, match="Read-only"):
        apply(bench, name)
    take_back(bench, name)
    assert host.files == before


@pytest.mark.parametrize("name", CASES)
def test_a_sound_machine_is_left_alone(name: str, tmp_path: Path) -> None:
    """Where the check finds nothing wanting, the fix changes nothing though it was asked for."""
    bench = Bench(tmp_path)
    bench.fakes = replace(bench.fakes, host=ready_host())
    pause = str(pause_image(bench.configuration.cluster))
    bench.fakes.runtime.fact = replace(bench.fakes.runtime.fact, sandbox_image=pause)
    bench.fakes.host.effects.clear()
    apply(bench, name)
    assert bench.fakes.host.effects == []


def test_only_swap_lines_become_comments() -> None:
    """Names with swap in them, comments and other file systems stay byte for byte."""
    from phases.fixes.swap import MARK, without_swap

    kept = b"#/dev/x none swap sw\n/swapfile /swap ext4 swap 0 0\nUUID=1 /\text4 defaults\n\n"
    assert without_swap(kept) == kept
    assert without_swap(b"/s  none  swap\n") == MARK.encode() + b"/s  none  swap\n"


def test_a_kubelet_that_is_missing_cannot_be_enabled(tmp_path: Path) -> None:
    """The fix says what comes first, and changes nothing."""
    bench = needing(Case({}, {}), tmp_path, "kubelet-service")
    bench.fakes.host.answer("systemctl cat kubelet", code=1)
    apply(bench, "kubelet-service")
    assert left(bench) == {
        "kubelet-service": "there is no service kubelet: its package comes first"
    }
    assert bench.fakes.host.effects == []


def test_every_fix_mends_checks_that_there_are() -> None:
    """No fix names a check that isn't in the table, and no two fixes share a name."""
    names = {check.name for check in INIT_CHECKS}
    assert all(set(fix.mends) <= names for fix in FIXES)
    assert len({fix.name for fix in FIXES}) == len(FIXES)


def test_every_fix_has_a_case() -> None:
    """A fix without a test of its own is no fix."""
    assert CASES.keys() == {fix.name for fix in FIXES}


def test_an_unknown_fix_is_refused(tmp_path: Path) -> None:
    """Nothing is applied where one of the names is wrong."""
    with pytest.raises(ConfigurationError, match="no fix is called swop"):
        apply(Bench(tmp_path), "swop")


def test_every_fix_has_a_title() -> None:
    """In the order in which fixes are applied, as the screens show them."""
    assert tuple(TITLES) == tuple(fix.name for fix in FIXES)
