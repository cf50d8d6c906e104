"""kubeadm's v1beta4 configuration as frozen values; the one shape that the rest of the house knows.

Loading, defaults, validation and writing live beside it. Attribute names are the snake_case
of kubeadm's own keys; where that rule fails the field carries its `key`. `None` and empty
mean 'not given' until defaults have been applied (see `defaults`). Fields marked `always` are
written even when empty, as kubeadm writes them; `range` bounds what may be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal

from phases.model.secret import Secret

KUBEADM_API = "kubeadm.k8s.io/v1beta4"
KUBELET_API = "kubelet.config.k8s.io/v1beta1"
KUBE_PROXY_API = "kubeproxy.config.k8s.io/v1alpha1"

EncryptionAlgorithm = Literal["RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P256", "ECDSA-P384"]
PullPolicy = Literal["Always", "IfNotPresent", "Never"]
TaintEffect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
HostPathType = Literal[
    "",
    "DirectoryOrCreate",
    "Directory",
    "FileOrCreate",
    "File",
    "Socket",
    "CharDevice",
    "BlockDevice",
]

Document = Mapping[str, Any]
"""A component's configuration, kept as plain frozen YAML data in that component's own keys."""

EMPTY: Document = MappingProxyType({})
ALWAYS: Mapping[str, Any] = {"always": True}


@dataclass(frozen=True, slots=True)
class Arg:
    """One command line flag; a name may be given more than once."""

    name: str = field(metadata=ALWAYS)
    value: str = field(default="", metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class EnvVar:
    """One environment variable, as in a container: a value or a `valueFrom`."""

    name: str = field(metadata=ALWAYS)
    value: str = ""
    value_from: Document = field(default_factory=lambda: EMPTY, metadata={"record": "EnvVarSource"})


@dataclass(frozen=True, slots=True)
class HostPathMount:
    """A host path mounted into a static pod."""

    name: str = field(metadata=ALWAYS)
    host_path: str = field(metadata=ALWAYS)
    mount_path: str = field(metadata=ALWAYS)
    read_only: bool = False
    path_type: HostPathType = ""


@dataclass(frozen=True, slots=True)
class Taint:
    key: str = field(metadata=ALWAYS)
    effect: TaintEffect = field(metadata=ALWAYS)
    value: str = ""
    time_added: str = ""


@dataclass(frozen=True, slots=True)
class BootstrapToken:
    """`id.secret`, with its lifetime: `ttl` 0 never ends; `expires` is an RFC 3339 time."""

    token: Secret | None = field(default=None, metadata=ALWAYS)
    description: str = ""
    ttl: timedelta | None = None
    expires: str = ""
    usages: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class APIEndpoint:
    advertise_address: str = ""
    bind_port: int = field(default=0, metadata={"range": (1, 65535)})


@dataclass(frozen=True, slots=True)
class NodeRegistration:
    """`taints` None means kubeadm's own taint, an empty tuple means none at all."""

    name: str = ""
    cri_socket: str = field(default="", metadata={"key": "criSocket"})
    taints: tuple[Taint, ...] | None = field(default=None, metadata=ALWAYS)
    kubelet_extra_args: tuple[Arg, ...] = ()
    ignore_preflight_errors: tuple[str, ...] = ()
    image_pull_policy: PullPolicy | None = None
    image_pull_serial: bool | None = None


@dataclass(frozen=True, slots=True)
class Patches:
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Timeouts:
    control_plane_component_health_check: timedelta | None = None
    kubelet_health_check: timedelta | None = None
    kubernetes_api_call: timedelta | None = field(
        default=None, metadata={"key": "kubernetesAPICall"}
    )
    etcd_api_call: timedelta | None = field(default=None, metadata={"key": "etcdAPICall"})
    tls_bootstrap: timedelta | None = None
    discovery: timedelta | None = None
    upgrade_manifests: timedelta | None = None


@dataclass(frozen=True, slots=True)
class InitConfiguration:
    bootstrap_tokens: tuple[BootstrapToken, ...] = ()
    dry_run: bool = False
    node_registration: NodeRegistration = NodeRegistration()
    local_api_endpoint: APIEndpoint = field(
        default=APIEndpoint(), metadata={"key": "localAPIEndpoint"}
    )
    certificate_key: Secret | None = None
    skip_phases: tuple[str, ...] = ()
    patches: Patches | None = None
    timeouts: Timeouts | None = None


