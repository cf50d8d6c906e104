"""Checks of versions that have to fit."""

from __future__ import annotations

import errno
import ssl

import pytest

from phases.system.ports import HttpReply
from tests.checks.bench import EXTERNAL, Bench


@pytest.mark.parametrize(
    ("asked", "warns"), [("v1.37.9", 0), ("v1.36.0", 0), ("v1.38.0-alpha.1", 1)]
)
def test_cluster(bench: Bench, asked: str, warns: int) -> None:
    """A release newer than any known here is worth a warning, pre-releases included."""
    bench.cluster(kubernetes_version=asked)
    assert [finding.level for finding in bench.findings("KubernetesVersion")] == ["warning"] * warns


@pytest.mark.parametrize(
    ("found", "fails"),
    [
        ("v1.33.9", True),
        ("v1.34.0", False),
        ("v1.37.9", False),
        ("v1.37.0-gke.1", False),
        ("v1.38.0", True),
        ("v2.0.0", True),
    ],
)
def test_kubelet(bench: Bench, found: str, fails: bool) -> None:
    """A kubelet is at most three releases old and not ahead of the control plane."""
    bench.host.answer("kubelet --version", stdout=f"Kubernetes {found}\n")
    assert [finding.level for finding in bench.findings("KubeletVersion")] == ["error"] * fails


def test_kubelet_ahead_of_an_older_cluster(bench: Bench) -> None:
    """What a kubelet may not be ahead of is the version asked for, not the newest one known."""
    bench.cluster(kubernetes_version="v1.36.1")
    assert bench.finding("KubeletVersion").found == "kubelet v1.37.2"


@pytest.mark.parametrize(("code", "said"), [(127, ""), (0, "hyperkube"), (1, "Kubernetes v1.37.2")])
def test_no_kubelet(bench: Bench, code: int, said: str) -> None:
    """A kubelet that can't be run or understood is an error."""
    bench.host.answer("kubelet --version", code=code, stdout=said)
    assert bench.level("KubeletVersion") == "error"


@pytest.mark.parametrize(
    ("name", "found", "warns"),
    [
        ("kubeadm", "v1.37.0", 0),
        ("kubeadm", "v1.38.1", 0),
        ("kubeadm", "v1.36.9", 1),
        ("kubeadm", "v1.39.0", 1),
        ("kubectl", "v1.36.0", 0),
        ("kubectl", "v1.38.0-alpha.1", 0),
        ("kubectl", "v1.35.3", 1),
        ("kubectl", "v2.37.0", 1),
    ],
)
def test_tools(bench: Bench, name: str, found: str, warns: int) -> None:
    """kubeadm is of the release or one newer, kubectl one off at most; else a warning."""
    bench.host.answer(f"{name} version", stdout=f"Client Version: {found}\nmore: v5.0.1\n")
    said = bench.findings(f"{name.capitalize()}Version")
    assert [each.level for each in said] == ["warning"] * warns
    assert all(each.facts["version"] == found for each in said)


@pytest.mark.parametrize(("code", "said"), [(127, ""), (0, "unknown"), (1, "v1.37.2")])
def test_no_tool(bench: Bench, code: int, said: str) -> None:
    """A tool that isn't there or tells no version is worth a warning that asks for one."""
    bench.host.answer("kubectl version", code=code, stdout=said)
    finding = bench.finding("KubectlVersion")
    assert (finding.level, finding.found) == ("warning", "no program kubectl")
    assert finding.facts == {"program": "kubectl", "version": "", "wanted": "1.37"}


def etcd(bench: Bench, reply: HttpReply | OSError) -> list[str]:
    bench.configuration = EXTERNAL
    bench.host.serve("http://192.0.2.7:2381/version", reply)
    return [finding.level for finding in bench.findings("ExternalEtcdVersion")]


@pytest.mark.parametrize(
    ("version", "levels"), [("3.5.24", []), ("3.5.24-0", []), ("3.6.0", []), ("3.5.23", ["error"])]
)
def test_external_etcd(bench: Bench, version: str, levels: list[str]) -> None:
    """A member older than this release of Kubernetes needs is an error."""
    body = f'{{"etcdserver": "{version}", "etcdcluster": "3.5.0"}}'
    assert etcd(bench, HttpReply(200, body)) == levels


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"etcdserver": "new"}', '{"etcdserver": 3}'])
def test_no_etcd_at_that_address(bench: Bench, body: str) -> None:
    """What answers without telling etcd's version is an error."""
    assert etcd(bench, HttpReply(200, body)) == ["error"]


def test_silent_etcd(bench: Bench) -> None:
    """A member that can't be reached is an error."""
    assert etcd(bench, ConnectionRefusedError(errno.ECONNREFUSED, "refused")) == ["error"]


@pytest.mark.parametrize(
    "refusal", [ssl.SSLError(1, "certificate required"), ConnectionResetError()]
)
def test_etcd_that_wants_a_certificate(bench: Bench, refusal: OSError) -> None:
    """A member that demands a client certificate can't be asked, which is no fault of its."""
    assert etcd(bench, refusal) == []
