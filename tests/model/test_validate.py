"""Every check of a completed configuration: what is refused, in which words, and what is only warned of."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

import pytest

from phases.model.defaults import Surroundings, complete
from phases.model.load import load
from phases.model.problem import Problem
from phases.model.types import Configuration
from phases.model.validate import problems, warnings

HEAD = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: {}Configuration\n"
HERE = Surroundings("master-1", "10.0.0.5")


def configuration(init: str = "", cluster: str = "", around: Surroundings = HERE) -> Configuration:
    text = f"{HEAD.format('Init')}{init}\n---\n{HEAD.format('Cluster')}{cluster}\n"
    return complete(load(text, name="k.yaml"), around)


def told(found: tuple[Problem, ...]) -> list[str]:
    return [str(problem) for problem in found]


def test_kubeadms_defaults_have_no_problems() -> None:
    """An empty configuration is fine, but for the endpoint that can't be added later."""
    assert problems(configuration()) == ()
    assert [problem.path for problem in warnings(configuration())] == ["controlPlaneEndpoint"]


@pytest.mark.parametrize(
    ("init", "path", "said"),
    [
        ("nodeRegistration: {name: Node-1}", "nodeRegistration.name", "upper case letters. Use node-1"),
        ("nodeRegistration: {name: a_b}", "nodeRegistration.name", "is not a DNS name"),
        ("nodeRegistration: {name: a.}", "nodeRegistration.name", "is not a DNS name"),
        ("nodeRegistration: {name: a..b}", "nodeRegistration.name", "is not a DNS name"),
        ("nodeRegistration: {name: näme}", "nodeRegistration.name", "is not a DNS name"),
        (f"nodeRegistration: {{name: {'a' * 254}}}", "nodeRegistration.name", "254 characters"),
        ('nodeRegistration: {name: "[red]"}', "nodeRegistration.name", "is not a DNS name"),
        ("nodeRegistration: {criSocket: tcp://a}", "nodeRegistration.criSocket", "unix:///path"),
        ("nodeRegistration: {criSocket: run/a.sock}", "nodeRegistration.criSocket", "not an absolute path"),
        ("nodeRegistration: {taints: [{key: a b, effect: NoExecute}]}", "nodeRegistration.taints[0].key", "is not a key"),
        ("nodeRegistration: {taints: [{key: a, value: a b, effect: NoExecute}]}", "nodeRegistration.taints[0].value", "is not a label value"),
        ("nodeRegistration: {ignorePreflightErrors: [ALL, Swap]}", "nodeRegistration.ignorePreflightErrors", "beside all"),
        ("bootstrapTokens: [{token: short}]", "bootstrapTokens[0].token", "is not of the form"),
        ("bootstrapTokens: [{token: Aaaaaa.0123456789abcdef}]", "bootstrapTokens[0].token", "is not of the form"),
        ("bootstrapTokens: [{token: abcdef.0123456789abcdef}]", "bootstrapTokens[0].token", "which everybody knows"),
        ("bootstrapTokens: [{token: aaaaaa.0123456789abcdef}, {token: aaaaaa.1123456789abcdef}]", "bootstrapTokens[1].token", "same first six"),
        ("bootstrapTokens: [{ttl: -1h}]", "bootstrapTokens[0].ttl", "is negative"),
        ('bootstrapTokens: [{ttl: 1h, expires: "2030-01-01T00:00:00Z"}]', "bootstrapTokens[0]", "both ttl and expires"),
        ("bootstrapTokens: [{expires: tomorrow}]", "bootstrapTokens[0].expires", "is not a time"),
        ('bootstrapTokens: [{expires: "2030-01-01T00:00:00"}]', "bootstrapTokens[0].expires", "is not a time"),
        ("bootstrapTokens: [{usages: [authentication, sign]}]", "bootstrapTokens[0].usages", "'sign' is not a usage"),
        ('bootstrapTokens: [{usages: [signing], groups: ["system:bootstrappers:a"]}]', "bootstrapTokens[0].groups", "without the usage authentication"),
        ('bootstrapTokens: [{groups: ["system:masters"]}]', "bootstrapTokens[0].groups", "is not a bootstrap group"),
        ("certificateKey: abc", "certificateKey", "64 hexadecimal digits"),
        ("timeouts: {discovery: 0s}", "timeouts.discovery", "longer than nothing"),
        ('localAPIEndpoint: {advertiseAddress: "10.0.0"}', "localAPIEndpoint.advertiseAddress", "'10.0.0' is not an IP address"),
        ('localAPIEndpoint: {advertiseAddress: "010.0.0.10"}', "localAPIEndpoint.advertiseAddress", "is not an IP address"),
        ("localAPIEndpoint: {advertiseAddress: host}", "localAPIEndpoint.advertiseAddress", "is not an IP address"),
        ("localAPIEndpoint: {advertiseAddress: 127.0.0.1}", "localAPIEndpoint.advertiseAddress", "is a loopback address"),
        ("localAPIEndpoint: {advertiseAddress: 224.0.0.1}", "localAPIEndpoint.advertiseAddress", "is a multicast address"),
        ("localAPIEndpoint: {advertiseAddress: 255.255.255.255}", "localAPIEndpoint.advertiseAddress", "is the broadcast address"),
        ('localAPIEndpoint: {advertiseAddress: "fe80::1"}', "localAPIEndpoint.advertiseAddress", "is a link-local address"),
        ('localAPIEndpoint: {advertiseAddress: "fd00::1"}', "localAPIEndpoint.advertiseAddress", "is IPv6, but the first service range is IPv4"),
    ],
)  # fmt: skip
def test_what_init_can_not_mean_is_refused(init: str, path: str, said: str) -> None:
    """One problem, at its field, saying what is wrong."""
    (found,) = problems(configuration(init))
    assert found.path == path
    assert said in str(found)


