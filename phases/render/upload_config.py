"""What the upload-config phase stores: the configurations, and who may read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phases.model.component_defaults import kubelet_configuration, kubelet_is_generated
from phases.model.dump import cluster_configuration_yaml
from phases.model.go_yaml import to_yaml
from phases.model.types import Configuration
from phases.model.versions import release_of
from phases.render import access
from phases.render.config_map import config_map

KUBEADM_READERS = "kubeadm:nodes-kubeadm-config"
KUBELET_READERS = "kubeadm:kubelet-config"


def kubeadm_objects(configuration: Configuration) -> tuple[Mapping[str, Any], ...]:
    """The ConfigMap kubeadm-config and the access to it, in kubeadm's order."""
    return (
        config_map(
            "kubeadm-config",
            {"ClusterConfiguration": cluster_configuration_yaml(configuration)},
        ),
        access.reader(KUBEADM_READERS, "configmaps", "kubeadm-config"),
        access.role_binding(
            KUBEADM_READERS,
            access.subject("Group", access.BOOTSTRAPPERS),
            access.subject("Group", access.NODES),
        ),
    )


def kubelet_objects(configuration: Configuration) -> tuple[Mapping[str, Any], ...]:
    """The ConfigMap kubelet-config and the access to it, in kubeadm's order."""
    minor = release_of(configuration.cluster.kubernetes_version).minor
    shared = kubelet_configuration(configuration, minor, resolv_conf="", cri_socket=None)
    return (
        config_map(
            "kubelet-config",
            {"kubelet": to_yaml(shared)},
            generated=kubelet_is_generated(configuration),
        ),
        access.reader(KUBELET_READERS, "configmaps", "kubelet-config"),
        access.role_binding(
            KUBELET_READERS,
            access.subject("Group", access.NODES),
            access.subject("Group", access.BOOTSTRAPPERS),
        ),
    )
