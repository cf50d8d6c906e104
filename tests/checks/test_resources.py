"""Checks of the machine itself."""

from __future__ import annotations

import pytest

from tests.checks.bench import EXTERNAL, Bench

DF = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 100 50 {} 50% /\n"


def test_user(bench: Bench) -> None:
    """Anybody but root is refused."""
    assert not bench.findings("IsPrivilegedUser")
    bench.facts(euid=1000)
    assert bench.level("IsPrivilegedUser") == "error"


@pytest.mark.parametrize(("cpus", "fails"), [(1, True), (2, False)])
def test_processors(bench: Bench, cpus: int, fails: bool) -> None:
    """Two CPUs are enough."""
    bench.facts(cpus=cpus)
    assert [finding.level for finding in bench.findings("NumCPU")] == ["error"] * fails


@pytest.mark.parametrize(("mib", "fails"), [(1699, True), (1700, False)])
def test_memory(bench: Bench, mib: int, fails: bool) -> None:
    """1700 MiB of memory are enough."""
    bench.facts(memory=mib << 20)
    assert [finding.level for finding in bench.findings("Mem")] == ["error"] * fails


def test_memory_says_how_much(bench: Bench) -> None:
    """What was found is told in the unit of what is needed."""
    bench.facts(memory=512 << 20)
    assert bench.finding("Mem").found == "512 MiB of memory"


@pytest.mark.parametrize(("kib", "folders"), [(2 << 20, 0), ((2 << 20) - 1, 2)])
def test_space(bench: Bench, kib: int, folders: int) -> None:
    """Less than 2 GiB for etcd or the kubelet is worth a warning each."""
    bench.host.answer("df", stdout=DF.format(kib))
    assert [finding.level for finding in bench.findings("DiskSpace")] == ["warning"] * folders


def test_space_of_the_nearest_folder(bench: Bench) -> None:
    """A folder that isn't there yet has the space of the one it will be made in."""
    bench.findings("DiskSpace")
    asked = [argv for argv in bench.host.probed if argv[0] == "df"]
    assert asked == [("df", "-Pk", "/var/lib")] * 2


def test_space_without_local_etcd(bench: Bench) -> None:
    """An external etcd needs no space here."""
    bench.configuration = EXTERNAL
    bench.host.answer("df", stdout=DF.format(0))
    assert bench.finding("DiskSpace").found == "0 MiB free under /var/lib/kubelet"


def test_space_that_nobody_can_tell(bench: Bench) -> None:
    """A machine without `df` isn't blamed for it."""
    bench.host.answer("df", code=127, stderr="df: No such file or directory")
    assert not bench.findings("DiskSpace")