@pytest.mark.parametrize(
    ("cluster", "path", "said"),
    [
        ("networking: {dnsDomain: Local}", "networking.dnsDomain", "upper case"),
        ("networking: {podSubnet: 10.244.0.0}", "networking.podSubnet", "has no prefix length. Write it as in 10.244.0.0/16"),
        ("networking: {podSubnet: nonsense}", "networking.podSubnet", "is not a range. Write it as in 10.244.0.0/16"),
        ("networking: {podSubnet: 010.244.0.0/16}", "networking.podSubnet", "is not a range"),
        ('networking: {podSubnet: "10.244.0.0/16, fd00::/64"}', "networking.podSubnet", "is not a range"),
        ("networking: {podSubnet: 10.244.1.0/16}", "networking.podSubnet", "has bits beyond its prefix. Write 10.244.0.0/16"),
        ("networking: {podSubnet: 10.244.0.0/30}", "networking.podSubnet", "has 4 addresses, but at least 14"),
        ("networking: {podSubnet: 10.244.0.0/25}", "networking.podSubnet", "is smaller than the /24"),
        ("networking: {podSubnet: 100.0.0.0/7}", "networking.podSubnet", "is too large for nodes with a /24 each. Use a prefix of /8 or longer"),
        ('networking: {podSubnet: "10.244.0.0/16,10.245.0.0/16"}', "networking.podSubnet", "one of IPv4 and one of IPv6"),
        ('networking: {podSubnet: "10.244.0.0/16,fd00::/56,fd01::/56"}', "networking.podSubnet", "one of IPv4 and one of IPv6"),
        ('networking: {podSubnet: "fd00::/56"}', "networking.podSubnet", "are of different families"),
        ("networking: {podSubnet: 10.96.0.0/12}", "networking.podSubnet", "overlaps the service range 10.96.0.0/12"),
        ("networking: {podSubnet: 10.100.0.0/16}", "networking.podSubnet", "overlaps the service range"),
        ("networking: {podSubnet: 10.0.0.0/16}", "networking.podSubnet", "contains this machine's address 10.0.0.5"),
        ("networking: {serviceSubnet: 10.96.0.0/8}", "networking.serviceSubnet", "has bits beyond its prefix. Write 10.0.0.0/8"),
        ("networking: {serviceSubnet: 11.0.0.0/8}", "networking.serviceSubnet", "is too large for services. Use a prefix of /12 or longer"),
        ('networking: {serviceSubnet: "10.96.0.0/16,fd00::/64"}', "networking.serviceSubnet", "Use a prefix of /108 or longer"),
        ("networking: {serviceSubnet: 10.96.0.0/30}", "networking.serviceSubnet", "at least 10 are needed"),
        ("networking: {serviceSubnet: 10.0.0.0/24}", "networking.serviceSubnet", "contains this machine's address"),
        ("controlPlaneEndpoint: https://a.example:6443/", "controlPlaneEndpoint", "has a scheme. Write a.example:6443"),
        ("controlPlaneEndpoint: a_b", "controlPlaneEndpoint", "the host 'a_b' is not a DNS name"),
        ("controlPlaneEndpoint: a.example:0", "controlPlaneEndpoint", "the port '0' must lie between 1 and 65535"),
        ("controlPlaneEndpoint: a.example:65536", "controlPlaneEndpoint", "the port '65536'"),
        ("controlPlaneEndpoint: a.example:6443x", "controlPlaneEndpoint", "the port '6443x'"),
        ('controlPlaneEndpoint: "fd00::1:6443"', "controlPlaneEndpoint", "Write [fd00::1]:6443"),
        ("controlPlaneEndpoint: a:b:c", "controlPlaneEndpoint", "too many colons"),
        ("controlPlaneEndpoint: 0.0.0.0", "controlPlaneEndpoint", "which no node can reach"),
        ('clusterName: "a\\nb"', "clusterName", "is not a name"),
        ('clusterName: "$(id)"', "clusterName", "is not a name"),
        ("certificatesDir: pki", "certificatesDir", "is not an absolute path"),
        ("certificatesDir: /etc/../pki", "certificatesDir", "steps back"),
        ('certificatesDir: "/etc\\npki"', "certificatesDir", "can't be seen"),
        ("imageRepository: https://a.example", "imageRepository", "has a scheme"),
        ("imageRepository: a.example/UPPER", "imageRepository", "is not an image repository"),
        ("dns: {imageRepository: a b}", "dns.imageRepository", "is not an image repository"),
        ("dns: {imageTag: a b}", "dns.imageTag", "is not an image tag"),
        ("apiServer: {certSANs: [a, a_b]}", "apiServer.certSANs[1]", "neither an IP address nor a DNS name"),
        ('apiServer: {certSANs: [""]}', "apiServer.certSANs[0]", "is empty"),
        ('apiServer: {certSANs: ["a.*.b"]}', "apiServer.certSANs[0]", "neither"),
        ("scheduler: {extraVolumes: [{name: A, hostPath: /a, mountPath: /b}]}", "scheduler.extraVolumes[0].name", "is not a name"),
        ("scheduler: {extraVolumes: [{name: a, hostPath: a, mountPath: /b}]}", "scheduler.extraVolumes[0].hostPath", "not an absolute path"),
        ("scheduler: {extraVolumes: [{name: a, hostPath: /a, mountPath: b}]}", "scheduler.extraVolumes[0].mountPath", "not an absolute path"),
        ("scheduler: {extraVolumes: [{name: a, hostPath: /a, mountPath: /a}, {name: a, hostPath: /b, mountPath: /b}]}", "scheduler.extraVolumes[1].name", "earlier volume"),
        ("scheduler: {extraEnvs: [{name: A=B}]}", "scheduler.extraEnvs[0].name", "environment variable"),
        ("scheduler: {extraEnvs: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: a}}}]}", "scheduler.extraEnvs[0]", "both value and valueFrom"),
        ("etcd: {local: {}, external: {endpoints: [http://a]}}", "etcd", "both local and external"),
        ("etcd: {local: {dataDir: etcd}}", "etcd.local.dataDir", "not an absolute path"),
        ("etcd: {local: {imageTag: a b}}", "etcd.local.imageTag", "not an image tag"),
        ("etcd: {local: {peerCertSANs: [a_b]}}", "etcd.local.peerCertSANs[0]", "neither"),
        ("etcd: {local: {serverCertSANs: [a_b]}}", "etcd.local.serverCertSANs[0]", "neither"),
        ("etcd: {external: {endpoints: []}}", "etcd.external.endpoints", "is empty"),
        ("etcd: {external: {endpoints: [http://a], httpEndpoints: [10.0.0.1]}}", "etcd.external.httpEndpoints[0]", "is not a URL"),
        ("etcd: {external: {endpoints: [http://a], caFile: /ca}}", "etcd.external.endpoints[0]", "must use https"),
        ("etcd: {external: {endpoints: [https://a], caFile: /ca, certFile: /c}}", "etcd.external", "only one of certFile and keyFile"),
        ("etcd: {external: {endpoints: [https://a], keyFile: /k, certFile: /c}}", "etcd.external", "no caFile"),
        ("etcd: {external: {endpoints: [https://a], caFile: ca}}", "etcd.external.caFile", "not an absolute path"),
        ("featureGates: {RootlesControlPlane: true}", "featureGates.RootlesControlPlane", "Did you mean RootlessControlPlane?"),
        ("featureGates: {NodeLocalCRISocket: true}", "featureGates.NodeLocalCRISocket", "kubeadm 1.37 has no feature gate"),
        ("certificateValidityPeriod: 0s", "certificateValidityPeriod", "longer than nothing"),
        ("caCertificateValidityPeriod: -1h", "caCertificateValidityPeriod", "longer than nothing"),
        ('apiServer: {extraArgs: [{name: ""}]}', "apiServer.extraArgs[0].name", "is empty"),
        ('apiServer: {extraArgs: [{name: --v, value: "2"}]}', "apiServer.extraArgs[0].name", "Write v"),
        ('apiServer: {extraArgs: [{name: "v=2"}]}', "apiServer.extraArgs[0].name", "can't be the name"),
        ('apiServer: {extraArgs: [{name: v, value: "2"}, {name: v, value: "2"}]}', "apiServer.extraArgs[1]", "same value twice"),
        ('apiServer: {extraArgs: [{name: v, value: "a\\nb"}]}', "apiServer.extraArgs[0].value", "more than one line"),
        ('controllerManager: {extraArgs: [{name: horizontal-pod-autoscaler-use-rest-clients, value: "true"}]}', "controllerManager.extraArgs[0].name", "since 1.21 and would exit at once. Remove it"),
        ('etcd: {local: {extraArgs: [{name: experimental-initial-corrupt-check, value: "true"}]}}', "etcd.local.extraArgs[0].name", "since 1.37"),
        ('controllerManager: {extraArgs: [{name: node-cidr-mask-size-ipv4, value: a}]}\nnetworking: {podSubnet: 10.244.0.0/16}', "controllerManager.extraArgs", "must be a number"),
    ],
)  # fmt: skip
def test_what_a_cluster_can_not_be_is_refused(cluster: str, path: str, said: str) -> None:
    """One problem, at its field, saying what is wrong and often what would be right."""
    (found,) = problems(configuration(cluster=cluster))
    assert found.path == path
    assert said in str(found)


