"""etcd's static pod, for a cluster whose first and only member it is."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from phases.model import images, network
from phases.model.types import Configuration, LocalEtcd
from phases.render import environment, flags, volumes
from phases.render.endpoints import localhost
from phases.render.static_pods.pod import Parts, Probe, Surroundings, patience

ADVERTISED = "kubeadm.kubernetes.io/etcd.advertise-client-urls"
"""The annotation from which later control planes learn where their peers are."""

CLIENT_PORT = 2379
PEER_PORT = 2380
METRICS_PORT = 2381


def parts(configuration: Configuration, _: Surroundings) -> Parts:
    """What etcd's pod is made of; it gets no proxy settings, since it talks to nobody outside."""
    local = _local_etcd(configuration)
    data = volumes.directory("etcd-data", local.data_dir, read_only=False)
    certificates = volumes.directory(
        "etcd-certs", f"{configuration.cluster.certificates_dir}/etcd", read_only=False
    )
    return Parts(
        image=str(images.etcd_image(configuration.cluster)),
        command=flags.merged(default_flags(configuration), local.extra_args),
        probe=_etcd_probe(configuration, local),
        requests={"cpu": "100m", "memory": "100Mi"},
        mounts=(data, certificates),
        env=environment.merged(local.extra_envs),
        annotations={ADVERTISED: _url(_address(configuration), CLIENT_PORT)},
    )


def default_flags(configuration: Configuration) -> Mapping[str, str]:
    """etcd's default flags for the first member of a cluster."""
    pki = f"{configuration.cluster.certificates_dir}/etcd"
    node = configuration.init.node_registration.name
    here = localhost(configuration)
    clients = _url(_address(configuration), CLIENT_PORT)
    peers = _url(_address(configuration), PEER_PORT)
    return {
        "advertise-client-urls": clients,
        "cert-file": f"{pki}/server.crt",
        "client-cert-auth": "true",
        "data-dir": _local_etcd(configuration).data_dir,
        "feature-gates": "InitialCorruptCheck=true",
        "initial-advertise-peer-urls": peers,
        "initial-cluster": f"{node}={peers}",
        "key-file": f"{pki}/server.key",
        "listen-client-urls": f"{_url(here, CLIENT_PORT)},{clients}",
        "listen-metrics-urls": f"http://{network.join_host_port(here, METRICS_PORT)}",
        "listen-peer-urls": peers,
        "name": node,
        "peer-cert-file": f"{pki}/peer.crt",
        "peer-client-cert-auth": "true",
        "peer-key-file": f"{pki}/peer.key",
        "peer-trusted-ca-file": f"{pki}/ca.crt",
        "snapshot-count": "10000",
        "trusted-ca-file": f"{pki}/ca.crt",
        "watch-progress-notify-interval": "5s",
    }


def _etcd_probe(configuration: Configuration, local: LocalEtcd) -> Probe:
    """Where the first of listen-metrics-urls says, if the operator gave them."""
    given = flags.value(local.extra_args, "listen-metrics-urls")
    url = _parsed((given or "").split(",")[0])
    return Probe(
        url.hostname or localhost(configuration),
        _port(url) or METRICS_PORT,
        start="/readyz",
        live="/livez",
        ready="/readyz",
        patience=patience(configuration),
        scheme="HTTPS" if url.scheme == "https" else "HTTP",
    )


def _parsed(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _port(url: SplitResult) -> int | None:
    try:
        return url.port
    except ValueError:
        return None


def _local_etcd(configuration: Configuration) -> LocalEtcd:
    local = configuration.cluster.etcd.local
    if local is None:
        raise ValueError("this cluster's etcd is external: there is no etcd pod")
    return local


def _address(configuration: Configuration) -> str:
    return configuration.init.local_api_endpoint.advertise_address


def _url(host: str, port: int) -> str:
    return f"https://{network.join_host_port(host, port)}"
