"""The kubelet's and kube-proxy's configuration, with kubeadm's values where none was given.

A value that the operator chose stays; `component_warnings` says where it differs from kubeadm's
advice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from phases.model.dump import marshal_kube_proxy, marshal_kubelet, thaw
from phases.model.network import dns_address, family, is_address
from phases.model.problem import Problem
from phases.model.types import Configuration, Document
from phases.model.versions import releases

MANIFESTS_DIR = "/etc/kubernetes/manifests"
HEALTHZ_ADDRESS = "127.0.0.1"
HEALTHZ_PORT = 10248
PROXY_KUBECONFIG = "/var/lib/kube-proxy/kubeconfig.conf"
SYSTEMD_RESOLV_CONF = "/run/systemd/resolve/resolv.conf"
FALLBACK_DNS_ADDRESS = "10.96.0.10"
ANY_ADDRESS = {4: "0.0.0.0", 6: "::"}  # noqa: S104
"""What to bind to for every address of a family."""

Settings = Mapping[str, Any]
"""Dotted field paths, each with the value that kubeadm would choose."""


def kubelet_configuration(
    configuration: Configuration, minor: int, *, resolv_conf: str, cri_socket: str | None
) -> dict[str, Any]:
    """The whole KubeletConfiguration of a release, for `dump.to_yaml`.

    `resolv_conf` and `cri_socket` belong to one node: empty and None for the ConfigMap.
    """
    document = _completed(configuration.kubelet, kubelet_settings(configuration))
    document["rotateCertificates"] = True
    if resolv_conf:
        document.setdefault("resolvConf", resolv_conf)
    if cri_socket is not None:
        document["containerRuntimeEndpoint"] = cri_socket
    return marshal_kubelet(document, minor)


def kube_proxy_configuration(configuration: Configuration, minor: int) -> dict[str, Any]:
    """The whole KubeProxyConfiguration of a release, for `dump.to_yaml`."""
    settings = dict(proxy_settings(configuration))
    if releases()[minor].explicit_proxy_mode:
        settings["mode"] = "iptables"
    return marshal_kube_proxy(_completed(configuration.kube_proxy, settings), minor)


def kubelet_is_generated(configuration: Configuration) -> bool:
    """Whether the ConfigMap carries kubeadm's hash: only when no KubeletConfiguration was given."""
    return configuration.kubelet is None


def kube_proxy_is_generated(configuration: Configuration) -> bool:
    """The same for kube-proxy."""
    return configuration.kube_proxy is None


def kubelet_settings(configuration: Configuration) -> Settings:
    """What kubeadm wants of a kubelet in this cluster; defaults must be filled in."""
    cluster = configuration.cluster
    return {
        "staticPodPath": MANIFESTS_DIR,
        "clusterDNS": [_dns_address(cluster.networking.service_subnet)],
        "clusterDomain": cluster.networking.dns_domain,
        "authentication.x509.clientCAFile": f"{cluster.certificates_dir}/ca.crt",
        "authentication.anonymous.enabled": False,
        "authorization.mode": "Webhook",
        "authentication.webhook.enabled": True,
        "healthzBindAddress": HEALTHZ_ADDRESS,
        "healthzPort": HEALTHZ_PORT,
        "cgroupDriver": "systemd",
    }


def _dns_address(service_subnet: str) -> str:
    try:
        return dns_address(service_subnet)
    except ValueError:
        return FALLBACK_DNS_ADDRESS


def proxy_settings(configuration: Configuration) -> Settings:
    """What kubeadm wants of kube-proxy in this cluster, the mode aside."""
    address = configuration.init.local_api_endpoint.advertise_address
    return {
        "bindAddress": _any_address(address),
        "clusterCIDR": configuration.cluster.networking.pod_subnet,
        "clientConnection.kubeconfig": PROXY_KUBECONFIG,
    }


def _any_address(address: str) -> str:
    return ANY_ADDRESS[family(address) if is_address(address) else 6]


def _completed(given: Document | None, settings: Settings) -> dict[str, Any]:
    document: dict[str, Any] = thaw(given or {})
    for path, value in settings.items():
        _put(document, path.split("."), value)
    return document


def _put(document: dict[str, Any], path: list[str], value: Any) -> None:
    """Sets a field that isn't set; an empty text counts as unset, an empty list doesn't."""
    *parents, last = path
    for key in parents:
        document = document.setdefault(key, {})
    if document.get(last) in (None, ""):
        document[last] = value


def component_warnings(configuration: Configuration) -> tuple[Problem, ...]:
    """Where the operator's documents differ from what kubeadm recommends."""
    return (*_kubelet_warnings(configuration), *_proxy_warnings(configuration))


def _kubelet_warnings(configuration: Configuration) -> Iterator[Problem]:
    given = thaw(configuration.kubelet or {})
    advice = {**kubelet_settings(configuration), "readOnlyPort": 0, "rotateCertificates": True}
    del advice["cgroupDriver"]
    yield from _differences("KubeletConfiguration", given, advice)


def _proxy_warnings(configuration: Configuration) -> Iterator[Problem]:
    given = thaw(configuration.kube_proxy or {})
    advice = dict(proxy_settings(configuration))
    bound = given.get("bindAddress", "")
    if bound in ANY_ADDRESS.values():
        del advice["bindAddress"]
    elif is_address(bound):
        advice["bindAddress"] = _any_address(bound)
    if not advice["clusterCIDR"]:
        del advice["clusterCIDR"]
    yield from _differences("KubeProxyConfiguration", given, advice)
    if given.get("mode") == "ipvs":
        message = "is ipvs, which is deprecated since 1.35"
        yield Problem(
            "KubeProxyConfiguration.mode", message, "Use nftables, or iptables on old kernels"
        )


def _differences(kind: str, given: dict[str, Any], advice: Settings) -> Iterator[Problem]:
    for path, wanted in advice.items():
        chosen = _at(given, path.split("."))
        if chosen not in (None, "", wanted):
            shown, better = (_shown(value) for value in (chosen, wanted))
            yield Problem(f"{kind}.{path}", f"is {shown}; kubeadm recommends {better}")


def _at(document: Any, path: list[str]) -> Any:
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


_SHOWN: Mapping[type, Callable[[Any], str]] = {
    bool: lambda value: str(value).lower(),
    list: lambda value: ", ".join(value) or "an empty list",
}


def _shown(value: Any) -> str:
    return _SHOWN.get(type(value), str)(value)
