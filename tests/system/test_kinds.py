"""REST paths."""

from __future__ import annotations

import pytest

from phases.system.kinds import collection, path
from phases.system.ports import ClusterError, Ref


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (Ref("v1", "Node", "a"), "/api/v1/nodes/a"),
        (Ref("v1", "Secret", "a", "b"), "/api/v1/namespaces/b/secrets/a"),
        (Ref("v1", "Namespace", "a"), "/api/v1/namespaces/a"),
        (Ref("apps/v1", "DaemonSet", "a", "b"), "/apis/apps/v1/namespaces/b/daemonsets/a"),
        (
            Ref("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "a"),
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/a",
        ),
    ],
)
def test_paths(ref: Ref, expected: str) -> None:
    """Core kinds live under /api, all others under /apis, namespaced ones in theirs."""
    assert path(ref) == expected


def test_collections() -> None:
    """All objects of a kind, in one namespace or everywhere; a namespace means nothing to a Node."""
    assert collection("v1", "Pod") == "/api/v1/pods"
    assert collection("v1", "Pod", "kube-system") == "/api/v1/namespaces/kube-system/pods"
    assert collection("v1", "Node", "kube-system") == "/api/v1/nodes"


def test_a_namespaced_object_needs_its_namespace() -> None:
    """Leaving it out is an error, not a path to something else."""
    with pytest.raises(ClusterError, match="namespace is needed"):
        path(Ref("v1", "Secret", "a"))
