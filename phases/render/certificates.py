"""The table of a control plane's certificates, and what is made of or checked against its rows.

How a certificate is made is in `pki`, how one is judged in `inspection`; files are the phases'
business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from phases.model import network
from phases.model.types import Configuration, EncryptionAlgorithm
from phases.model.versions import parse_version, release_of
from phases.render import inspection, pki

KUBELET_CLIENT = "kube-apiserver-kubelet-client"
"""The common name with which API servers call kubelets; one of kubeadm's bindings names it."""

CLUSTER_ADMINS = "kubeadm:cluster-admins"
"""The group of admin.conf's user; a binding gives it the role cluster-admin."""

SERVICE_ACCOUNT = "sa"
"""The base name of the service account key pair: `sa.key` and `sa.pub`."""


def _nothing(_: Configuration) -> pki.Names:
    return pki.Names()


def _none(_: Configuration) -> tuple[str, ...]:
    return ()


def _kubelet_client_organizations(configuration: Configuration) -> tuple[str, ...]:
    """Unpatched releases make this client an administrator; later ones bind its name."""
    version = parse_version(configuration.cluster.kubernetes_version)
    named = release_of(version).kubelet_client_is_named(version)
    return () if named else (CLUSTER_ADMINS,)


def _node_name(configuration: Configuration) -> str:
    return configuration.init.node_registration.name


def api_server_names(configuration: Configuration) -> pki.Names:
    """The names that the API server is reached by, inside the cluster and out."""
    cluster = configuration.cluster
    service = "kubernetes.default.svc"
    dns = [_node_name(configuration), "kubernetes", "kubernetes.default", service]
    if cluster.networking.dns_domain:
        dns.append(f"{service}.{cluster.networking.dns_domain}")
    own = [
        network.api_server_service_address(cluster.networking.service_subnet),
        configuration.init.local_api_endpoint.advertise_address,
    ]
    if cluster.control_plane_endpoint:
        own.append(network.split_host_port(cluster.control_plane_endpoint)[0])
    return _names((*dns, *own, *cluster.api_server.cert_sans))


def etcd_server_names(configuration: Configuration) -> pki.Names:
    """The names that etcd answers clients by."""
    local = configuration.cluster.etcd.local
    return _etcd_names(configuration, local.server_cert_sans if local else ())


def etcd_peer_names(configuration: Configuration) -> pki.Names:
    """The names that etcd answers its peers by."""
    local = configuration.cluster.etcd.local
    return _etcd_names(configuration, local.peer_cert_sans if local else ())


def _etcd_names(configuration: Configuration, extra: tuple[str, ...]) -> pki.Names:
    own = configuration.init.local_api_endpoint.advertise_address
    node = _node_name(configuration)
    return _names((node, "localhost", own, "127.0.0.1", "::1", *extra))


def _names(texts: tuple[str, ...]) -> pki.Names:
    """Sorts texts into DNS names and addresses."""
    dns: list[str] = []
    addresses: list[pki.Address] = []
    for text in texts:
        try:
            addresses.append(ip_address(text))
        except ValueError:
            dns.append(text)
    return pki.Names.of(tuple(filter(None, dns)), tuple(addresses))


@dataclass(frozen=True, slots=True)
class CertificateSpec:
    """One row: `name` is kubeadm's step, `base` the path below certificatesDir without its ending.

    `authority` is the name of the row that signs this one, empty for an authority itself. A
    `common_name` that is empty means the node's name.
    """

    name: str
    title: str
    base: str
    common_name: str
    authority: str = ""
    usages: tuple[pki.Usage, ...] = ()
    names: Callable[[Configuration], pki.Names] = _nothing
    organizations: Callable[[Configuration], tuple[str, ...]] = _none

    @property
    def certificate_file(self) -> str:
        return f"{self.base}.crt"

    @property
    def key_file(self) -> str:
        return f"{self.base}.key"

    @property
    def request_file(self) -> str:
        return f"{self.base}.csr"


