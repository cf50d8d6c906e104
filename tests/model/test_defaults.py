"""What is filled in where nothing was given."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import pytest

from phases.model.defaults import Surroundings, complete, notices
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
    NodeRegistration,
    Taint,
    Timeouts,
)

HERE = Surroundings(" Master-1 ", "10.0.0.5")


def completed_init(init: InitConfiguration, around: Surroundings = HERE) -> InitConfiguration:
    return complete(Configuration(init=init), around).init


def completed_cluster(cluster: ClusterConfiguration) -> ClusterConfiguration:
    return complete(Configuration(cluster=cluster), HERE).cluster


def test_an_empty_configuration_gets_all_of_kubeadms_defaults() -> None:
    """These are the values of kubeadm 1.37 and of this machine."""
    init = completed_init(InitConfiguration())
    assert init.node_registration == NodeRegistration(
        name="master-1",
        cri_socket="unix:///var/run/containerd/containerd.sock",
        taints=(Taint("node-role.kubernetes.io/control-plane", "NoSchedule"),),
        image_pull_policy="IfNotPresent",
        image_pull_serial=True,
    )
    assert init.local_api_endpoint == APIEndpoint("10.0.0.5", 6443)
    minutes = [4, 4, 1, 2, 5, 5, 5]
    assert init.timeouts == Timeouts(*(timedelta(minutes=count) for count in minutes))


def test_one_bootstrap_token_is_added_without_its_secret() -> None:
    """Whoever creates it reuses one or generates one; everything else is set."""
    (token,) = completed_init(InitConfiguration()).bootstrap_tokens
    assert token == BootstrapToken(
        ttl=timedelta(hours=24),
        usages=("signing", "authentication"),
        groups=("system:bootstrappers:kubeadm:default-node-token",),
    )


def test_an_absolute_end_gets_no_lifetime_beside_it() -> None:
    """The two exclude each other, so only one is kept."""
    given = BootstrapToken(expires="2030-01-01T00:00:00Z")
    (token,) = completed_init(InitConfiguration(bootstrap_tokens=(given,))).bootstrap_tokens
    assert token.ttl is None


def test_a_token_that_only_signs_gets_no_group() -> None:
    """Groups are of no use without authentication, so none is added."""
    given = BootstrapToken(usages=("signing",))
    (token,) = completed_init(InitConfiguration(bootstrap_tokens=(given,))).bootstrap_tokens
    assert token.groups == ()


def test_zero_lifetime_is_a_choice() -> None:
    """A token that never expires stays one."""
    given = BootstrapToken(ttl=timedelta(0))
    (token,) = completed_init(InitConfiguration(bootstrap_tokens=(given,))).bootstrap_tokens
    assert token.ttl == timedelta(0)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", "10.0.0.5"),
        ("0.0.0.0", "10.0.0.5"),  # noqa: S104
        ("::", "10.0.0.5"),
        ("FD00::0:1", "fd00::1"),
        ("x", "x"),
    ],
)
def test_the_advertised_address_is_completed(given: str, address: str) -> None:
    """Nothing and the unspecified address mean the default route's; others take their usual form."""
    init = InitConfiguration(local_api_endpoint=APIEndpoint(given, 0))
    assert completed_init(init).local_api_endpoint.advertise_address == address


@pytest.mark.parametrize(
    ("given", "found", "socket"),
    [
        ("", ("unix:///run/crio/crio.sock",), "unix:///run/crio/crio.sock"),
        ("", ("unix:///a", "unix:///b"), ""),
        ("/run/a.sock", (), "unix:///run/a.sock"),
        ("unix:///run/a.sock", ("unix:///b",), "unix:///run/a.sock"),
    ],
)
def test_the_runtime_socket_is_the_given_or_the_only_one(
    given: str, found: tuple[str, ...], socket: str
) -> None:
    """Two sockets and no choice leave it open, for validation to refuse."""
    init = InitConfiguration(node_registration=NodeRegistration(cri_socket=given))
    around = Surroundings("m", "10.0.0.5", cri_sockets=found)
    assert completed_init(init, around).node_registration.cri_socket == socket


