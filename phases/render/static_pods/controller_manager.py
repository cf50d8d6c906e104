"""kube-controller-manager's static pod: its flags and what else tells it from the others."""

from __future__ import annotations

from collections.abc import Mapping

from phases.model import images
from phases.model.types import Configuration, HostPathMount
from phases.model.versions import release_of
from phases.render import environment, flags, volumes
from phases.render.static_pods.pod import Parts, Probe, Surroundings, patience, probe_host

KUBECONFIG = "/etc/kubernetes/controller-manager.conf"
FLEXVOLUMES = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec"
PORT = 10257


def parts(configuration: Configuration, surroundings: Surroundings) -> Parts:
    """What kube-controller-manager's pod is made of."""
    cluster = configuration.cluster
    component = cluster.controller_manager
    mounts = volumes.unique(
        (
            volumes.directory("k8s-certs", cluster.certificates_dir),
            volumes.file("kubeconfig", KUBECONFIG),
            *_flexvolumes(configuration),
            *volumes.trusted_certificates(surroundings.ca_directories),
            *component.extra_volumes,
        )
    )
    defaults = default_flags(configuration, external_ca=surroundings.external_ca)
    return Parts(
        image=str(images.kubernetes_image(cluster, "kube-controller-manager")),
        command=flags.merged(defaults, component.extra_args),
        probe=Probe(
            probe_host(flags.value(component.extra_args, "bind-address") or "127.0.0.1"),
            PORT,
            start="/healthz",
            live="/healthz",
            patience=patience(configuration),
        ),
        requests={"cpu": "200m"},
        mounts=mounts,
        env=environment.merged(surroundings.proxies, component.extra_envs),
        annotations={},
    )


def _flexvolumes(configuration: Configuration) -> list[HostPathMount]:
    """Kubernetes before 1.36 lets flexvolume plug-ins be dropped into a folder of the host."""
    if not release_of(configuration.cluster.kubernetes_version).flexvolume_mount:
        return []
    given = configuration.cluster.controller_manager.extra_args
    path = flags.value(given, "flex-volume-plugin-dir")
    return [
        volumes.directory("flexvolume-dir", FLEXVOLUMES if path is None else path, read_only=False)
    ]


def default_flags(configuration: Configuration, *, external_ca: bool) -> Mapping[str, str]:
    """kube-controller-manager's default flags; without the authority's key it signs nothing."""
    cluster = configuration.cluster
    pki = cluster.certificates_dir
    return {
        "authentication-kubeconfig": KUBECONFIG,
        "authorization-kubeconfig": KUBECONFIG,
        "bind-address": "127.0.0.1",
        "client-ca-file": f"{pki}/ca.crt",
        "cluster-signing-cert-file": "" if external_ca else f"{pki}/ca.crt",
        "cluster-signing-key-file": "" if external_ca else f"{pki}/ca.key",
        "controllers": "*,bootstrapsigner,tokencleaner",
        "kubeconfig": KUBECONFIG,
        "leader-elect": "true",
        "requestheader-client-ca-file": f"{pki}/front-proxy-ca.crt",
        "root-ca-file": f"{pki}/ca.crt",
        "service-account-private-key-file": f"{pki}/sa.key",
        "use-service-account-credentials": "true",
        **({"cluster-name": cluster.cluster_name} if cluster.cluster_name else {}),
        **_pod_range_flags(configuration),
    }


def _pod_range_flags(configuration: Configuration) -> Mapping[str, str]:
    """The controller manager hands out ranges to nodes only where a pod range is given."""
    networking = configuration.cluster.networking
    if not networking.pod_subnet:
        return {}
    services = networking.service_subnet
    return {
        "allocate-node-cidrs": "true",
        "cluster-cidr": networking.pod_subnet,
        **({"service-cluster-ip-range": services} if services else {}),
    }
