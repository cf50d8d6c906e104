"""Builders of RBAC objects: roles, bindings and who they are for. Which ones exist is elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Object = Mapping[str, Any]

GROUP = "rbac.authorization.k8s.io"
VERSION = f"{GROUP}/v1"

BOOTSTRAPPERS = "system:bootstrappers:kubeadm:default-node-token"
"""The group of whoever joins with a bootstrap token."""

NODES = "system:nodes"
"""The group of all kubelets."""


def subject(kind: Literal["User", "Group"], name: str) -> Object:
    return {"apiGroup": GROUP, "kind": kind, "name": name}


def service_account(name: str) -> Object:
    """A service account of kube-system as a subject."""
    return {"kind": "ServiceAccount", "name": name, "namespace": "kube-system"}


def rule(verbs: Iterable[str], resources: Iterable[str], *, group: str = "") -> Object:
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def reader(name: str, resource: str, only: str, namespace: str = "kube-system") -> Object:
    """A Role that may get one single object."""
    single = {"apiGroups": [""], "resourceNames": [only], "resources": [resource], "verbs": ["get"]}
    return {
        "apiVersion": VERSION,
        "kind": "Role",
        "metadata": {"name": name, "namespace": namespace},
        "rules": [single],
    }


def role_binding(name: str, *subjects: Object, namespace: str = "kube-system") -> Object:
    """Binds the Role of the same name and namespace."""
    return {
        "apiVersion": VERSION,
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": namespace},
        "roleRef": {"apiGroup": GROUP, "kind": "Role", "name": name},
        "subjects": list(subjects),
    }


def cluster_role(name: str, *rules: Object) -> Object:
    return {
        "apiVersion": VERSION,
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": list(rules),
    }


def cluster_role_binding(name: str, role: str, *subjects: Object) -> Object:
    return {
        "apiVersion": VERSION,
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
        "subjects": list(subjects),
    }
