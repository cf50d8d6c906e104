"""kube-proxy: the objects of what makes Services reachable on each node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phases.model import images
from phases.model.component_defaults import kube_proxy_configuration, kube_proxy_is_generated
from phases.model.go_yaml import to_yaml
from phases.model.types import Configuration, EnvVar
from phases.model.versions import release_of
from phases.render import access, environment, patches
from phases.render.config_map import config_map
from phases.render.endpoints import control_plane_endpoint

Object = Mapping[str, Any]

NAME = "kube-proxy"
LABELS = {"k8s-app": NAME}
FOLDER = "/var/lib/kube-proxy"

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: {server}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token"""


def objects(
    configuration: Configuration,
    proxies: Iterable[EnvVar] = (),
    patch_set: patches.PatchSet = patches.NONE,
) -> tuple[Object, ...]:
    """All objects in kubeadm's order, none where the add-on is disabled.

    `proxies` are this machine's proxy settings (see `environment.proxy_variables`); they come
    behind what patches leave, as kubeadm's do. A patches.PatchError where a patch can't apply.
    """
    if configuration.cluster.proxy.disabled:
        return ()
    patched = patch_set.apply("kubeproxydaemonset", daemon_set(configuration))
    return (
        proxy_config_map(configuration),
        _with_variables(patched, environment.merged(proxies)),
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": NAME, "namespace": "kube-system"},
        },
        access.cluster_role_binding(
            "kubeadm:node-proxier", "system:node-proxier", access.service_account(NAME)
        ),
        access.reader(NAME, "configmaps", NAME),
        access.role_binding(NAME, access.subject("Group", access.BOOTSTRAPPERS)),
    )


def proxy_config_map(configuration: Configuration) -> Object:
    """The ConfigMap with kube-proxy's configuration and the kubeconfig that it uses."""
    minor = release_of(configuration.cluster.kubernetes_version).minor
    return config_map(
        NAME,
        {
            "config.conf": to_yaml(kube_proxy_configuration(configuration, minor)).rstrip("\n"),
            "kubeconfig.conf": KUBECONFIG.format(server=control_plane_endpoint(configuration)),
        },
        labels={"app": NAME},
        generated=kube_proxy_is_generated(configuration),
    )


def daemon_set(configuration: Configuration) -> Object:
    """The DaemonSet, neither patched nor with proxy settings."""
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"labels": LABELS, "name": NAME, "namespace": "kube-system"},
        "spec": {
            "selector": {"matchLabels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {
                    "containers": [_container(configuration)],
                    "hostNetwork": True,
                    "nodeSelector": {"kubernetes.io/os": "linux"},
                    "priorityClassName": "system-node-critical",
                    "serviceAccountName": NAME,
                    "tolerations": [{"operator": "Exists"}],
                    "volumes": _volumes(),
                },
            },
            "updateStrategy": {"type": "RollingUpdate"},
        },
    }


def _container(configuration: Configuration) -> Object:
    node = {"fieldRef": {"fieldPath": "spec.nodeName"}}
    return {
        "command": [
            "/usr/local/bin/kube-proxy",
            f"--config={FOLDER}/config.conf",
            "--hostname-override=$(NODE_NAME)",
        ],
        "env": [{"name": "NODE_NAME", "valueFrom": node}],
        "image": str(images.kubernetes_image(configuration.cluster, NAME)),
        "imagePullPolicy": "IfNotPresent",
        "name": NAME,
        "securityContext": {"privileged": True},
        "volumeMounts": [
            {"mountPath": FOLDER, "name": "kube-proxy"},
            {"mountPath": "/run/xtables.lock", "name": "xtables-lock"},
            {"mountPath": "/lib/modules", "name": "lib-modules", "readOnly": True},
        ],
    }


def _volumes() -> list[Object]:
    lock = {"path": "/run/xtables.lock", "type": "FileOrCreate"}
    return [
        {"configMap": {"name": NAME}, "name": "kube-proxy"},
        {"hostPath": lock, "name": "xtables-lock"},
        {"hostPath": {"path": "/lib/modules"}, "name": "lib-modules"},
    ]


def _with_variables(made: Object, variables: list[Object]) -> Object:
    """The first container's variables, the machine's behind its own."""
    spec = made["spec"]
    pod = spec["template"]["spec"]
    first, *others = pod["containers"]
    with_env = {**first, "env": [*first.get("env", ()), *variables]}
    template = {**spec["template"], "spec": {**pod, "containers": [with_env, *others]}}
    return {**made, "spec": {**spec, "template": template}}
