"""The manifests of the control plane against those of the real kubeadm."""

from __future__ import annotations

import pytest
import yaml

from phases.model.types import Configuration, ExternalEtcd
from phases.render import static_pods, volumes
from phases.render.static_pods import COMPONENTS, Component, Surroundings
from phases.render.static_pods.api_server import default_flags
from tests.render.cases import GOLDENS, NAMES, Case, plain


@pytest.mark.parametrize(
    ("name", "component"),
    [
        (name, component)
        for name in NAMES
        for component in COMPONENTS
        if (GOLDENS / name / "manifests" / f"{component}.yaml").exists()
    ],
)
def test_manifests_are_kubeadms_to_the_byte(name: str, component: Component) -> None:
    """Each manifest equals, byte for byte, what the real kubeadm wrote for the same input."""
    case = Case(name)
    made = static_pods.manifest(component, case.configuration, case.surroundings, case.patches)
    assert made.decode() == case.bytes(f"manifests/{component}.yaml").decode()


def test_external_etcd_has_no_pod() -> None:
    """Asking for etcd's pod in a cluster with an external etcd is an error, not an empty pod."""
    case = Case("external_etcd")
    with pytest.raises(ValueError, match="external"):
        static_pods.pod("etcd", case.configuration, case.surroundings)


def command(component: Component, configuration: Configuration) -> list[str]:
    made = static_pods.pod(component, configuration, Surroundings())
    return list(made["spec"]["containers"][0]["command"])


def test_flexvolume_folder_is_mounted_up_to_1_35_only() -> None:
    """Up to 1.35 the controller manager gets the flexvolume folder, writable, where the flag says."""
    given = "controllerManager: {extraArgs: [{name: flex-volume-plugin-dir, value: /opt/flex}]}"

    def mounts(version: str) -> list[dict[str, object]]:
        made = static_pods.pod(
            "kube-controller-manager", plain(given, version=version), Surroundings()
        )
        return list(made["spec"]["containers"][0]["volumeMounts"])

    old = {"mountPath": "/opt/flex", "name": "flexvolume-dir"}
    assert old in mounts("v1.35.4")
    assert old not in mounts("v1.36.1")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "Node,RBAC"),
        ("RBAC", "RBAC"),
        ("Nonsense", "Node,RBAC"),
        ("AlwaysAllow,,Node", "AlwaysAllow,Node"),
    ],
)
def test_unknown_authorization_modes_are_dropped_from_the_default(
    given: str, expected: str
) -> None:
    """The default flag keeps what is known of the operator's modes, Node,RBAC where nothing is."""
    cluster = f"apiServer: {{extraArgs: [{{name: authorization-mode, value: '{given}'}}]}}"
    assert default_flags(plain(cluster))["authorization-mode"] == expected


@pytest.mark.parametrize("component", ["kube-controller-manager", "kube-scheduler"])
def test_operators_arguments_come_last_in_their_order(component: Component) -> None:
    """Own arguments follow the sorted defaults in the order given, and drop defaults of their name."""
    key = "controllerManager" if component.endswith("manager") else "scheduler"
    args = "[{name: v, value: '3'}, {name: leader-elect, value: 'false'}, {name: v, value: '2'}]"
    found = command(component, plain(f"{key}: {{extraArgs: {args}}}"))
    assert found[-3:] == ["--v=3", "--leader-elect=false", "--v=2"]
    assert "--leader-elect=true" not in found
    assert found[1:-3] == sorted(found[1:-3])


def test_a_short_patience_still_lets_a_component_start_once() -> None:
    """The startup probe's failures round the timeout up to whole periods of ten seconds."""
    made = static_pods.pod(
        "etcd",
        plain(init="timeouts: {controlPlaneComponentHealthCheck: 1s}"),
        Surroundings(),
    )
    assert made["spec"]["containers"][0]["startupProbe"]["failureThreshold"] == 1


@pytest.mark.parametrize(
    ("urls", "host", "port", "scheme"),
    [
        ("http://0.0.0.0:2390", "0.0.0.0", 2390, "HTTP"),  # noqa: S104
        ("https://10.0.0.1", "10.0.0.1", 2381, "HTTPS"),
        ("https://[::1", "127.0.0.1", 2381, "HTTP"),
        ("http://:99999", "127.0.0.1", 2381, "HTTP"),
    ],
)
def test_etcds_probe_follows_its_metrics_urls(urls: str, host: str, port: int, scheme: str) -> None:
    """The first metrics URL gives host, port and scheme; what it lacks or garbles stays the default."""
    cluster = f"etcd: {{local: {{extraArgs: [{{name: listen-metrics-urls, value: '{urls}'}}]}}}}"
    container = static_pods.pod("etcd", plain(cluster), Surroundings())["spec"]["containers"][0]
    probe = container["livenessProbe"]["httpGet"]
    assert (probe["host"], probe["scheme"]) == (host, scheme)
    assert container["ports"][0]["containerPort"] == port


def test_manifest_is_yaml_that_reads_back_as_the_pod() -> None:
    """The bytes carry the very object that `pod` returns."""
    case = Case("dual_stack")
    made = static_pods.manifest("kube-apiserver", case.configuration, case.surroundings)
    assert yaml.safe_load(made) == static_pods.pod(
        "kube-apiserver", case.configuration, case.surroundings
    )


def test_of_a_repeated_argument_the_last_counts() -> None:
    """A probe follows the last bind-address, as the component itself does."""
    args = "[{name: bind-address, value: 10.0.0.1}, {name: bind-address, value: 10.0.0.2}]"
    made = static_pods.pod(
        "kube-scheduler", plain(f"scheduler: {{extraArgs: {args}}}"), Surroundings()
    )
    assert made["spec"]["containers"][0]["livenessProbe"]["httpGet"]["host"] == "10.0.0.2"


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("/a/ca.crt", "/a/b/c.crt", "/a/b/c.key"), ["/a"]),
        (("/a/b/ca.crt", "/a/c.crt", "/a/c.key"), ["/a"]),
        (("/b/ca.crt", "/a/c.crt", ""), ["/a", "/b"]),
        (("/etc/ssl/certs/x.crt", "/etc/kubernetes/pki/x.crt", "/usr/share/ca-certificates/x"), []),
    ],
)
def test_folders_of_an_external_etcd(paths: tuple[str, str, str], expected: list[str]) -> None:
    """Each folder is mounted once, a parent covers what is below it, mounted ones are left out."""
    etcd = ExternalEtcd(("https://x:2379",), (), *paths)
    found = volumes.external_etcd(etcd, "/etc/kubernetes/pki")
    assert [mount.host_path for mount in found] == expected
    assert [mount.name for mount in found] == [f"etcd-certs-{i}" for i in range(len(expected))]