CERTIFICATES: tuple[CertificateSpec, ...] = (
    CertificateSpec("ca", "cluster authority", "ca", "kubernetes"),
    CertificateSpec(
        "apiserver",
        "serving the Kubernetes API",
        "apiserver",
        "kube-apiserver",
        "ca",
        ("server",),
        api_server_names,
    ),
    CertificateSpec(
        "apiserver-kubelet-client",
        "API server to kubelets",
        "apiserver-kubelet-client",
        KUBELET_CLIENT,
        "ca",
        ("client",),
        organizations=_kubelet_client_organizations,
    ),
    CertificateSpec("front-proxy-ca", "front proxy authority", "front-proxy-ca", "front-proxy-ca"),
    CertificateSpec(
        "front-proxy-client",
        "front proxy client",
        "front-proxy-client",
        "front-proxy-client",
        "front-proxy-ca",
        ("client",),
    ),
    CertificateSpec("etcd-ca", "etcd authority", "etcd/ca", "etcd-ca"),
    CertificateSpec(
        "etcd-server",
        "serving etcd",
        "etcd/server",
        "",
        "etcd-ca",
        ("server", "client"),
        etcd_server_names,
    ),
    CertificateSpec(
        "etcd-peer",
        "etcd to its peers",
        "etcd/peer",
        "",
        "etcd-ca",
        ("server", "client"),
        etcd_peer_names,
    ),
    CertificateSpec(
        "etcd-healthcheck-client",
        "health checks of etcd",
        "etcd/healthcheck-client",
        "kube-etcd-healthcheck-client",
        "etcd-ca",
        ("client",),
    ),
    CertificateSpec(
        "apiserver-etcd-client",
        "API server to etcd",
        "apiserver-etcd-client",
        "kube-apiserver-etcd-client",
        "etcd-ca",
        ("client",),
    ),
)


def needed(configuration: Configuration) -> tuple[CertificateSpec, ...]:
    """The rows that this cluster needs, in kubeadm's order; none of etcd's where it is external."""
    external = configuration.cluster.etcd.external is not None
    return tuple(row for row in CERTIFICATES if not (external and _is_etcds(row)))


def _is_etcds(row: CertificateSpec) -> bool:
    return "etcd-ca" in (row.name, row.authority)


def spec(name: str) -> CertificateSpec:
    """The row with kubeadm's step name; a KeyError for an unknown one."""
    return {row.name: row for row in CERTIFICATES}[name]


def subject(row: CertificateSpec, configuration: Configuration) -> pki.Subject:
    """What a certificate of this row says."""
    return pki.Subject(
        common_name=row.common_name or _node_name(configuration),
        organizations=row.organizations(configuration),
        usages=row.usages,
        names=row.names(configuration),
    )


def create_authority(row: CertificateSpec, configuration: Configuration, now: datetime) -> pki.Pair:
    """A new self-signed authority with a new key."""
    key = pki.new_key(algorithm(configuration))
    period = configuration.cluster.ca_certificate_validity_period or timedelta(days=3650)
    return pki.Pair(pki.self_signed(row.common_name, key, pki.Validity.of(now, period)), key)


def create(
    row: CertificateSpec, configuration: Configuration, authority: pki.Pair, now: datetime
) -> pki.Pair:
    """A new certificate with a new key, signed by its authority."""
    key = pki.new_key(algorithm(configuration))
    validity = pki.Validity.of(now, leaf_period(configuration))
    return pki.Pair(pki.signed(subject(row, configuration), key, authority, validity), key)


def create_request(row: CertificateSpec, configuration: Configuration) -> tuple[bytes, bytes]:
    """A new key and a request for this row's certificate: (key, request), both PEM."""
    key = pki.new_key(algorithm(configuration))
    return key, pki.request(subject(row, configuration), key)


def create_service_account(configuration: Configuration) -> tuple[bytes, bytes]:
    """A new service account pair: the contents of `sa.key` and `sa.pub`."""
    key = pki.new_key(algorithm(configuration))
    return key, pki.public_key(key)


def check(
    row: CertificateSpec,
    configuration: Configuration,
    pair: pki.Pair,
    authority: bytes,
    now: datetime,
) -> inspection.Reasons:
    """Why an existing certificate and key can't stay; empty when they are fine."""
    return inspection.leaf(pair, subject(row, configuration), authority, now)


def check_authority(certificate: bytes, key: bytes | None, now: datetime) -> inspection.Reasons:
    """Why an existing authority can't be used; `key` None is one whose key is kept elsewhere.

    Like kubeadm it may have any name: an operator may bring their own.
    """
    return inspection.authority(certificate, key, now)


def check_service_account(key: bytes, public: bytes) -> inspection.Reasons:
    """Why `sa.key` and `sa.pub` can't stay; empty when they are one pair."""
    return inspection.service_account(key, public)


def algorithm(configuration: Configuration) -> EncryptionAlgorithm:
    """How new keys are made; kubeadm's gate for it, where it still exists, has the last word."""
    gate = configuration.cluster.feature_gates.get("PublicKeysECDSA")
    if gate is not None:
        return "ECDSA-P256" if gate else "RSA-2048"
    return configuration.cluster.encryption_algorithm or "RSA-2048"


def leaf_period(configuration: Configuration) -> timedelta:
    """How long certificates hold that aren't authorities."""
    return configuration.cluster.certificate_validity_period or timedelta(days=365)
