"""What kubeadm fills in: fixed values, and those that come from the machine.

The machine is not looked at here; the caller says what it is in a `Surroundings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from types import MappingProxyType
from typing import TypeVar

from phases.model.images import DEFAULT_REPOSITORY
from phases.model.network import canonical_address, is_address, join_host_port, split_host_port
from phases.model.problem import Problem
from phases.model.types import (
    APIEndpoint,
    APIServer,
    BootstrapToken,
    ClusterConfiguration,
    Component,
    Configuration,
    EnvVar,
    Etcd,
    ExternalEtcd,
    InitConfiguration,
    LocalEtcd,
    Networking,
    NodeRegistration,
    Taint,
    Timeouts,
)
from phases.model.versions import resolve_version

Managed = TypeVar("Managed", APIServer, Component, LocalEtcd)

DEFAULT_CRI_SOCKET = "unix:///var/run/containerd/containerd.sock"
CERTIFICATES_DIR = "/etc/kubernetes/pki"
ETCD_DATA_DIR = "/var/lib/etcd"
SERVICE_SUBNET = "10.96.0.0/12"
DNS_DOMAIN = "cluster.local"
CLUSTER_NAME = "kubernetes"
BIND_PORT = 6443
LEAF_VALIDITY = timedelta(hours=8760)
CA_VALIDITY = timedelta(hours=87600)
CONTROL_PLANE_TAINT = Taint("node-role.kubernetes.io/control-plane", "NoSchedule")
TOKEN_TTL = timedelta(hours=24)
TOKEN_USAGES = ("signing", "authentication")
TOKEN_GROUPS = ("system:bootstrappers:kubeadm:default-node-token",)
TIMEOUTS: Mapping[str, timedelta] = MappingProxyType(
    {
        "control_plane_component_health_check": timedelta(minutes=4),
        "kubelet_health_check": timedelta(minutes=4),
        "kubernetes_api_call": timedelta(minutes=1),
        "etcd_api_call": timedelta(minutes=2),
        "tls_bootstrap": timedelta(minutes=5),
        "discovery": timedelta(minutes=5),
        "upgrade_manifests": timedelta(minutes=5),
    }
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What defaults need to know of the machine.

    `default_address` is the address that the default route would use, empty without one;
    `addresses` are those of all interfaces, `cri_sockets` the runtime sockets that were found.
    `labels` says what labels such as stable-1.36 mean, where somebody was asked.
    """

    hostname: str
    default_address: str = ""
    addresses: tuple[str, ...] = ()
    cri_sockets: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def complete(configuration: Configuration, surroundings: Surroundings) -> Configuration:
    """The configuration with every default filled in; doing it twice changes nothing more.

    The one bootstrap token that is added has no `token`: whoever creates it reuses or generates
    one. Values that can't be completed, such as an unusable version, raise Problems.
    """
    init = _init(configuration.init, surroundings)
    cluster = _cluster(configuration.cluster, init.local_api_endpoint, surroundings.labels)
    return replace(configuration, init=init, cluster=cluster)


def notices(configuration: Configuration, surroundings: Surroundings) -> tuple[Problem, ...]:
    """What `complete` decides that the operator may want to know; `configuration` as it was given."""
    given = configuration.init.local_api_endpoint
    socket = configuration.init.node_registration.cri_socket
    found = [resolve_version(configuration.cluster.kubernetes_version, surroundings.labels).notice]
    if not given.advertise_address or _is_unspecified(given.advertise_address):
        message = f"is taken from the default route: {surroundings.default_address or 'none'}"
        found.append(Problem("localAPIEndpoint.advertiseAddress", message))
    if socket and "://" not in socket:
        found.append(Problem("nodeRegistration.criSocket", f"is read as unix://{socket}"))
    return tuple(notice for notice in found if notice)


def _is_unspecified(address: str) -> bool:
    return is_address(address) and ip_address(address).is_unspecified


def _init(init: InitConfiguration, surroundings: Surroundings) -> InitConfiguration:
    tokens = init.bootstrap_tokens or (BootstrapToken(),)
    return replace(
        init,
        bootstrap_tokens=tuple(_token(token) for token in tokens),
        node_registration=registration(init.node_registration, surroundings),
        local_api_endpoint=endpoint(init.local_api_endpoint, surroundings),
        timeouts=timeouts(init.timeouts or Timeouts()),
    )


def _token(token: BootstrapToken) -> BootstrapToken:
    """No lifetime is added to an absolute `expires`, and no group to a token that only signs.

    kubeadm adds both and then refuses its own choice.
    """
    lifetime = TOKEN_TTL if token.ttl is None and not token.expires else token.ttl
    usages = token.usages or TOKEN_USAGES
    groups = TOKEN_GROUPS if "authentication" in usages else ()
    return replace(token, ttl=lifetime, usages=usages, groups=token.groups or groups)


