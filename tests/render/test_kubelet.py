"""The kubelet's files against those of the real kubeadm."""

from __future__ import annotations

import pytest

from phases.render import kubelet
from tests.render.cases import NAMES, Case, plain


@pytest.mark.parametrize("name", NAMES)
def test_configuration_file_is_kubeadms_to_the_byte(name: str) -> None:
    """config.yaml equals what the real kubeadm wrote, patches and this node's socket included."""
    case = Case(name)
    made = kubelet.configuration_file(case.configuration, resolved=False, patch_set=case.patches)
    assert made.decode() == case.bytes("kubelet/config.yaml").decode()


@pytest.mark.parametrize("name", NAMES)
def test_flags_and_instance_configuration_are_kubeadms_to_the_byte(name: str) -> None:
    """The two small files, quoting included."""
    case = Case(name)
    hostname = case.json("hostname.json")
    flags = kubelet.environment_file(case.configuration, hostname)
    assert flags == case.bytes("kubelet/kubeadm-flags.env")
    instance = kubelet.instance_configuration(case.configuration)
    assert instance == case.bytes("kubelet/instance-config.yaml")


@pytest.mark.parametrize(
    ("init", "expected"),
    [
        ("nodeRegistration: {name: node1}", ""),
        ("nodeRegistration: {name: other}", "--hostname-override=other"),
        (
            "nodeRegistration: {kubeletExtraArgs: [{name: v, value: '2'}]}",
            "--v=2",
        ),
        (
            "nodeRegistration: {name: x, kubeletExtraArgs: [{name: hostname-override, value: z}]}",
            "--hostname-override=z",
        ),
    ],
)
def test_hostname_override_only_where_the_names_differ(init: str, expected: str) -> None:
    """The kubelet is told its name only where it wouldn't find it itself; own arguments win."""
    made = kubelet.environment_file(plain(init=init), "node1")
    assert made.decode() == f'KUBELET_KUBEADM_ARGS="{expected}"\n'


def test_resolv_conf_is_this_nodes_own() -> None:
    """Where systemd-resolved runs the kubelet reads its file, unless the operator chose one."""
    line = b"resolvConf: /run/systemd/resolve/resolv.conf\n"
    assert line in kubelet.configuration_file(plain(), resolved=True)
    assert b"resolvConf" not in kubelet.configuration_file(plain(), resolved=False)


@pytest.mark.parametrize(
    ("version", "gates", "flags"),
    [
        ("v1.35.4", "", ""),
        ("v1.36.1", "", ""),
        (
            "v1.35.4",
            "featureGates: {NodeLocalCRISocket: false}",
            "--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock",
        ),
    ],
)
def test_runtime_socket_is_a_flag_only_with_its_gate_switched_off(
    version: str, gates: str, flags: str
) -> None:
    """Up to 1.36 a gate can keep the runtime's socket out of the instance's own configuration."""
    configuration = plain(gates, version=version)
    made = kubelet.environment_file(configuration, "node1").decode()
    assert made == f'KUBELET_KUBEADM_ARGS="{flags}"\n'
    assert kubelet.has_instance_configuration(configuration) is not bool(flags)
    socket = b"containerRuntimeEndpoint: unix:///var/run/containerd/containerd.sock\n"
    assert (socket in kubelet.configuration_file(configuration, resolved=False)) is not bool(flags)