@pytest.mark.parametrize(
    "cluster",
    [
        'networking: {podSubnet: "10.244.0.0/16,fd00:1::/56", serviceSubnet: "10.96.0.0/16,fd00:2::/108"}',
        "networking: {podSubnet: 10.244.0.0/25}\n"
        'controllerManager: {extraArgs: [{name: node-cidr-mask-size-ipv4, value: "26"}]}',
        "networking: {podSubnet: 10.244.0.0/25}\n"
        'controllerManager: {extraArgs: [{name: allocate-node-cidrs, value: "false"}]}',
        "controlPlaneEndpoint: k8s.example.com",
        'controlPlaneEndpoint: "[fd00::1]:8443"',
        'apiServer: {certSANs: ["*.example.com", "10.0.0.1", "fd00::1", k8s]}',
        "imageRepository: registry.example.com:5000/mirror/k8s",
        'imageRepository: "[fd00::1]:5000/a"',
        "etcd: {external: {endpoints: [http://10.0.0.9:2379]}}",
        "kubernetesVersion: v1.36.3\nfeatureGates: {NodeLocalCRISocket: true}",
        'apiServer: {extraArgs: [{name: service-account-issuer, value: "a"},'
        ' {name: service-account-issuer, value: "b"}]}',
        "kubernetesVersion: v1.36.3\netcd: {local: {extraArgs: "
        '[{name: experimental-initial-corrupt-check, value: "true"}]}}',
    ],
)  # fmt: skip
def test_unusual_but_sound_configurations_pass(cluster: str) -> None:
    """Rules don't refuse what kubeadm and the components can do."""
    assert told(problems(configuration(cluster=cluster))) == []