def registration(
    node: NodeRegistration, surroundings: Surroundings, *, control_plane: bool = True
) -> NodeRegistration:
    """The machine's own name is put in lower case; a name that was given is left to validation."""
    taints = (CONTROL_PLANE_TAINT,) if control_plane else ()
    return replace(
        node,
        name=node.name.strip() or surroundings.hostname.strip().lower(),
        cri_socket=_socket(node.cri_socket, surroundings),
        taints=taints if node.taints is None else node.taints,
        image_pull_policy=node.image_pull_policy or "IfNotPresent",
        image_pull_serial=True if node.image_pull_serial is None else node.image_pull_serial,
    )


def _socket(given: str, surroundings: Surroundings) -> str:
    """Several sockets and no choice leave it empty, which validation then refuses."""
    if given:
        return given if "://" in given else f"unix://{given}"
    if len(surroundings.cri_sockets) > 1:
        return ""
    return next(iter(surroundings.cri_sockets), DEFAULT_CRI_SOCKET)


def endpoint(given: APIEndpoint, surroundings: Surroundings) -> APIEndpoint:
    """Where the API server of this node listens; an unspecified address means the machine's own."""
    address = given.advertise_address
    if not address or _is_unspecified(address):
        address = surroundings.default_address
    return APIEndpoint(canonical_address(address), given.bind_port or BIND_PORT)


def timeouts(given: Timeouts) -> Timeouts:
    """All timeouts; kubeadm's own where none was given."""
    lacking = {name: value for name, value in TIMEOUTS.items() if getattr(given, name) is None}
    return replace(given, **lacking)


def _cluster(
    cluster: ClusterConfiguration, local: APIEndpoint, labels: Mapping[str, str]
) -> ClusterConfiguration:
    leaf, authority = cluster.certificate_validity_period, cluster.ca_certificate_validity_period
    server = _with_sources(cluster.api_server)
    return replace(
        cluster,
        etcd=_etcd(cluster.etcd),
        networking=_networking(cluster.networking),
        kubernetes_version=str(resolve_version(cluster.kubernetes_version, labels).version),
        control_plane_endpoint=_with_port(cluster.control_plane_endpoint, local.bind_port),
        api_server=replace(server, cert_sans=tuple(name.lower() for name in server.cert_sans)),
        controller_manager=_with_sources(cluster.controller_manager),
        scheduler=_with_sources(cluster.scheduler),
        certificates_dir=cluster.certificates_dir or CERTIFICATES_DIR,
        image_repository=cluster.image_repository or DEFAULT_REPOSITORY,
        cluster_name=cluster.cluster_name or CLUSTER_NAME,
        encryption_algorithm=cluster.encryption_algorithm or "RSA-2048",
        certificate_validity_period=LEAF_VALIDITY if leaf is None else leaf,
        ca_certificate_validity_period=CA_VALIDITY if authority is None else authority,
    )


def _with_sources(component: Managed) -> Managed:
    """A component whose variables that come from a field name the API version of that field."""
    return replace(component, extra_envs=tuple(map(_with_source, component.extra_envs)))


def _with_source(variable: EnvVar) -> EnvVar:
    field = variable.value_from.get("fieldRef")
    if not field or field.get("apiVersion"):
        return variable
    versioned = MappingProxyType({**field, "apiVersion": "v1"})
    return replace(variable, value_from=MappingProxyType({"fieldRef": versioned}))


def _networking(networking: Networking) -> Networking:
    return replace(
        networking,
        service_subnet=networking.service_subnet or SERVICE_SUBNET,
        dns_domain=networking.dns_domain or DNS_DOMAIN,
    )


def _etcd(etcd: Etcd) -> Etcd:
    local, external = etcd.local, etcd.external
    if local is None and external is None:
        local = LocalEtcd()
    return Etcd(local and _local_etcd(local), external and _external_etcd(external))


def _local_etcd(local: LocalEtcd) -> LocalEtcd:
    return replace(_with_sources(local), data_dir=local.data_dir or ETCD_DATA_DIR)


def _external_etcd(external: ExternalEtcd) -> ExternalEtcd:
    return replace(external, http_endpoints=external.http_endpoints or external.endpoints)


def _with_port(given: str, port: int) -> str:
    """The endpoint, with the API server's port where it has none; unreadable ones stay."""
    try:
        host, own = split_host_port(given)
    except ValueError:
        return given
    return join_host_port(host, port) if host and not own else given
