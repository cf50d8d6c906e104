"""How a node joins: reading the document in every version, its defaults, its rules, writing it."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

from datetime import timedelta

import pytest

from phases.model.check_join import join_problems
from phases.model.defaults import Surroundings
from phases.model.defaults_join import complete_join
from phases.model.dump import join_yaml
from phases.model.load import read_join
from phases.model.problem import Place, Problems, located
from phases.model.secret import Secret
from phases.model.types import (
    BootstrapTokenDiscovery,
    Discovery,
    FileDiscovery,
    JoinConfiguration,
    JoinControlPlane,
    NodeRegistration,
)

HEAD = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n"
HASH = "sha256:" + "0123456789abcdef" * 4
TOKEN = "q1w2e3.r4t5y6u7i8o9p0a1"
BY_TOKEN = f"""discovery:
  bootstrapToken:
    token: {TOKEN}
    apiServerEndpoint: 10.0.0.1:6443
    caCertHashes: ["{HASH}"]
"""
HERE = Surroundings("worker-1", "10.0.0.7")


def said(body: str) -> str:
    """What is wrong with a document on this machine, with places."""
    source = read_join(f"{HEAD}{body}", name="j.yaml")
    found = join_problems(complete_join(source.configuration, HERE))
    return "\n".join(map(str, located(found, source.places, source.name)))


def test_every_field_is_read() -> None:
    """Each field of the document lands in its own attribute, with its place."""
    source = read_join(
        f"""{HEAD}dryRun: true
