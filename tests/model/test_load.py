"""Loading a kubeadm.yaml, and everything that can be wrong with one."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phases.model.load import NOTHING, load, read
from phases.model.problem import Place, Problems
from phases.model.secret import Secret
from phases.model.types import Arg, BootstrapToken, Configuration, EnvVar, Taint
from phases.model.yaml_source import decode_text

HEAD = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
INIT = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"
KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


def complaints(text: str) -> list[str]:
    with pytest.raises(Problems) as raised:
        load(text, name="k.yaml")
    return [str(problem) for problem in raised.value.problems]


def test_all_four_documents_make_one_configuration() -> None:
    """Each kind lands in its own part, and only what was written is set."""
    text = f"""{INIT}nodeRegistration:
  taints: []
  kubeletExtraArgs: [{{name: v, value: "2"}}]
bootstrapTokens: [{{token: aaaaaa.0123456789abcdef, ttl: 2h}}]
timeouts: {{kubernetesAPICall: 30s}}
---
{HEAD}networking: {{podSubnet: 10.244.0.0/16}}
featureGates: {{RootlessControlPlane: true}}
apiServer:
  extraEnvs: [{{name: A, valueFrom: {{fieldRef: {{fieldPath: status.hostIP}}}}}}]
---
{KUBELET}syncFrequency: 1h30m
maxPods: 20
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
"""
    found = load(text, name="k.yaml")
    assert found.init.node_registration.taints == ()
    assert found.init.node_registration.kubelet_extra_args == (Arg("v", "2"),)
    token = BootstrapToken(Secret("aaaaaa.0123456789abcdef"), ttl=timedelta(hours=2))
    assert found.init.bootstrap_tokens == (token,)
    assert found.init.timeouts
    assert found.init.timeouts.kubernetes_api_call == timedelta(seconds=30)
    assert found.cluster.networking.pod_subnet == "10.244.0.0/16"
    assert found.cluster.feature_gates == {"RootlessControlPlane": True}
    env = EnvVar("A", value_from={"fieldRef": {"fieldPath": "status.hostIP"}})
    assert found.cluster.api_server.extra_envs == (env,)
    assert found.kubelet == {"syncFrequency": "1h30m0s", "maxPods": 20}
    assert found.kube_proxy == {"mode": "nftables"}


def test_null_means_not_given() -> None:
    """A field without a value keeps its default, as in kubeadm."""
    text = f"{INIT}nodeRegistration:\n  taints: null\n  name: ~\nlocalAPIEndpoint:\n"
    assert load(text, name="k.yaml") == Configuration()


def test_a_file_with_mark_and_crlf_reads_the_same() -> None:
    """A byte order mark and Windows line ends change nothing."""
    text = f"{HEAD}clusterName: a\n"
    windows = decode_text(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), name="k")
    assert load(windows, name="k") == load(text, name="k")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds nothing where kubeadm init could start from"),
        ("# only this\n", "holds nothing"),
        ("---\n", "holds nothing"),
        ("word\n", "k.yaml:1:1: a document must be a map of fields"),
        ("[1, 2]\n", "a document must be a map of fields"),
        ("kind: ClusterConfiguration\n", "the document has no apiVersion"),
        ("apiVersion: kubeadm.k8s.io/v1beta4\n", "the document has no kind"),
        (
            f"{HEAD}---\n{HEAD}",
            "k.yaml:4:1: a second ClusterConfiguration; the first begins in line 1",
        ),
        ("apiVersion: v1\nkind: Pod\n", "Pod of v1 has no place in a kubeadm configuration"),
        (KUBELET, "holds only KubeletConfiguration"),
        (INIT.replace("Init", "Join"), "holds only JoinConfiguration"),
        (HEAD.replace("v1beta4", "v1beta9"), "Use apiVersion: kubeadm.k8s.io/v1beta4"),
        (HEAD.replace("v1beta4", "v2"), "ClusterConfiguration can't be of kubeadm.k8s.io/v2"),
        (HEAD.replace("v1beta4", "v1alpha1"), "v1alpha1 has MasterConfiguration"),
        (HEAD.replace("Cluster", "Master"), "Use apiVersion: kubeadm.k8s.io/v1alpha1"),
        (KUBELET.replace("v1beta1", "v1"), "Use apiVersion: kubelet.config.k8s.io/v1beta1"),
        (HEAD.replace("ClusterConf", "ClustrConf"), "Did you mean ClusterConfiguration"),
    ],
)
def test_a_file_must_hold_known_documents(text: str, said: str) -> None:
    """Empty files, strangers, second documents of a kind and unknown versions are told."""
    assert any(said in line for line in complaints(text))


@pytest.mark.parametrize(
    "version", ["v1alpha1", "v1alpha2", "v1alpha3", "v1beta1", "v1beta2", "v1beta3"]
)
def test_an_old_version_is_read_and_told(version: str) -> None:
    """A document of each earlier version is read as one of today, which a notice says."""
    kind = "MasterConfiguration" if version < "v1alpha3" else "ClusterConfiguration"
    text = f"apiVersion: kubeadm.k8s.io/{version}\nkind: {kind}\nclusterName: old\n"
    source = read(text, name="k.yaml")
    assert source.configuration.cluster.cluster_name == "old"
    assert source.places["clusterName"] == Place(3, 14, "clusterName")
    assert [line.path for line in source.lines] == ["clusterName"]
    (notice,) = source.notices
    assert notice.message == f"kubeadm.k8s.io/{version} is read as kubeadm.k8s.io/v1beta4"


def test_the_experimental_version_is_read_as_todays() -> None:
    """kubeadm.k8s.io/v1 has the fields of v1beta4; the one it adds is unknown."""
    text = HEAD.replace("v1beta4", "v1")
    assert load(f"{text}clusterName: new\n", name="k").cluster.cluster_name == "new"
    merged = f'{text}scheduler: {{extraArgs: [{{name: v, value: "2", mergeMethod: append}}]}}\n'
    assert "mergeMethod: is not a known field" in complaints(merged)[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("nodeRegistration: {name: a}", "k.yaml:3:1: nodeRegistration: came only with v1alpha2"),
        ("networking: {podSubnett: 10.0.0.0/8}", "k.yaml:3:14: networking.podSubnett: is not a known field. Did you mean podSubnet?"),
        ("api: {bindPort: '6443'}", "k.yaml:3:17: api.bindPort: must be a whole number, but '6443' in quotes is a text"),
        ("api: 5", "k.yaml:3:6: api: must be a map of fields, but is written '5'"),
        ("apiServerExtraArgs: {v: 2}", 'k.yaml:3:25: apiServerExtraArgs.v: must be a text, but 2 without quotes is a number. Write "2"'),
        ("cloudProvider: aws", "k.yaml:3:1: cloudProvider: no longer exists. Run the provider's own controller manager"),
        ("imagePullPolicy: never", "k.yaml:3:18: imagePullPolicy: can't be 'never'"),
        ("kubeProxy: {config: [1]}", "k.yaml:3:21: kubeProxy.config: must be a map of fields, but is a list"),
        ("kubeProxy: {config: {modus: x}}", "k.yaml:3:29: kubeProxy.config.modus: is not a known field. Did you mean mode?"),
        ("featureGates: {CoreDNS: false}", "k.yaml:3:16: featureGates.CoreDNS: no longer exists. Remove it; CoreDNS is the only one"),
        ("authorizationModes: [AlwaysAllow]", "authorizationModes: no longer exists. Remove AlwaysAllow; use Node, RBAC, ABAC or Webhook"),
    ],
)  # fmt: skip
def test_a_fault_in_an_old_file_is_told_in_its_own_words(body: str, said: str) -> None:
    """Path, line and column are those of the file that was written, not of what it became."""
    head = "apiVersion: kubeadm.k8s.io/v1alpha1\nkind: MasterConfiguration\n"
    found = complaints(f"{head}{body}\n")
    assert any(line.startswith(said) or said in line for line in found), found


def test_all_faults_of_an_old_file_are_told_at_once() -> None:
    """Unknown, ill-typed and lost fields in several documents make one list in the file's order."""
    text = """apiVersion: kubeadm.k8s.io/v1beta2
kind: ClusterConfiguration
useHyperKubeImage: true
clusterName: 5
---
apiVersion: kubeadm.k8s.io/v1beta2
kind: InitConfiguration
certificatKey: x
"""
    assert [line.split(":")[1] for line in complaints(text)] == ["3", "4", "8"]


