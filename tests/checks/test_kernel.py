"""Checks of the kernel and of control groups."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from tests.checks.bench import FILES, KERNEL, OPTIONS, Bench

SYSTEM = "SystemVerification"
CONTROLLERS = (
    *("cpuset", "cpu", "cpuacct", "memory", "devices", "freezer", "pids", "hugetlb", "blkio"),
)
OLD_OPTIONS = "CONFIG_CGROUP_CPUACCT=y\nCONFIG_CGROUP_DEVICE=y\nCONFIG_CGROUP_FREEZER=y\n"


def plant(bench: Bench, path: str, content: bytes | str) -> None:
    raw = content.encode() if isinstance(content, str) else content
    bench.host.write(path, raw, mode=0o644)


def boot(bench: Bench, release: str) -> None:
    plant(bench, "/proc/sys/kernel/osrelease", f"{release}\n")
    plant(bench, f"/boot/config-{release}", OPTIONS)


def old_groups(bench: Bench, *, but: str = "", off: str = "") -> None:
    """Makes the machine one with control groups of version 1."""
    bench.host.remove("/sys/fs/cgroup/cgroup.controllers")
    rows = [f"{name}\t1\t1\t{int(name != off)}" for name in CONTROLLERS if name != but]
    plant(bench, "/proc/cgroups", "\n".join(["#subsys_name\thierarchy\tnum\tenabled", *rows]))
    plant(bench, f"/boot/config-{KERNEL}", OPTIONS + OLD_OPTIONS)


@pytest.mark.parametrize(
    ("release", "warns"),
    [
        ("4.19.0", 1),
        ("5.4.0-200-generic", 0),
        ("5.10.1", 0),
        ("5.15.167.4-microsoft", 0),
        ("5.14.0-503.el9", 1),
        ("5.40.1", 1),
        ("6.1.0", 0),
        ("10.0.0", 0),
    ],
)
def test_version(bench: Bench, release: str, warns: int) -> None:
    """Kernels without long-term support before 6 are worth a warning."""
    boot(bench, release)
    assert [finding.level for finding in bench.findings(SYSTEM)] == ["warning"] * warns


def test_options(bench: Bench) -> None:
    """A required option that the kernel wasn't built with is an error that names it."""
    plant(bench, f"/boot/config-{KERNEL}", OPTIONS.replace("CONFIG_MEMCG=y", "# not set"))
    finding = bench.finding(SYSTEM)
    assert (finding.level, finding.found) == ("error", "a kernel without MEMCG")


def test_options_by_another_name(bench: Bench) -> None:
    """Of names that mean the same, one as a module is enough."""
    text = OPTIONS.replace(
        "CONFIG_NETFILTER_XT_TARGET_REDIRECT=y", "CONFIG_IP_NF_TARGET_REDIRECT=m"
    )
    plant(bench, f"/boot/config-{KERNEL}", text)
    assert not bench.findings(SYSTEM)


def test_options_by_no_name(bench: Bench) -> None:
    """Where none of the names is switched on, all of them are told."""
    text = OPTIONS.replace("_TARGET_REDIRECT=y", "_TARGET_REDIRECT=n")
    plant(bench, f"/boot/config-{KERNEL}", text)
    assert "IP_NF_TARGET_REDIRECT" in bench.finding(SYSTEM).found


def test_options_of_old_groups(bench: Bench) -> None:
    """Control groups of version 1 need options of their own."""
    old_groups(bench)
    bench.kubelet(failCgroupV1=False)
    plant(bench, f"/boot/config-{KERNEL}", OPTIONS)
    finding, _ = bench.findings(SYSTEM)
    assert finding.found == "a kernel without CGROUP_CPUACCT, CGROUP_DEVICE, CGROUP_FREEZER"


def test_options_of_the_running_kernel(bench: Bench) -> None:
    """What the kernel itself tells comes before what lies in /boot."""
    plant(bench, "/proc/config.gz", gzip.compress(OPTIONS.replace("_INET=y", "_INET=n").encode()))
    assert bench.finding(SYSTEM).found == "a kernel without INET"


