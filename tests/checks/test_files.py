"""Checks of files and folders."""

from __future__ import annotations

import pytest

from tests.checks.bench import EXTERNAL, Bench

DATA = "DirAvailable--var-lib-etcd"
COMPONENTS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"]


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("ours", [False, True])
def test_manifest(bench: Bench, component: str, ours: bool) -> None:
    """A static pod that is there already is an error unless we wrote it."""
    bench.plant(f"/etc/kubernetes/manifests/{component}.yaml", ours=ours)
    found = bench.findings(f"FileAvailable--etc-kubernetes-manifests-{component}.yaml")
    assert [finding.level for finding in found] == ([] if ours else ["error"])


def test_empty_data_folder(bench: Bench) -> None:
    """A folder for etcd that is there but empty will do."""
    bench.host.make_directory("/var/lib/etcd", mode=0o700)
    assert not bench.findings(DATA)


def test_foreign_data(bench: Bench) -> None:
    """What somebody else's etcd wrote is an error that names a little of it."""
    for name in "edcba":
        bench.plant(f"/var/lib/etcd/{name}")
    assert bench.finding(DATA).found == "/var/lib/etcd holds a, b, c and 2 more"
    assert bench.level(DATA) == "error"


def test_data_in_a_folder_that_we_made(bench: Bench) -> None:
    """A folder that we made holds what our etcd wrote."""
    bench.plant("/var/lib/etcd/member")
    bench.ours.add("/var/lib/etcd")
    assert not bench.findings(DATA)


def test_data_of_our_etcd(bench: Bench) -> None:
    """A folder that we found made is our etcd's once its manifest is ours."""
    bench.plant("/var/lib/etcd/member")
    bench.plant("/etc/kubernetes/manifests/etcd.yaml", ours=True)
    assert not bench.findings(DATA)


def test_a_file_system_of_its_own(bench: Bench) -> None:
    """A fresh file system isn't empty, and what to do about it is told."""
    bench.host.make_directory("/var/lib/etcd/lost+found", mode=0o700)
    assert "inside" in bench.finding(DATA).remedy


@pytest.mark.parametrize("name", ["mount", "cp", "losetup"])
def test_program(bench: Bench, name: str) -> None:
    """A program that the kubelet needs has to be on the PATH."""
    bench.host.remove(f"/usr/bin/{name}")
    assert bench.level(f"FileExisting-{name}") == "error"


def test_program_that_is_a_link(bench: Bench) -> None:
    """A program may be a link, as busybox has it."""
    bench.host.remove("/usr/bin/cp")
    bench.host.make_directory("/usr/sbin", mode=0o755)
    bench.host.link("/usr/sbin/cp")
    assert not bench.findings("FileExisting-cp")


def test_program_that_may_not_be_executed(bench: Bench) -> None:
    """A file of that name that nobody may execute is no program."""
    bench.host.write("/usr/bin/cp", b"", mode=0o644)
    assert bench.level("FileExisting-cp") == "error"


def test_a_folder_is_no_program(bench: Bench) -> None:
    """Neither is a folder of that name."""
    bench.host.remove("/usr/bin/cp")
    bench.host.make_directory("/usr/bin/cp", mode=0o755)
    assert bench.level("FileExisting-cp") == "error"


def test_etcd_credentials(bench: Bench) -> None:
    """Each file for an external etcd that isn't there is an error."""
    bench.configuration = EXTERNAL
    bench.plant("/etcd/ca.crt")
    found = [finding.found for finding in bench.findings("ExternalEtcdClientCertificates")]
    assert found == ["/etcd/client.crt is missing", "/etcd/client.key is missing"]


def test_etcd_credentials_that_are_there(bench: Bench) -> None:
    """With all three there is nothing to complain about."""
    bench.configuration = EXTERNAL
    for name in ("ca.crt", "client.crt", "client.key"):
        bench.plant(f"/etcd/{name}")
    assert not bench.findings("ExternalEtcdClientCertificates")


@pytest.mark.parametrize(
    "path",
    [
        "/etc/kubernetes/kubelet.conf",
        "/etc/kubernetes/bootstrap-kubelet.conf",
        "/etc/kubernetes/pki/ca.crt",
    ],
)
@pytest.mark.parametrize("ours", [False, True])
def test_a_node_that_has_joined(bench: Bench, path: str, ours: bool) -> None:
    """What a worker is given as it joins must not be there yet, unless it is ours."""
    bench.kind = "join"
    bench.plant(path, ours=ours)
    found = bench.findings(f"FileAvailable-{path.replace('/', '-')}")
    assert [finding.level for finding in found] == ([] if ours else ["error"])