def test_ipv6_works_on_its_own() -> None:
    """A cluster of one family, IPv6, has no problems."""
    cluster = 'networking: {podSubnet: "fd00:1::/56", serviceSubnet: "fd00:2::/112"}'
    assert problems(configuration("", cluster, Surroundings("m", "fd00:3::1"))) == ()


def test_a_machine_without_name_route_or_single_runtime_is_told() -> None:
    """What neither the file nor the machine says must be given."""
    around = Surroundings("", "", cri_sockets=("unix:///a", "unix:///b"))
    assert [problem.path for problem in problems(configuration(around=around))] == [
        "nodeRegistration.name",
        "nodeRegistration.criSocket",
        "localAPIEndpoint.advertiseAddress",
    ]


def test_a_gone_flag_may_be_let_through_by_name() -> None:
    """Whoever knows better can say so for one flag of one program."""
    cluster = 'scheduler: {extraArgs: [{name: port, value: "1"}]}'
    assert len(problems(configuration(cluster=cluster))) == 1
    assert problems(configuration(cluster=cluster), ignored_flags={"kube-scheduler/port"}) == ()


def test_an_incomplete_configuration_is_no_crash() -> None:
    """Checking before completing tells about the version."""
    assert problems(Configuration())[0].path == "kubernetesVersion"