def test_options_unknown(bench: Bench) -> None:
    """A kernel whose options nobody can tell is worth a warning."""
    bench.host.remove(f"/boot/config-{KERNEL}")
    assert bench.level(SYSTEM) == "warning"


def test_options_broken(bench: Bench) -> None:
    """A broken list of options is a refusal that names the file."""
    plant(bench, "/proc/config.gz", gzip.compress(OPTIONS.encode())[:-9])
    with pytest.raises(OSError, match=r"config\.gz"):
        bench.findings(SYSTEM)


def test_controllers(bench: Bench) -> None:
    """A controller that is missing is an error that names it."""
    plant(bench, "/sys/fs/cgroup/cgroup.controllers", "cpu memory io hugetlb\n")
    finding = bench.finding(SYSTEM)
    assert finding.found == "no control group controllers cpuset, pids"
    assert finding.level == "error"


def test_welcome_controllers(bench: Bench) -> None:
    """One that kubeadm only would like to have is worth a warning."""
    plant(bench, "/sys/fs/cgroup/cgroup.controllers", "cpu cpuset memory pids io\n")
    finding = bench.finding(SYSTEM)
    assert (finding.level, finding.found) == ("warning", "no control group controllers hugetlb")


def test_old_groups(bench: Bench) -> None:
    """Control groups of version 1 are an error."""
    old_groups(bench)
    assert bench.level(SYSTEM) == "error"


def test_old_groups_allowed(bench: Bench) -> None:
    """They are worth a warning when the kubelet is told to live with them."""
    old_groups(bench)
    bench.kubelet(failCgroupV1=False)
    assert bench.level(SYSTEM) == "warning"


@pytest.mark.parametrize(("kubelet", "level"), [("v1.34.9", "warning"), ("v1.35.0", "error")])
def test_old_groups_and_an_old_kubelet(bench: Bench, kubelet: str, level: str) -> None:
    """A kubelet of before 1.35 lives with them untold."""
    old_groups(bench)
    bench.host.answer("kubelet --version", stdout=f"Kubernetes {kubelet}\n")
    assert bench.level(SYSTEM) == level


@pytest.mark.parametrize(
    ("spoilt", "name"), [({"but": "freezer"}, "freezer"), ({"off": "pids"}, "pids")]
)
def test_old_controllers(bench: Bench, spoilt: dict[str, str], name: str) -> None:
    """Of version 1 more controllers are needed, and each has to be enabled."""
    old_groups(bench, **spoilt)
    bench.kubelet(failCgroupV1=False)
    _, finding = bench.findings(SYSTEM)
    assert (finding.level, finding.found) == ("error", f"no control group controllers {name}")


def test_swap(bench: Bench) -> None:
    """Swap is worth a warning that names the first device."""
    plant(bench, "/proc/swaps", FILES["/proc/swaps"] + "/dev/sda2 partition 1 0 -2\n")
    finding = bench.finding("Swap")
    assert (finding.level, finding.found) == ("warning", "swap is on (/dev/sda2)")


def test_swap_that_the_kubelet_copes_with(bench: Bench) -> None:
    """A kubelet that is told to cope with swap does."""
    plant(bench, "/proc/swaps", FILES["/proc/swaps"] + "/dev/sda2 partition 1 0 -2\n")
    bench.kubelet(failSwapOn=False)
    assert not bench.findings("Swap")


def test_a_kernel_without_swap(bench: Bench) -> None:
    """A kernel that knows no swap has none."""
    bench.host.remove("/proc/swaps")
    assert not bench.findings("Swap")


@pytest.mark.parametrize(
    "path", ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/default/forwarding"]
)
@pytest.mark.parametrize("content", ["0\n", "", None])
def test_forwarding(bench: Bench, path: str, content: str | None) -> None:
    """Forwarding that is off, or a setting that isn't there, is an error."""
    networking = replace(
        bench.configuration.cluster.networking, pod_subnet="10.244.0.0/16,fd00::/48"
    )
    bench.cluster(networking=networking)
    name = f"FileContent-{path.replace('/', '-')}"
    assert not bench.findings(name)
    if content is None:
        bench.host.remove(path)
    else:
        plant(bench, path, content)
    assert bench.level(name) == "error"
    assert "sysctl -w net.ipv" in bench.finding(name).remedy