caCertPath: /etc/kubernetes/pki/ca.crt
nodeRegistration: {{name: worker, criSocket: unix:///run/crio/crio.sock, imagePullPolicy: Always}}
controlPlane: {{certificateKey: {"ab" * 32}, localAPIEndpoint: {{bindPort: 7443}}}}
skipPhases: [preflight]
patches: {{directory: /patches}}
timeouts: {{tlsBootstrap: 9m}}
{BY_TOKEN}  tlsBootstrapToken: {TOKEN}
""",
        name="j.yaml",
    )
    found = source.configuration
    token = BootstrapTokenDiscovery(Secret(TOKEN), "10.0.0.1:6443", (HASH,))
    assert found.discovery == Discovery(token, None, Secret(TOKEN))
    assert found.dry_run
    assert found.control_plane
    assert found.control_plane.local_api_endpoint.bind_port == 7443
    assert found.timeouts
    assert found.timeouts.tls_bootstrap == timedelta(minutes=9)
    assert source.places["discovery.bootstrapToken.token"] == Place(12, 12)


def test_a_control_plane_may_be_an_empty_block() -> None:
    """That the block stands there makes the node a control plane."""
    assert (
        read_join(f"{HEAD}controlPlane: {{}}\n", name="j").configuration.control_plane
        == JoinControlPlane()
    )
    assert read_join(HEAD, name="j").configuration.control_plane is None


def test_defaults_are_kubeadms() -> None:
    """The token for joining is that for finding, a control plane has kubeadm's taint, a file loses its scheme."""
    found = complete_join(
        read_join(f"{HEAD}{BY_TOKEN}controlPlane: {{}}\n", name="j").configuration, HERE
    )
    assert found.discovery.tls_bootstrap_token == Secret(TOKEN)
    assert found.ca_cert_path == "/etc/kubernetes/pki/ca.crt"
    assert found.node_registration.name == "worker-1"
    assert [taint.key for taint in found.node_registration.taints or ()] == [
        "node-role.kubernetes.io/control-plane"
    ]
    assert found.control_plane
    assert found.control_plane.local_api_endpoint.advertise_address == "10.0.0.7"
    by_file = JoinConfiguration(discovery=Discovery(file=FileDiscovery("file:///etc/c.conf")))
    worker = complete_join(by_file, HERE)
    assert worker.discovery.file == FileDiscovery("/etc/c.conf")
    assert worker.node_registration.taints == ()
    assert complete_join(found, HERE) == found


def test_a_sound_document_has_no_problems() -> None:
    """By token or by file, worker or control plane."""
    assert said(BY_TOKEN) == ""
    assert said(f"{BY_TOKEN}controlPlane: {{}}\n") == ""
    assert said("discovery: {file: {kubeConfigPath: /etc/c.conf}}\n") == ""
    assert said("discovery: {file: {kubeConfigPath: 'https://a.example/c.conf'}}\n") == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("dryRun: false\n", "discovery: says nothing of how the cluster is found. Add bootstrapToken, or file with a kubeconfig"),
        (f"{BY_TOKEN}  file: {{kubeConfigPath: /a}}\n", "j.yaml:4:3: discovery: has both bootstrapToken and file. Keep one of them"),
        (BY_TOKEN.replace(TOKEN, "abcdef.0123456789abcdef"), "j.yaml:5:12: discovery.bootstrapToken.token: is the token of the documentation, which everybody knows. `kubeboot-tui token create` makes one on the control plane"),
        (BY_TOKEN.replace(TOKEN, "00bwbx.uvnaa2ewjflwu1ry"), "is the token of the documentation"),
        (BY_TOKEN.replace(TOKEN, "short"), "discovery.bootstrapToken.token: is not of the form"),
        (BY_TOKEN.replace(TOKEN, '""'), "discovery.bootstrapToken.token: is missing"),
        (BY_TOKEN.replace("10.0.0.1:6443", "10.0.0.1"), "apiServerEndpoint: '10.0.0.1' has no port. Write host:port, or [v6]:port"),
        (BY_TOKEN.replace("10.0.0.1:6443", '""'), "apiServerEndpoint: is missing"),
        (BY_TOKEN.replace("10.0.0.1:6443", "https://a:6443"), "apiServerEndpoint: 'https://a:6443' has a scheme"),
        (BY_TOKEN.replace("10.0.0.1:6443", "a:70000"), "the port '70000' must lie between 1 and 65535"),
        (BY_TOKEN.replace("10.0.0.1:6443", "a_b:6443"), "the host 'a_b' is not a DNS name"),
        (BY_TOKEN.replace(f'["{HASH}"]', "[]"), "caCertHashes: is missing, so any cluster could pretend to be the right one"),
        (BY_TOKEN.replace(HASH, "md5:00"), "caCertHashes[0]: 'md5:00' is not sha256: and 64 hexadecimal digits"),
        ("discovery: {file: {kubeConfigPath: 'http://a/b'}}\n", "kubeConfigPath: 'http://a/b' is neither a file nor an https address"),
        ("discovery: {file: {kubeConfigPath: c.conf}}\n", "kubeConfigPath: 'c.conf' is not an absolute path"),
        ("discovery: {file: {}}\n", "kubeConfigPath: is missing. Name a kubeconfig of that cluster"),
        (f"{BY_TOKEN}caCertPath: ca.crt\n", "caCertPath: 'ca.crt' is not an absolute path"),
        (f"{BY_TOKEN}caCertPath: /ca.pem\n", "caCertPath: '/ca.pem' does not end in .crt"),
        (f"{BY_TOKEN}controlPlane: {{certificateKey: ab}}\n", "controlPlane.certificateKey: must be 64 hexadecimal digits"),
        (f"{BY_TOKEN}controlPlane: {{localAPIEndpoint: {{advertiseAddress: 127.0.0.1}}}}\n", "controlPlane.localAPIEndpoint.advertiseAddress: 127.0.0.1 is a loopback address"),
        (f"{BY_TOKEN}nodeRegistration: {{name: A}}\n", "nodeRegistration.name: 'A' has upper case letters. Use a"),
        (f"{BY_TOKEN}timeouts: {{discovery: 0s}}\n", "timeouts.discovery: must be longer than nothing"),
    ],
)  # fmt: skip
def test_what_can_not_work_is_told(body: str, words: str) -> None:
    """kubeadm's rules and those it lacks, each with its place; a token is never shown."""
    found = said(body)
    assert words in found
    assert "abcdef.0123456789abcdef" not in found.replace("of the form abcdef.0123456789abcdef", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds nothing where kubeadm join could start from. Add a JoinConfiguration"),
        (HEAD.replace("Join", "Init"), "holds only InitConfiguration"),
        (f"{HEAD}discovry: 1\n", "discovry: is not a known field. Did you mean discovery?"),
        (f"{HEAD}---\n{HEAD}", "a second JoinConfiguration"),
    ],
)
def test_a_file_needs_one_such_document(text: str, words: str) -> None:
    """Other documents alone, unknown fields and a second one are refused."""
    with pytest.raises(Problems) as raised:
        read_join(text, name="j.yaml")
    assert words in str(raised.value)


def test_other_documents_are_passed_over() -> None:
    """What init reads may stand beside it, as for kubeadm."""
    other = HEAD.replace("Join", "Cluster")
    source = read_join(f"{other}clusterName: 5\n---\n{HEAD}{BY_TOKEN}", name="j.yaml")
    (notice,) = source.notices
    assert notice.message == "ClusterConfiguration is not for kubeadm join and is passed over"


def test_what_is_written_reads_the_same() -> None:
    """Dumped and loaded the configuration is equal, completed or not."""
    for found in (
        read_join(f"{HEAD}{BY_TOKEN}controlPlane: {{}}\n", name="j").configuration,
        complete_join(JoinConfiguration(node_registration=NodeRegistration(taints=())), HERE),
    ):
        assert read_join(join_yaml(found), name="j").configuration == found