def test_a_field_of_a_later_release_is_refused() -> None:
    """The kubelet of an earlier release would not know it."""
    text = (
        f"{HEAD.format('Cluster')}kubernetesVersion: v1.35.4\n---\n"
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
        "memoryReservationPolicy: None\n"
    )
    (found,) = problems(complete(load(text, name="k"), HERE))
    assert "not known before release 1.36" in str(found)


def test_no_message_shows_a_token_or_key() -> None:
    """Secrets stay hidden in every complaint about them."""
    init = "bootstrapTokens: [{token: s3cr3t}]\ncertificateKey: s3cr3tkey"
    assert "s3cr3t" not in " ".join(told(problems(configuration(init))))


@pytest.mark.parametrize(
    ("init", "cluster", "path", "said"),
    [
        ("bootstrapTokens: [{ttl: 0s}]", "", "bootstrapTokens[0].ttl", "never expires"),
        ("", 'networking: {podSubnet: "10.244.0.0/16,fec0::/56"}', "networking.podSubnet", "deprecated"),
        ("", 'networking: {podSubnet: "10.244.0.0/16,fd00::/56"}', "networking.podSubnet", "not the same families"),
        ("", "controlPlaneEndpoint: 127.0.0.1", "controlPlaneEndpoint", "can't be reached"),
        ("", "certificateValidityPeriod: 8761h", "certificateValidityPeriod", "recommended 8760h0m0s"),
        ("", "caCertificateValidityPeriod: 87601h", "caCertificateValidityPeriod", "recommended 87600h0m0s"),
        ("", "caCertificateValidityPeriod: 1h", "certificateValidityPeriod", "outlive"),
        ("", 'apiServer: {extraArgs: [{name: audit-log-pat, value: "/a"}]}', "apiServer.extraArgs[0].name", "Did you mean audit-log-path?"),
        ("", 'apiServer: {extraArgs: [{name: v, value: "1"}, {name: v, value: "2"}]}', "apiServer.extraArgs[0].name", "only the last value counts"),
    ],
)  # fmt: skip
def test_doubtful_choices_are_warned_of(init: str, cluster: str, path: str, said: str) -> None:
    """What may be meant is allowed, with a word about it."""
    found = configuration(init, cluster)
    assert problems(found) == ()
    assert any(w.path == path and said in str(w) for w in warnings(found))
