"""Where the API server keeps each kind of object that the installer uses: a table, no discovery."""

from __future__ import annotations

from dataclasses import dataclass

from phases.system.ports import ClusterError, Ref


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind's plural name, and whether its objects live in namespaces."""

    plural: str
    namespaced: bool


RBAC = "rbac.authorization.k8s.io/v1"
RESOURCES: dict[tuple[str, str], Resource] = {
    ("v1", "ConfigMap"): Resource("configmaps", True),
    ("v1", "Endpoints"): Resource("endpoints", True),
    ("v1", "Event"): Resource("events", True),
    ("v1", "Namespace"): Resource("namespaces", False),
    ("v1", "Node"): Resource("nodes", False),
    ("v1", "Pod"): Resource("pods", True),
    ("v1", "Secret"): Resource("secrets", True),
    ("v1", "Service"): Resource("services", True),
    ("v1", "ServiceAccount"): Resource("serviceaccounts", True),
    ("apps/v1", "DaemonSet"): Resource("daemonsets", True),
    ("apps/v1", "Deployment"): Resource("deployments", True),
    ("apps/v1", "ReplicaSet"): Resource("replicasets", True),
    ("certificates.k8s.io/v1", "CertificateSigningRequest"): Resource(
        "certificatesigningrequests", False
    ),
    ("coordination.k8s.io/v1", "Lease"): Resource("leases", True),
    ("discovery.k8s.io/v1", "EndpointSlice"): Resource("endpointslices", True),
    ("networking.k8s.io/v1", "NetworkPolicy"): Resource("networkpolicies", True),
    ("policy/v1", "PodDisruptionBudget"): Resource("poddisruptionbudgets", True),
    (RBAC, "ClusterRole"): Resource("clusterroles", False),
    (RBAC, "ClusterRoleBinding"): Resource("clusterrolebindings", False),
    (RBAC, "Role"): Resource("roles", True),
    (RBAC, "RoleBinding"): Resource("rolebindings", True),
}


def resource(api_version: str, kind: str) -> Resource:
    """Raises a ClusterError for a kind that isn't in the table."""
    try:
        return RESOURCES[api_version, kind]
    except KeyError:
        raise ClusterError(404, "NotFound", f"no kind {kind} in {api_version}") from None


def collection(api_version: str, kind: str, namespace: str = "") -> str:
    """The REST path of all objects of a kind, in one namespace or, with an empty one, in all."""
    found = resource(api_version, kind)
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    inner = f"/namespaces/{namespace}" if found.namespaced and namespace else ""
    return f"{root}{inner}/{found.plural}"


def path(ref: Ref) -> str:
    """The REST path of one object; a namespaced kind without a namespace is an error."""
    if resource(ref.api_version, ref.kind).namespaced and not ref.namespace:
        raise ClusterError(400, "BadRequest", f"{ref}: a namespace is needed")
    return f"{collection(ref.api_version, ref.kind, ref.namespace)}/{ref.name}"
