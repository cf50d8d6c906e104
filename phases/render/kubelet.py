"""The files that a kubelet starts from: its flags, its instance's settings, its configuration.

What a cluster's kubelets have in common is the model's; what this node adds to it is here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from phases.model.component_defaults import SYSTEMD_RESOLV_CONF, kubelet_configuration
from phases.model.go_yaml import to_yaml
from phases.model.types import Configuration
from phases.model.versions import release_of
from phases.render import flags, patches, strategic_merge

SOCKET_FLAG = "container-runtime-endpoint"


def node_name(configuration: Configuration) -> str:
    """The name the kubelet registers under: --hostname-override where it is given."""
    given = configuration.init.node_registration
    override = flags.value(given.kubelet_extra_args, "hostname-override")
    return given.name if override is None else override


def has_instance_configuration(configuration: Configuration) -> bool:
    """Whether this node's socket has a file of its own: always, unless a gate of 1.35 is off."""
    cluster = configuration.cluster
    gate = cluster.feature_gates.get("NodeLocalCRISocket", True)
    return gate or not release_of(cluster.kubernetes_version).cri_socket_gate


def environment_file(configuration: Configuration, hostname: str) -> bytes:
    """kubeadm-flags.env: one variable with all flags; `hostname` is the machine's, lower case."""
    name, socket = node_name(configuration), configuration.init.node_registration.cri_socket
    defaults = {
        **({} if name == hostname else {"hostname-override": name}),
        **({} if has_instance_configuration(configuration) else {SOCKET_FLAG: socket}),
    }
    given = configuration.init.node_registration.kubelet_extra_args
    return f"KUBELET_KUBEADM_ARGS={_quoted(' '.join(flags.merged(defaults, given)))}\n".encode()


def instance_configuration(configuration: Configuration) -> bytes:
    """instance-config.yaml: what is this node's alone, its runtime's socket."""
    socket = configuration.init.node_registration.cri_socket
    return f"containerRuntimeEndpoint: {_quoted(socket)}\n".encode()


def configuration_file(
    configuration: Configuration,
    *,
    resolved: bool,
    patch_set: patches.PatchSet = patches.NONE,
) -> bytes:
    """config.yaml: the cluster's configuration, patched, with this node's socket.

    `resolved` says that systemd-resolved runs here. A patches.PatchError where a patch can't apply.
    """
    made = kubelet_configuration(
        configuration,
        release_of(configuration.cluster.kubernetes_version).minor,
        resolv_conf=SYSTEMD_RESOLV_CONF if resolved else "",
        cri_socket=None,
    )
    patched = patch_set.apply("kubeletconfiguration", made)
    if has_instance_configuration(configuration):
        patched = _with_instance(patched, configuration)
    return to_yaml(patched).encode()


def _with_instance(made: Mapping[str, Any], configuration: Configuration) -> Mapping[str, Any]:
    socket = configuration.init.node_registration.cri_socket
    return strategic_merge.merge(
        made, {"containerRuntimeEndpoint": socket}, strategic_merge.NO_KEYS
    )


def _quoted(text: str) -> str:
    """In double quotes, as Go quotes text that can be printed."""
    return json.dumps(text, ensure_ascii=False)