def test_documents_of_other_commands_are_passed_over() -> None:
    """kubeadm init ignores what join, reset and upgrade read, and says so."""
    others = [
        INIT.replace("Init", name) + "any: [thing]\n" for name in ("Join", "Reset", "Upgrade")
    ]
    source = read("---\n".join([HEAD, *others]), name="k.yaml")
    assert source.configuration == Configuration()
    assert [notice.line for notice in source.notices] == [4, 8, 12]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clusterName: no", 'clusterName: must be a text, but no without quotes is true or false. Write "no"'),
        ("kubernetesVersion: 1.37", 'Write "1.37"'),
        ("clusterName: 2020-01-01", "without quotes is a date"),
        ("clusterName: 0x1f", "without quotes is a number"),
        ("clusterName: [a]", "clusterName: must be a text, but is a list"),
        ('clusterName: "a\\e[31m"', "contains the control character U+001B"),
        ('clusterName: "a\\0"', "contains the control character U+0000"),
        ("networking: {podSubnett: a}", "k.yaml:3:14: networking.podSubnett: is not a known field. Did you mean podSubnet"),
        ("networking: {podsubnet: a}", "has the wrong case. Write podSubnet"),
        ("networking: text", "networking: must be a map of fields, but is written 'text'"),
        ("timeouts: {discovery: 5m}", "k.yaml:3:1: timeouts: belongs to InitConfiguration. Move it into that document."),
        ("frobnicate: 1", "ClusterConfiguration has apiServer, caCertificateValidityPeriod"),
        ("etcd: {local: {extraEnvs: [{name: a, valueFrom: {fieldRef: {fieldPth: x}}}]}}", "etcd.local.extraEnvs[0].valueFrom.fieldRef.fieldPth"),
        ("apiServer: {extraArgs: {v: '2'}}", "is a map, as it was before v1beta4"),
        ("apiServer: {extraArgs: [{value: a}]}", "apiServer.extraArgs[0].name: is missing"),
        ("apiServer: {extraArgs: [v]}", "apiServer.extraArgs[0]: must be a map of fields"),
        ("apiServer: {extraArgs: [{name: v, value: 2}]}", 'Write "2"'),
        ("apiServer: {certSANs: [a, null]}", "apiServer.certSANs[1]: is empty"),
        ("apiServer: {certSANs: a}", "apiServer.certSANs: must be a list"),
        ("encryptionAlgorithm: RSA", "Use one of RSA-2048, RSA-3072, RSA-4096, ECDSA-P256, ECDSA-P384"),
        ("certificateValidityPeriod: 10", "must be a duration, but is written '10'"),
        ("certificateValidityPeriod: 1day", "'1day' is not a duration. Write it as in 1h30m"),
        ("featureGates: {A: yes}", "featureGates.A: must be true or false, but is written 'yes'"),
        ('featureGates: {A: "true"}', "'true' in quotes is a text"),
        ("dns: {disabled: True}", "dns.disabled: must be true or false"),
        ("etcd: {external: {caFile: /a}}", "etcd.external.endpoints: is missing"),
    ],
)  # fmt: skip
def test_a_field_must_hold_its_type(text: str, said: str) -> None:
    """Every wrong value is told with its path, its place and what would be right."""
    assert any(said in line for line in complaints(f"{HEAD}{text}\n"))


