"""Checks of where data will lie."""

from __future__ import annotations

import pytest

from phases.checks.disks import percentile
from tests.checks.bench import EXTERNAL, Bench

HEADING = "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
ROOT = "/dev/vda1 / ext4 rw 0 0\n"


def df(bench: Bench, *rows: tuple[int, str]) -> None:
    """What `df` says of each folder: KiB and where its file system is mounted."""
    lines = (f"/dev/x 100 50 {kib} 50% {place}\n" for kib, place in rows)
    bench.host.answer("df", stdout=HEADING + "".join(lines))


@pytest.mark.parametrize(("kib", "warns"), [(2 << 20, 0), ((2 << 20) - 1, 1)])
def test_space(bench: Bench, kib: int, warns: int) -> None:
    """Less than 2 GiB is worth a warning, one for all that lies on the same file system."""
    df(bench, *[(kib, "/")] * 3)
    assert [finding.level for finding in bench.findings("DiskSpace")] == ["warning"] * warns


def test_space_of_each_file_system(bench: Bench) -> None:
    """File systems of their own are told apart, by the first folder on each."""
    df(bench, (1024, "/data"), (1024, "/"), (2048, "/"))
    found = [finding.found for finding in bench.findings("DiskSpace")]
    assert found == [
        "1 MiB free under /var/lib/etcd",
        "1 MiB free under /var/lib/kubelet",
    ]


def test_space_of_the_nearest_folder(bench: Bench) -> None:
    """A folder that isn't there yet has the space of the one it will be made in; all are asked at once."""
    bench.plant("/var/lib/kubelet/x")
    bench.findings("DiskSpace")
    assert ("df", "-Pk", "/var/lib", "/var/lib/kubelet", "/var/lib") in bench.host.probed


def test_space_without_local_etcd(bench: Bench) -> None:
    """An external etcd needs no space here."""
    bench.configuration = EXTERNAL
    df(bench, (0, "/"), (0, "/"))
    assert bench.finding("DiskSpace").found == "0 MiB free under /var/lib/kubelet"


@pytest.mark.parametrize("said", ["", HEADING, HEADING + "df: nonsense\n" * 3])
def test_space_that_nobody_can_tell(bench: Bench, said: str) -> None:
    """A machine without `df`, or with an odd one, isn't blamed for it."""
    bench.host.answer("df", code=1, stdout=said)
    assert not bench.findings("DiskSpace")


def mounts(bench: Bench, *lines: str) -> list[tuple[str, str]]:
    bench.host.write("/proc/mounts", (ROOT + "".join(lines)).encode(), mode=0o444)
    return [(finding.level, finding.found) for finding in bench.findings("Mounts")]


def test_read_only(bench: Bench) -> None:
    """A file system that can't be written to is an error."""
    found = mounts(bench, "/dev/vdb /var/lib/etcd ext4 ro,relatime 0 0\n")
    assert found == [("error", "/var/lib/etcd is read-only")]


def test_noexec(bench: Bench) -> None:
    """One that nothing is executed from is worth a warning for each folder on it."""
    found = mounts(bench, "/dev/vdb /var ext4 rw,nosuid,noexec 0 0\n")
    assert found == [("warning", "/var is noexec")] * 3


def test_volatile(bench: Bench) -> None:
    """One that is gone after a boot is worth a warning."""
    found = mounts(bench, "tmpfs /var/lib/etcd tmpfs rw 0 0\n")
    assert found == [("warning", "/var/lib/etcd lies on a tmpfs")]


def test_mounted_over(bench: Bench) -> None:
    """Of two at the same place the later one counts, and a name that only begins alike doesn't."""
    over = "/dev/b /var/lib/etcd ext4 ro 0 0\n/dev/c /var/lib/etcd ext4 rw 0 0\n"
    assert not mounts(bench, over, "/dev/d /var/lib/kube ext4 ro 0 0\n")


def test_slow_disk(bench: Bench) -> None:
    """A disk on which the slowest of a hundred writes but one takes over 10 ms is worth a warning."""
    bench.host.latencies = (0.001,) * 98 + (0.0123, 0.5)
    finding = bench.finding("EtcdDisk")
    assert finding.found == "99 of 100 durable writes under /var/lib take up to 12.3 ms"
    assert finding.level == "warning"
    assert bench.host.measured == ["/var/lib"]


@pytest.mark.parametrize("latencies", [(0.009,) * 99 + (0.5,), (0.5,) * 19, ()])
def test_quick_or_unknown_disk(bench: Bench, latencies: tuple[float, ...]) -> None:
    """One slow write in a hundred may be, and a few writes are no sample."""
    bench.host.latencies = latencies
    assert not bench.findings("EtcdDisk")


def test_a_running_etcd_is_left_alone(bench: Bench) -> None:
    """Beside an etcd of ours nothing is measured."""
    bench.plant("/etc/kubernetes/manifests/etcd.yaml", ours=True)
    bench.findings("EtcdDisk")
    assert not bench.host.measured


@pytest.mark.parametrize(
    ("ordered", "found"),
    [((), 0), ((1.0,), 1), (tuple(range(1, 101)), 99), (tuple(range(200)), 197)],
)
def test_percentile(ordered: tuple[float, ...], found: float) -> None:
    """By the nearest rank, as `fio` and others count."""
    assert percentile(ordered) == found
