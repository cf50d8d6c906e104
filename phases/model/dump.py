"""A configuration as YAML: what kubeadm stores in the cluster, and documents that load again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from phases.model import tables
from phases.model.encode import encode
from phases.model.go_yaml import to_yaml
from phases.model.hints import record_of
from phases.model.types import (
    KUBE_PROXY_API,
    KUBEADM_API,
    KUBELET_API,
    ClusterConfiguration,
    Configuration,
    Document,
    InitConfiguration,
    JoinConfiguration,
)

__all__ = [
    "cluster_configuration_yaml",
    "marshal_kube_proxy",
    "marshal_kubelet",
    "to_documents",
    "to_yaml",
]


def cluster_configuration_yaml(configuration: Configuration) -> str:
    """The ClusterConfiguration as kubeadm keeps it in the kubeadm-config ConfigMap."""
    return to_yaml(_cluster(configuration.cluster))


def marshal_kubelet(document: Document, minor: int) -> dict[str, Any]:
    """A whole KubeletConfiguration: what is set, and the zero values that Go writes always."""
    return _headed("KubeletConfiguration", KUBELET_API, document, minor)


def marshal_kube_proxy(document: Document, minor: int) -> dict[str, Any]:
    """A whole KubeProxyConfiguration, in the same way."""
    return _headed("KubeProxyConfiguration", KUBE_PROXY_API, document, minor)


def _headed(kind: str, api: str, document: Document, minor: int) -> dict[str, Any]:
    fields = encode(document, tables.record(kind), minor=minor)
    return {"apiVersion": api, "kind": kind, **fields}


def to_documents(configuration: Configuration) -> str:
    """The whole configuration as a file for --config; loading it gives an equal configuration.

    Secrets are written in full: the text is as secret as they are.
    """
    documents = [_init(configuration.init), _cluster(configuration.cluster)]
    components = (
        ("KubeletConfiguration", KUBELET_API, configuration.kubelet),
        ("KubeProxyConfiguration", KUBE_PROXY_API, configuration.kube_proxy),
    )
    documents += [
        {"apiVersion": api, "kind": kind, **thaw(d)} for kind, api, d in components if d is not None
    ]
    return "---\n".join(to_yaml(document) for document in documents)


def join_yaml(configuration: JoinConfiguration) -> str:
    """A JoinConfiguration as a file for --config; as secret as the token in it."""
    return document_yaml("JoinConfiguration", KUBEADM_API, configuration, lambda fields: fields)


def document_yaml(
    kind: str, api: str, value: Any, only: Callable[[dict[str, Any]], dict[str, Any]]
) -> str:
    """One document, with those of its fields that `only` leaves."""
    own = dataclasses.is_dataclass(value)
    fields = encode(value, record_of(type(value))) if own else thaw(value)  # type: ignore[arg-type]
    return to_yaml({"apiVersion": api, "kind": kind, **only(fields)})


def _init(init: InitConfiguration) -> dict[str, Any]:
    fields = encode(init, record_of(InitConfiguration))
    return {"apiVersion": KUBEADM_API, "kind": "InitConfiguration", **fields}


def _cluster(cluster: ClusterConfiguration) -> dict[str, Any]:
    fields = encode(cluster, record_of(ClusterConfiguration))
    return {"apiVersion": KUBEADM_API, "kind": "ClusterConfiguration", **fields}


def thaw(value: Any) -> Any:
    """Frozen data as plain dicts and lists."""
    if hasattr(value, "items"):
        return {key: thaw(item) for key, item in value.items()}
    return [thaw(item) for item in value] if isinstance(value, list | tuple) else value
