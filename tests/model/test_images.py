"""Image names, as kubeadm config images list prints them."""

from __future__ import annotations

import pytest

from phases.model.defaults import Surroundings, complete
from phases.model.images import control_plane_images
from phases.model.types import (
    DNS,
    ClusterConfiguration,
    Configuration,
    Etcd,
    ExternalEtcd,
    LocalEtcd,
    Proxy,
)


def names(cluster: ClusterConfiguration) -> list[str]:
    completed = complete(Configuration(cluster=cluster), Surroundings("m", "10.0.0.1"))
    return [str(image) for image in control_plane_images(completed)]


@pytest.mark.parametrize(
    ("version", "coredns", "pause", "etcd"),
    [
        ("v1.37.2", "v1.14.6", "3.10.2", "3.7.0-0"),
        ("v1.36.3", "v1.14.2", "3.10.2", "3.6.8-0"),
        ("v1.35.4", "v1.13.1", "3.10.1", "3.6.6-0"),
    ],
)
def test_each_release_has_its_own_images(version: str, coredns: str, pause: str, etcd: str) -> None:
    """All seven images, in kubeadm's order."""
    core = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
    assert names(ClusterConfiguration(kubernetes_version=version)) == [
        *(f"registry.k8s.io/{name}:{version}" for name in core),
        f"registry.k8s.io/coredns/coredns:{coredns}",
        f"registry.k8s.io/pause:{pause}",
        f"registry.k8s.io/etcd:{etcd}",
    ]


def test_another_repository_holds_everything_side_by_side() -> None:
    """CoreDNS has no folder of its own on a repository that was chosen."""
    found = names(ClusterConfiguration(image_repository="example.com/k8s"))
    assert found[4] == "example.com/k8s/coredns:v1.14.6"
    assert all(name.startswith("example.com/k8s/") for name in found)


def test_dns_and_etcd_may_come_from_elsewhere() -> None:
    """Their own repository and tag win, and the default registry still has CoreDNS's folder."""
    cluster = ClusterConfiguration(
        image_repository="a.example",
        dns=DNS(image_repository="registry.k8s.io", image_tag="v9"),
        etcd=Etcd(local=LocalEtcd(image_repository="b.example", image_tag="3.5.0-0")),
    )
    found = names(cluster)
    assert found[4] == "registry.k8s.io/coredns/coredns:v9"
    assert found[6] == "b.example/etcd:3.5.0-0"


def test_what_is_not_run_is_not_needed() -> None:
    """Disabled add-ons and external etcd leave their images out."""
    cluster = ClusterConfiguration(
        dns=DNS(disabled=True),
        proxy=Proxy(disabled=True),
        etcd=Etcd(external=ExternalEtcd(("https://10.0.0.9:2379",))),
    )
    assert [name.split("/")[1].split(":")[0] for name in names(cluster)] == [
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "pause",
    ]


def test_build_metadata_becomes_a_tag() -> None:
    """A plus may not stand in a tag."""
    assert names(ClusterConfiguration(kubernetes_version="v1.37.1+x"))[0].endswith(":v1.37.1_x")
