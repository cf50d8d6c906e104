"""The images of a control plane and its add-ons: their names, and when they are needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from phases.model.types import ClusterConfiguration, Configuration
from phases.model.versions import image_tag, release_of

DEFAULT_REPOSITORY = "registry.k8s.io"


@dataclass(frozen=True, slots=True)
class Image:
    """`component` is the name of what runs it: kube-apiserver, coredns, pause, etcd, ..."""

    component: str
    repository: str
    tag: str

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}"


def control_plane_images(configuration: Configuration) -> tuple[Image, ...]:
    """All images that init needs, in kubeadm's order; defaults must be filled in."""
    cluster = configuration.cluster
    core = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    found = [kubernetes_image(cluster, component) for component in core]
    if not cluster.proxy.disabled:
        found.append(kubernetes_image(cluster, "kube-proxy"))
    if not cluster.dns.disabled:
        found.append(dns_image(cluster))
    found.append(pause_image(cluster))
    if cluster.etcd.external is None:
        found.append(etcd_image(cluster))
    return tuple(found)


def full_name(name: str) -> str:
    """A name as Docker and containerd complete it: with its registry, and with a tag or a digest."""
    first, slash, rest = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name}"
    elif first == "docker.io" and "/" not in rest:
        name = f"docker.io/library/{rest}"
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in last else f"{name}:latest"


def lacking(names: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of the wanted images that none of these full names stands for."""
    known = frozenset(names)
    return tuple(one for one in wanted if full_name(one) not in known)


def repository_of(name: str) -> str:
    """Where an image lies: what imageRepository would have to be."""
    above, _slash, last = name.rpartition("/")
    return above.removesuffix("/coredns") if last.startswith("coredns") else above


def kubernetes_image(cluster: ClusterConfiguration, component: str) -> Image:
    repository = f"{cluster.image_repository}/{component}"
    return Image(component, repository, image_tag(cluster.kubernetes_version))


def dns_image(cluster: ClusterConfiguration) -> Image:
    """CoreDNS; on the default registry it lies one level deeper."""
    repository = cluster.dns.image_repository or cluster.image_repository
    if repository == DEFAULT_REPOSITORY:
        repository = f"{repository}/coredns"
    tag = cluster.dns.image_tag or release_of(cluster.kubernetes_version).coredns
    return Image("coredns", f"{repository}/coredns", tag)


def pause_image(cluster: ClusterConfiguration) -> Image:
    tag = release_of(cluster.kubernetes_version).pause
    return Image("pause", f"{cluster.image_repository}/pause", tag)


def etcd_image(cluster: ClusterConfiguration) -> Image:
    local = cluster.etcd.local
    repository = (local.image_repository if local else "") or cluster.image_repository
    tag = (local.image_tag if local else "") or release_of(cluster.kubernetes_version).etcd
    return Image("etcd", f"{repository}/etcd", tag)