@dataclass(frozen=True, slots=True)
class LocalEtcd:
    image_repository: str = ""
    image_tag: str = ""
    data_dir: str = field(default="", metadata=ALWAYS)
    extra_args: tuple[Arg, ...] = ()
    extra_envs: tuple[EnvVar, ...] = ()
    server_cert_sans: tuple[str, ...] = field(default=(), metadata={"key": "serverCertSANs"})
    peer_cert_sans: tuple[str, ...] = field(default=(), metadata={"key": "peerCertSANs"})


@dataclass(frozen=True, slots=True)
class ExternalEtcd:
    endpoints: tuple[str, ...] = field(metadata=ALWAYS)
    http_endpoints: tuple[str, ...] = field(default=(), metadata={"key": "httpEndpoints"})
    ca_file: str = field(default="", metadata=ALWAYS)
    cert_file: str = field(default="", metadata=ALWAYS)
    key_file: str = field(default="", metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class Etcd:
    """Exactly one of the two is set once defaults have been applied."""

    local: LocalEtcd | None = None
    external: ExternalEtcd | None = None


@dataclass(frozen=True, slots=True)
class Networking:
    service_subnet: str = ""
    pod_subnet: str = ""
    dns_domain: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """What controller manager and scheduler can be told."""

    extra_args: tuple[Arg, ...] = ()
    extra_volumes: tuple[HostPathMount, ...] = ()
    extra_envs: tuple[EnvVar, ...] = ()


@dataclass(frozen=True, slots=True)
class APIServer(Component):
    cert_sans: tuple[str, ...] = field(default=(), metadata={"key": "certSANs"})


@dataclass(frozen=True, slots=True)
class DNS:
    image_repository: str = ""
    image_tag: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Proxy:
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class ClusterConfiguration:
    etcd: Etcd = Etcd()
    networking: Networking = Networking()
    kubernetes_version: str = ""
    control_plane_endpoint: str = ""
    api_server: APIServer = field(default=APIServer(), metadata={"key": "apiServer"})
    controller_manager: Component = Component()
    scheduler: Component = Component()
    dns: DNS = DNS()
    proxy: Proxy = Proxy()
    certificates_dir: str = ""
    image_repository: str = ""
    feature_gates: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    cluster_name: str = ""
    encryption_algorithm: EncryptionAlgorithm | None = None
    certificate_validity_period: timedelta | None = None
    ca_certificate_validity_period: timedelta | None = field(
        default=None, metadata={"key": "caCertificateValidityPeriod"}
    )


@dataclass(frozen=True, slots=True)
class BootstrapTokenDiscovery:
    """Finding the cluster by a token; the hashes tell whether it is the right one."""

    token: Secret | None = field(default=None, metadata=ALWAYS)
    api_server_endpoint: str = field(default="", metadata={"key": "apiServerEndpoint"})
    ca_cert_hashes: tuple[str, ...] = field(default=(), metadata={"key": "caCertHashes"})
    unsafe_skip_ca_verification: bool = field(
        default=False, metadata={"key": "unsafeSkipCAVerification"}
    )


@dataclass(frozen=True, slots=True)
class FileDiscovery:
    """Finding the cluster by a kubeconfig: a file, or an https address of one."""

    kube_config_path: str = field(default="", metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class Discovery:
    """Exactly one of `bootstrap_token` and `file` is set."""

    bootstrap_token: BootstrapTokenDiscovery | None = None
    file: FileDiscovery | None = None
    tls_bootstrap_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class JoinControlPlane:
    """Given where the node becomes a control plane, empty or not."""

    local_api_endpoint: APIEndpoint = field(
        default=APIEndpoint(), metadata={"key": "localAPIEndpoint"}
    )
    certificate_key: Secret | None = None


@dataclass(frozen=True, slots=True)
class JoinConfiguration:
    """How a node joins a cluster; it stands in a file of its own."""

    dry_run: bool = False
    node_registration: NodeRegistration = NodeRegistration()
    ca_cert_path: str = field(default="", metadata={"key": "caCertPath"})
    discovery: Discovery = field(default=Discovery(), metadata=ALWAYS)
    control_plane: JoinControlPlane | None = None
    skip_phases: tuple[str, ...] = ()
    patches: Patches | None = None
    timeouts: Timeouts | None = None


@dataclass(frozen=True, slots=True)
class Configuration:
    """All documents of one `kubeadm.yaml`.

    `kubelet` and `kube_proxy` hold only what the operator wrote, `None` where no such document
    was given (kubeadm marks the ConfigMap it generated itself with a hash, so it matters).
    """

    init: InitConfiguration = InitConfiguration()
    cluster: ClusterConfiguration = ClusterConfiguration()
    kubelet: Document | None = None
    kube_proxy: Document | None = None
