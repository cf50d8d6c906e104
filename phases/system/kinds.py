"""Where the API server keeps each kind of object: a table of its own kinds.

Kinds that an operator's manifest brings are found by whoever asks, in a server's discovery document
(`served`) or in the definition of a custom resource (`defined`), and handed in as a `Lookup`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from phases.system.ports import ClusterError, Object, Ref


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind's plural name, and whether its objects live in namespaces."""

    plural: str
    namespaced: bool


Lookup: TypeAlias = Callable[[str, str], Resource]
"""From apiVersion and kind to the Resource; a ClusterError of status 404 where there is none."""

DEFINITION = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
ADMISSION = "admissionregistration.k8s.io/v1"
RBAC = "rbac.authorization.k8s.io/v1"
RESOURCES: dict[tuple[str, str], Resource] = {
    ("v1", "ConfigMap"): Resource("configmaps", True),
    ("v1", "Endpoints"): Resource("endpoints", True),
    ("v1", "Event"): Resource("events", True),
    ("v1", "Namespace"): Resource("namespaces", False),
    ("v1", "Node"): Resource("nodes", False),
    ("v1", "PersistentVolumeClaim"): Resource("persistentvolumeclaims", True),
    ("v1", "Pod"): Resource("pods", True),
    ("v1", "Secret"): Resource("secrets", True),
    ("v1", "Service"): Resource("services", True),
    ("v1", "ServiceAccount"): Resource("serviceaccounts", True),
    ("apps/v1", "DaemonSet"): Resource("daemonsets", True),
    ("apps/v1", "Deployment"): Resource("deployments", True),
    ("apps/v1", "ReplicaSet"): Resource("replicasets", True),
    ("apps/v1", "StatefulSet"): Resource("statefulsets", True),
    (ADMISSION, "MutatingWebhookConfiguration"): Resource("mutatingwebhookconfigurations", False),
    (ADMISSION, "ValidatingWebhookConfiguration"): Resource(
        "validatingwebhookconfigurations", False
    ),
    DEFINITION: Resource("customresourcedefinitions", False),
    ("apiregistration.k8s.io/v1", "APIService"): Resource("apiservices", False),
    ("batch/v1", "CronJob"): Resource("cronjobs", True),
    ("batch/v1", "Job"): Resource("jobs", True),
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
    ("scheduling.k8s.io/v1", "PriorityClass"): Resource("priorityclasses", False),
}


def resource(api_version: str, kind: str) -> Resource:
    """Raises a ClusterError for a kind that isn't in the table."""
    try:
        return RESOURCES[api_version, kind]
    except KeyError:
        raise unknown(api_version, kind) from None


def served(resources: Iterable[Object], api_version: str, kind: str) -> Resource:
    """The kind in the list of a discovery document (/apis/<group>/<version>)."""
    for one in resources:
        if one["kind"] == kind and "/" not in one["name"]:
            return Resource(one["name"], one["namespaced"])
    raise unknown(api_version, kind)


def defined(definitions: Iterable[Object], api_version: str, kind: str) -> Resource:
    """The kind that a CustomResourceDefinition among these brings."""
    group, _, version = api_version.partition("/")
    for spec in (one["spec"] for one in definitions):
        versions = {each["name"] for each in spec["versions"] if each.get("served", True)}
        if (spec["group"], spec["names"]["kind"]) == (group, kind) and version in versions:
            return Resource(spec["names"]["plural"], spec["scope"] == "Namespaced")
    raise unknown(api_version, kind)


def unknown(api_version: str, kind: str) -> ClusterError:
    return ClusterError(404, "NoKind", f"no kind {kind} in {api_version}")


def root(api_version: str) -> str:
    """Where all kinds of a group and version live; a GET of it is their discovery document."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def collection(api_version: str, kind: str, namespace: str = "", lookup: Lookup = resource) -> str:
    """The REST path of all objects of a kind, in one namespace or, with an empty one, in all."""
    found = lookup(api_version, kind)
    inner = f"/namespaces/{namespace}" if found.namespaced and namespace else ""
    return f"{root(api_version)}{inner}/{found.plural}"


def path(ref: Ref, lookup: Lookup = resource) -> str:
    """The REST path of one object; a namespaced kind without a namespace is an error."""
    if lookup(ref.api_version, ref.kind).namespaced and not ref.namespace:
        raise ClusterError(400, "BadRequest", f"{ref}: a namespace is needed")
    return f"{collection(ref.api_version, ref.kind, ref.namespace, lookup)}/{ref.name}"