def test_a_given_name_is_left_to_validation() -> None:
    """Only the machine's own name is put in lower case."""
    init = InitConfiguration(node_registration=NodeRegistration(name=" Node "))
    assert completed_init(init).node_registration.name == "Node"


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ("", ""),
        ("a.example", "a.example:7443"),
        ("a.example:6443", "a.example:6443"),
        ("fd00::1", "[fd00::1]:7443"),
        ("[fd00::1]", "[fd00::1]:7443"),
        ("a:b:c", "a:b:c"),
    ],
)
def test_the_endpoint_gets_the_bind_port(given: str, endpoint: str) -> None:
    """A port is added where there is none; what can't be read stays for validation."""
    configuration = Configuration(
        init=InitConfiguration(local_api_endpoint=APIEndpoint(bind_port=7443)),
        cluster=ClusterConfiguration(control_plane_endpoint=given),
    )
    assert complete(configuration, HERE).cluster.control_plane_endpoint == endpoint


def test_names_for_the_certificate_are_put_in_lower_case() -> None:
    """As kubeadm does, because names of load balancers often have capitals."""
    cluster = ClusterConfiguration(api_server=APIServer(cert_sans=("LB.Example", "10.0.0.1")))
    assert completed_cluster(cluster).api_server.cert_sans == ("lb.example", "10.0.0.1")


def test_external_etcd_serves_http_where_it_serves_everything() -> None:
    """The HTTP endpoints default to the endpoints, and no local etcd is added."""
    external = ExternalEtcd(("https://10.0.0.9:2379",))
    etcd = completed_cluster(ClusterConfiguration(etcd=Etcd(external=external))).etcd
    assert etcd.local is None
    assert etcd.external
    assert etcd.external.http_endpoints == external.endpoints


def test_a_variable_from_a_field_names_the_fields_api_version() -> None:
    """In every component, and only where it isn't named yet."""
    plain = MappingProxyType({"fieldRef": {"fieldPath": "status.hostIP"}})
    named = {"fieldRef": {"fieldPath": "status.hostIP", "apiVersion": "v1"}}
    envs = (EnvVar("A", value_from=plain), EnvVar("B", value="b"))
    cluster = ClusterConfiguration(
        api_server=APIServer(extra_envs=envs),
        controller_manager=Component(extra_envs=envs),
        scheduler=Component(extra_envs=envs),
        etcd=Etcd(local=LocalEtcd(extra_envs=envs)),
    )
    found = completed_cluster(cluster)
    assert found.etcd.local
    for component in (
        found.api_server,
        found.controller_manager,
        found.scheduler,
        found.etcd.local,
    ):
        assert component.extra_envs == (EnvVar("A", value_from=named), envs[1])


def test_what_was_decided_for_the_operator_is_told() -> None:
    """The version behind a label, the address of the default route, a socket without its scheme."""
    node = NodeRegistration(cri_socket="/run/a.sock")
    given = Configuration(init=InitConfiguration(node_registration=node))
    assert [notice.path for notice in notices(given, HERE)] == [
        "kubernetesVersion",
        "localAPIEndpoint.advertiseAddress",
        "nodeRegistration.criSocket",
    ]
    assert "10.0.0.5" in notices(given, HERE)[1].message
    chosen = Configuration(
        init=InitConfiguration(local_api_endpoint=APIEndpoint("10.0.0.1")),
        cluster=ClusterConfiguration(kubernetes_version="v1.37.0"),
    )
    assert notices(chosen, HERE) == ()


def test_choices_are_kept() -> None:
    """Nothing that was given is replaced."""
    cluster = ClusterConfiguration(
        kubernetes_version="1.36.1",
        certificates_dir="/pki",
        cluster_name="c",
        image_repository="r",
        encryption_algorithm="ECDSA-P256",
        certificate_validity_period=timedelta(hours=1),
    )
    found = completed_cluster(cluster)
    assert found.kubernetes_version == "v1.36.1"
    kept = ("certificates_dir", "cluster_name", "image_repository", "encryption_algorithm")
    assert [getattr(found, name) for name in kept] == ["/pki", "c", "r", "ECDSA-P256"]
    assert found.certificate_validity_period == timedelta(hours=1)
    assert found.ca_certificate_validity_period == timedelta(hours=87600)
