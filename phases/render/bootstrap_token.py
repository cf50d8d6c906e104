"""What the bootstrap-token phase creates: token Secrets, joining nodes' rights, cluster-info."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from phases.model.types import BootstrapToken
from phases.render import access
from phases.render.certificates import CLUSTER_ADMINS, KUBELET_CLIENT
from phases.render.config_map import config_map
from phases.render.kubeconfig import cluster_info

Object = Mapping[str, Any]

GET_NODES = "kubeadm:get-nodes"
CLUSTER_INFO_READERS = "kubeadm:bootstrap-signer-clusterinfo"
_REQUESTS = "system:certificates.k8s.io:certificatesigningrequests"


def secret_name(token: BootstrapToken) -> str:
    """`bootstrap-token-<id>`."""
    return f"bootstrap-token-{_parts(token)[0]}"


def secret(token: BootstrapToken, now: datetime) -> Object:
    """The Secret that makes a token valid; an absolute `expires` goes before a `ttl` from now."""
    identity, value = _parts(token)
    data = {
        "token-id": identity,
        "token-secret": value,
        **_optional("description", token.description),
        **_optional("expiration", _expiration(token, now)),
        **{f"usage-bootstrap-{usage}": "true" for usage in token.usages},
        **_optional("auth-extra-groups", ",".join(token.groups)),
    }
    return {
        "apiVersion": "v1",
        "data": {key: b64encode(text.encode()).decode() for key, text in data.items()},
        "kind": "Secret",
        "metadata": {"name": f"bootstrap-token-{identity}", "namespace": "kube-system"},
        "type": "bootstrap.kubernetes.io/token",
    }


def cluster_admins() -> Object:
    """The binding that gives admin.conf its power; a part of wait-control-plane in kubeadm."""
    return access.cluster_role_binding(
        CLUSTER_ADMINS, "cluster-admin", access.subject("Group", CLUSTER_ADMINS)
    )


def joining_rights() -> tuple[Object, ...]:
    """What lets nodes join and renew their certificates, and API servers call kubelets.

    The last one belongs here for every version: control planes that join later count on it.
    """
    joining = access.subject("Group", access.BOOTSTRAPPERS)
    bind = access.cluster_role_binding
    return (
        access.cluster_role(GET_NODES, access.rule(["get"], ["nodes"])),
        bind(GET_NODES, GET_NODES, joining),
        bind("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", joining),
        bind("kubeadm:node-autoapprove-bootstrap", f"{_REQUESTS}:nodeclient", joining),
        bind(
            "kubeadm:node-autoapprove-certificate-rotation",
            f"{_REQUESTS}:selfnodeclient",
            access.subject("Group", access.NODES),
        ),
        bind(
            "kubeadm:apiserver-kubelet-client",
            "system:kubelet-api-admin",
            access.subject("User", KUBELET_CLIENT),
        ),
    )


def cluster_info_objects(admin_conf: bytes) -> tuple[Object, ...]:
    """The ConfigMap by which a joining node finds the cluster, readable by anyone."""
    return (
        config_map(
            "cluster-info",
            {"kubeconfig": cluster_info(admin_conf).decode()},
            namespace="kube-public",
        ),
        access.reader(CLUSTER_INFO_READERS, "configmaps", "cluster-info", namespace="kube-public"),
        access.role_binding(
            CLUSTER_INFO_READERS,
            access.subject("User", "system:anonymous"),
            namespace="kube-public",
        ),
    )


def _parts(token: BootstrapToken) -> tuple[str, str]:
    if token.token is None:
        raise ValueError("a bootstrap token without its token")
    identity, _, value = token.token.reveal().partition(".")
    return identity, value


def _optional(key: str, text: str) -> Mapping[str, str]:
    return {key: text} if text else {}


def _expiration(token: BootstrapToken, now: datetime) -> str:
    """RFC 3339 in UTC, whole seconds; empty for a token that never expires."""
    if token.expires:
        return _rfc3339(datetime.fromisoformat(token.expires))
    if token.ttl is None or token.ttl <= timedelta():
        return ""
    return _rfc3339(now + token.ttl)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
