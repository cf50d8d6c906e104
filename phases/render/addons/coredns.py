"""CoreDNS: the objects of the cluster's name service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phases.model import images, network
from phases.model.types import Configuration
from phases.render import access, patches
from phases.render.config_map import config_map
from phases.render.mark_control_plane import CONTROL_PLANE

Object = Mapping[str, Any]

NAME = "coredns"
ROLE = "system:coredns"
SERVICE = "kube-dns"
REPLICAS = 2
LABELS = {"k8s-app": SERVICE}

COREFILE = """\
.:53 {{
    errors
    health {{
       lameduck 5s
    }}
    ready
    kubernetes {domain} in-addr.arpa ip6.arpa {{
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }}
    prometheus :9153
    forward . /etc/resolv.conf {{
       max_concurrent 1000
    }}
    cache 30{no_cluster_cache}
    loop
    reload
    loadbalance
}}
"""

NO_CLUSTER_CACHE = """ {{
       disable success {domain}
       disable denial {domain}
    }}"""


def objects(
    configuration: Configuration,
    patch_set: patches.PatchSet = patches.NONE,
    replicas: int = REPLICAS,
) -> tuple[Object, ...]:
    """All objects in kubeadm's order, none where the add-on is disabled.

    `replicas` keeps what an existing Deployment was scaled to. A patches.PatchError where a patch
    can't apply.
    """
    if configuration.cluster.dns.disabled:
        return ()
    return (
        config_map(NAME, {"Corefile": corefile(configuration)}),
        _role(),
        access.cluster_role_binding(ROLE, ROLE, access.service_account(NAME)),
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _named(NAME)},
        patch_set.apply("corednsdeployment", deployment(configuration, replicas)),
        service(configuration),
    )


def corefile(configuration: Configuration) -> str:
    """CoreDNS's own configuration."""
    domain = configuration.cluster.networking.dns_domain
    cache = NO_CLUSTER_CACHE.format(domain=domain) if domain else ""
    return COREFILE.format(domain=domain, no_cluster_cache=cache)


def service(configuration: Configuration) -> Object:
    """The Service at the tenth address of the first service range."""
    address = network.dns_address(configuration.cluster.networking.service_subnet)
    ports = (("dns", 53, "UDP"), ("dns-tcp", 53, "TCP"), ("metrics", 9153, "TCP"))
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            **_named(SERVICE),
            "annotations": {"prometheus.io/port": "9153", "prometheus.io/scrape": "true"},
            "labels": {
                **LABELS,
                "kubernetes.io/cluster-service": "true",
                "kubernetes.io/name": "CoreDNS",
            },
        },
        "spec": {
            "clusterIP": address,
            "ports": [
                {"name": name, "port": port, "protocol": protocol, "targetPort": port}
                for name, port, protocol in ports
            ],
            "selector": LABELS,
        },
    }


def deployment(configuration: Configuration, replicas: int = REPLICAS) -> Object:
    """The Deployment, not patched."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**_named(NAME), "labels": LABELS},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "strategy": {"rollingUpdate": {"maxUnavailable": 1}, "type": "RollingUpdate"},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": _pod_spec(str(images.dns_image(configuration.cluster))),
            },
        },
    }


def _role() -> Object:
    core = access.rule(["list", "watch"], ["endpoints", "services", "pods", "namespaces"])
    slices = access.rule(["list", "watch"], ["endpointslices"], group="discovery.k8s.io")
    return access.cluster_role(ROLE, core, slices)


def _named(name: str) -> Object:
    return {"name": name, "namespace": "kube-system"}


def _pod_spec(image: str) -> Object:
    return {
        "affinity": {"podAntiAffinity": _on_different_hosts()},
        "containers": [_container(image)],
        "dnsPolicy": "Default",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "priorityClassName": "system-cluster-critical",
        "serviceAccountName": NAME,
        "tolerations": [
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"effect": "NoSchedule", "key": CONTROL_PLANE},
        ],
        "volumes": [
            {
                "configMap": {"items": [{"key": "Corefile", "path": "Corefile"}], "name": NAME},
                "name": "config-volume",
            }
        ],
    }


def _on_different_hosts() -> Object:
    same = {"key": "k8s-app", "operator": "In", "values": [SERVICE]}
    term = {
        "labelSelector": {"matchExpressions": [same]},
        "topologyKey": "kubernetes.io/hostname",
    }
    preferred = [{"podAffinityTerm": term, "weight": 100}]
    return {"preferredDuringSchedulingIgnoredDuringExecution": preferred}


def _container(image: str) -> Object:
    return {
        "args": ["-conf", "/etc/coredns/Corefile"],
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "livenessProbe": {
            "failureThreshold": 5,
            "httpGet": {"path": "/health", "port": "liveness-probe", "scheme": "HTTP"},
            "initialDelaySeconds": 60,
            "successThreshold": 1,
            "timeoutSeconds": 5,
        },
        "name": NAME,
        "ports": [
            {"containerPort": 53, "name": "dns", "protocol": "UDP"},
            {"containerPort": 53, "name": "dns-tcp", "protocol": "TCP"},
            {"containerPort": 9153, "name": "metrics", "protocol": "TCP"},
            {"containerPort": 8080, "name": "liveness-probe", "protocol": "TCP"},
            {"containerPort": 8181, "name": "readiness-probe", "protocol": "TCP"},
        ],
        "readinessProbe": {
            "httpGet": {"path": "/ready", "port": "readiness-probe", "scheme": "HTTP"}
        },
        "resources": {
            "limits": {"memory": "170Mi"},
            "requests": {"cpu": "100m", "memory": "70Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"mountPath": "/etc/coredns", "name": "config-volume", "readOnly": True}],
    }