def test_a_field_of_the_other_document_is_told() -> None:
    """What stands in an InitConfiguration but belongs to the cluster's says so."""
    (line,) = complaints(f"{INIT}networking: {{podSubnet: 10.1.0.0/16}}\n")
    assert "networking: belongs to ClusterConfiguration" in line


@pytest.mark.parametrize(
    "port",
    ['"6443"', "06443", "6_443", "6443.0", "0x192B", "1e3", "+1", "0", "-1", "70000", "9" * 40],
)
def test_a_port_is_plain_digits_in_its_range(port: str) -> None:
    """Quotes, leading zeros, other notations and impossible ports are refused."""
    (line,) = complaints(f"{INIT}localAPIEndpoint: {{bindPort: {port}}}\n")
    assert line.startswith("k.yaml:3:30: localAPIEndpoint.bindPort: must ")


def test_all_problems_are_told_in_one_go() -> None:
    """Reading goes on after a mistake, in this document and in the next."""
    text = f"{HEAD}clusterName: 1\nfoo: 1\n---\n{INIT}dryRun: 1\n"
    assert [line.split(":")[1] for line in complaints(text)] == ["3", "4", "8"]


def test_component_documents_are_checked_too() -> None:
    """Unknown fields and wrong types of the kubelet's document are told under its kind."""
    lines = complaints(f"{HEAD}---\n{KUBELET}maxPod: 1\nsyncFrequency: 5\nclusterDNS: [1]\n")
    assert [line.split(" ")[1] for line in lines] == [
        "KubeletConfiguration.maxPod:",
        "KubeletConfiguration.syncFrequency:",
        "KubeletConfiguration.clusterDNS[0]:",
    ]


def test_problems_never_show_a_secret() -> None:
    """A key is kept from what is printed, and told of without its text when it needs quotes."""
    assert "123456" not in complaints(f"{INIT}certificateKey: 123456\n")[0]
    source = read(f"{INIT}certificateKey: s3cr3t\n", name="k.yaml")
    assert "s3cr3t" not in repr(source)


def test_every_field_has_a_place() -> None:
    """The place of a field is where its value begins, for later checks to point to."""
    source = read(f"{HEAD}apiServer:\n  certSANs:\n  - a\n  -   b\n", name="k.yaml")
    assert source.places["apiServer.certSANs[1]"] == Place(6, 7)
    assert NOTHING.configuration == Configuration()


def test_taints_need_a_known_effect() -> None:
    """Key and effect are required, and the effect is one of three."""
    good = f"{INIT}nodeRegistration: {{taints: [{{key: a, effect: NoExecute}}]}}\n"
    assert load(good, name="k").init.node_registration.taints == (Taint("a", "NoExecute"),)
    assert "Use one of NoSchedule" in complaints(good.replace("NoExecute", "Never"))[0]


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
@example(b"\xff\xfea\x00")
@example(b"a: \xc2\x85")
@example(b"%YAML 9.9\n---\na: 1")
@example(b"{a: 1}: b")
@example(b"!<tag> a")
def test_any_bytes_give_a_configuration_or_problems(content: bytes) -> None:
    """Nothing but Problems ever comes out of reading garbage."""
    with suppress(Problems):
        load(decode_text(content, name="k"), name="k")
