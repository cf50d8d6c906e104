"""Configurations that must be refused, by the number of their case in the fault matrix, and what is said.

Cases that need a machine (23, 30, and parts of 24 and 33) belong to the preflight checks.
"""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

from dataclasses import dataclass

HEAD = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
INIT = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"
JOIN = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n"
BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


@dataclass(frozen=True)
class Fault:
    case: int
    content: bytes
    said: str

    def __str__(self) -> str:
        return f"{self.case}-{self.said[:40]}"


def fault(case: int, content: str | bytes, said: str) -> Fault:
    return Fault(case, content.encode() if isinstance(content, str) else content, said)


def cluster(case: int, body: str, said: str) -> Fault:
    return fault(case, f"{HEAD}{body}\n", said)


def init(case: int, body: str, said: str) -> Fault:
    return fault(case, f"{INIT}{body}\n", said)


def both(case: int, init_body: str, cluster_body: str, said: str) -> Fault:
    return fault(case, f"{INIT}{init_body}\n---\n{HEAD}{cluster_body}\n", said)


FAULTS = (
    cluster(
        1,
        "networking:\n\tpodSubnet: 10.0.0.0/8",
        "k.yaml:4:1: is not YAML: a tab stands where only spaces may indent",
    ),
    cluster(2, "networking:\n    podSubnet: 10.0.0.0/8\n  dnsDomain: a", "k.yaml:5:3: is not YAML"),
    cluster(
        3,
        "clusterName: a\nclusterName: b",
        "k.yaml:4:1: the key 'clusterName' already stands in line 3. Keep one of them",
    ),
    cluster(
        4,
        "networking: {podSubnett: 10.0.0.0/8}",
        "k.yaml:3:14: networking.podSubnett: is not a known field. Did you mean podSubnet?",
    ),
    cluster(
        5,
        "apiServer: {extraEnvs: [{name: A, valueFrom: {fieldRef: {fieldPat: x}}}]}",
        "apiServer.extraEnvs[0].valueFrom.fieldRef.fieldPat: is not a known field. Did you mean fieldPath?",
    ),
    cluster(
        5,
        "scheduler: {extraVolumes: [{nam: a}]}",
        "k.yaml:3:29: scheduler.extraVolumes[0].nam: is not a known field. Did you mean name?",
    ),
    fault(
        7,
        HEAD.replace("v1beta4", "v1beta9"),
        "k.yaml:1:1: ClusterConfiguration can't be of kubeadm.k8s.io/v1beta9. Use apiVersion: kubeadm.k8s.io/v1beta4",
    ),
    fault(
        7,
        "kind: ClusterConfiguration\n",
        "k.yaml:1:1: the document has no apiVersion. Add apiVersion, such as apiVersion: kubeadm.k8s.io/v1beta4",
    ),
    fault(
        8,
        f"{HEAD}---\n{HEAD}",
        "k.yaml:4:1: a second ClusterConfiguration; the first begins in line 1. Keep one",
    ),
    fault(
        9,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
        "k.yaml:1:1: Pod of v1 has no place in a kubeadm configuration. Remove the document",
    ),
    fault(
        10,
        "",
        "holds nothing where kubeadm init could start from. Add an InitConfiguration or a ClusterConfiguration",
    ),
    fault(10, "# nothing\n", "holds nothing"),
    fault(10, "---\n", "holds nothing"),
    fault(
        10, "kubeadm\n", "k.yaml:1:1: a document must be a map of fields with apiVersion and kind"
    ),
    fault(10, "- a\n- b\n", "k.yaml:1:1: a document must be a map of fields"),
    fault(
        12, f"{HEAD}---\n{INIT}".encode("utf-16"), "k.yaml: is UTF-16, not UTF-8. Save it as UTF-8"
    ),
    fault(
        12,
        f"{HEAD}clusterName: caf".encode() + b"\xe9\n",
        "k.yaml:3:17: byte 78 (0xe9) is not UTF-8",
    ),
    cluster(12, "clusterName: a\0b", "k.yaml:3:15: the character U+0000 may not stand in YAML"),
    cluster(
        12, "clusterName: a\x1b[31m", "k.yaml:3:15: the character U+001B may not stand in YAML"
    ),
    cluster(12, r'clusterName: "a\eb"', "clusterName: contains the control character U+001B"),
    fault(13, BOMB, "k.yaml:1:5: anchors and aliases are not accepted. Write the value out"),
    fault(14, "[" * 100_000, "k.yaml:1:34: is nested deeper than 32 levels"),
    cluster(
        16,
        "clusterName: !!python/object/apply:os.system [id]",
        "k.yaml:3:14: the tag tag:yaml.org,2002:python/object/apply:os.system is not accepted",
    ),
    cluster(16, "clusterName: !mine a", "the tag !mine is not accepted"),
    cluster(16, "<<: {clusterName: a}", "k.yaml:3:1: merge keys (<<) are not accepted"),
    cluster(
        17,
        "clusterName: no",
        'k.yaml:3:14: clusterName: must be a text, but no without quotes is true or false. Write "no"',
    ),
    init(
        17,
        'localAPIEndpoint: {bindPort: "6443"}',
        "localAPIEndpoint.bindPort: must be a whole number, but '6443' in quotes is a text",
    ),
    init(
        17,
        "localAPIEndpoint: {bindPort: 06443}",
        "must be a whole number, but is written '06443'. Write plain decimal digits, without quotes or a leading zero",
    ),
    init(
        17, "localAPIEndpoint: {bindPort: 6_443}", "must be a whole number, but is written '6_443'"
    ),
    init(
        17,
        "localAPIEndpoint: {bindPort: 6443.0}",
        "must be a whole number, but is written '6443.0'",
    ),
    init(
        17,
        "localAPIEndpoint: {bindPort: 0x192B}",
        "must be a whole number, but is written '0x192B'",
    ),
    init(17, "localAPIEndpoint: {bindPort: 0}", "must lie between 1 and 65535, but is 0"),
    cluster(18, r'clusterName: "a\nb"', r"clusterName: 'a\nb' is not a name"),
    cluster(18, "clusterName: 'a\"b'", "clusterName: 'a\"b' is not a name"),
    cluster(
        18,
        "clusterName: $(id)",
        "clusterName: '$(id)' is not a name of letters, digits and - _ . @ : /",
    ),
    cluster(18, "clusterName: '[red]a'", "clusterName: '[red]a' is not a name"),
    init(
        18, r'nodeRegistration: {name: "a\nb"}', r"nodeRegistration.name: 'a\nb' is not a DNS name"
    ),
    init(
        18,
        "nodeRegistration: {name: '[bold]a'}",
        "nodeRegistration.name: '[bold]a' is not a DNS name",
    ),
    cluster(
        18,
        "apiServer: {certSANs: ['$(id)']}",
        "apiServer.certSANs[0]: '$(id)' is neither an IP address nor a DNS name",
    ),
    cluster(
        19,
        "scheduler: {extraArgs: [{name: '', value: a}]}",
        "scheduler.extraArgs[0].name: is empty. Name a flag, without dashes",
    ),
    cluster(
        19,
        "scheduler: {extraArgs: {v: '2'}}",
        "scheduler.extraArgs: is a map, as it was before v1beta4, but must be a list of name and value",
    ),
    cluster(
        19,
        "scheduler: {extraArgs: [{name: v, value: '2'}, {name: v, value: '2'}]}",
        "scheduler.extraArgs[1]: gives v the same value twice",
    ),
    cluster(
        19,
        "apiServer: {extraArgs: [{name: insecure-port, value: '0'}]}",
        "kube-apiserver does not know --insecure-port since 1.24 and would exit at once",
    ),
    init(
        21,
        "localAPIEndpoint: {advertiseAddress: 10.0.0}",
        "advertiseAddress: '10.0.0' is not an IP address",
    ),
    init(
        21,
        "localAPIEndpoint: {advertiseAddress: 010.0.0.10}",
        "advertiseAddress: '010.0.0.10' is not an IP address",
    ),
    init(
        21,
        "localAPIEndpoint: {advertiseAddress: 256.1.1.1}",
        "advertiseAddress: '256.1.1.1' is not an IP address",
    ),
    init(
        21,
        "localAPIEndpoint: {advertiseAddress: master-1}",
        "advertiseAddress: 'master-1' is not an IP address",
    ),
    init(
        22,
        "localAPIEndpoint: {advertiseAddress: 127.0.0.1}",
        "127.0.0.1 is a loopback address, where no API server can be reached",
    ),
    init(22, "localAPIEndpoint: {advertiseAddress: 224.0.0.1}", "224.0.0.1 is a multicast address"),
    init(
        22,
        "localAPIEndpoint: {advertiseAddress: 255.255.255.255}",
        "255.255.255.255 is the broadcast address",
    ),
    init(22, "localAPIEndpoint: {advertiseAddress: 'fe80::1'}", "fe80::1 is a link-local address"),
    cluster(
        24,
        "networking: {podSubnet: 10.96.0.0/12}",
        "networking.podSubnet: 10.96.0.0/12 overlaps the service range 10.96.0.0/12",
    ),
    cluster(
        24,
        "networking: {podSubnet: 10.0.0.0/8, serviceSubnet: 10.1.0.0/16}",
        "10.0.0.0/8 overlaps the service range 10.1.0.0/16",
    ),
    both(
        24,
        "localAPIEndpoint: {advertiseAddress: 10.244.0.5}",
        "networking: {podSubnet: 10.244.0.0/16}",
        "10.244.0.0/16 contains this machine's address 10.244.0.5",
    ),
    cluster(
        25,
        "networking: {podSubnet: 10.244.0.1/16}",
        "10.244.0.1/16 has bits beyond its prefix. Write 10.244.0.0/16",
    ),
    cluster(
        26,
        "networking: {podSubnet: 10.244.0.0/30}",
        "10.244.0.0/30 has 4 addresses, but at least 14 are needed",
    ),
    cluster(
        26,
        "networking: {podSubnet: 10.244.0.0/25}",
        "10.244.0.0/25 is smaller than the /24 that each node gets of it. Use a prefix of /24 or shorter",
    ),
    cluster(
        26,
        "networking: {serviceSubnet: 10.0.0.0/8}",
        "10.0.0.0/8 is too large for services. Use a prefix of /12 or longer",
    ),
    cluster(
        26,
        "networking: {serviceSubnet: 10.96.0.0/30}",
        "10.96.0.0/30 has 4 addresses, but at least 10 are needed",
    ),
    both(
        26,
        "localAPIEndpoint: {advertiseAddress: 'fd00::5'}",
        "networking: {serviceSubnet: 'fd00:1::/64'}",
        "fd00:1::/64 is too large for services. Use a prefix of /108 or longer",
    ),
    cluster(
        27,
        "networking: {podSubnet: '10.1.0.0/16,10.2.0.0/16'}",
        "must be one range, or one of IPv4 and one of IPv6",
    ),
    both(
        27,
        "localAPIEndpoint: {advertiseAddress: 10.0.0.5}",
        "networking: {serviceSubnet: 'fd00::/112'}",
        "10.0.0.5 is IPv4, but the first service range is IPv6",
    ),
    cluster(
        28,
        "controlPlaneEndpoint: https://a.example:6443",
        "'https://a.example:6443' has a scheme. Write a.example:6443",
    ),
    cluster(
        28, "controlPlaneEndpoint: a_b.example:6443", "the host 'a_b.example' is not a DNS name"
    ),
    cluster(28, "controlPlaneEndpoint: a.example:0", "the port '0' must lie between 1 and 65535"),
    cluster(
        28, "controlPlaneEndpoint: a.example:65536", "the port '65536' must lie between 1 and 65535"
    ),
    cluster(
        28,
        "controlPlaneEndpoint: 'fd00::1:6443'",
        "fd00::1:6443 is read as an address that ends in 6443, without a port. Write [fd00::1]:6443",
    ),
    init(
        29, "nodeRegistration: {name: Master-1}", "'Master-1' has upper case letters. Use master-1"
    ),
    init(29, "nodeRegistration: {name: master_1}", "'master_1' is not a DNS name"),
    init(
        29,
        f"nodeRegistration: {{name: {'a' * 254}}}",
        "has 254 characters; a DNS name has at most 253",
    ),
    init(29, "nodeRegistration: {name: a.}", "'a.' is not a DNS name"),
    init(29, "nodeRegistration: {name: mäster}", "'mäster' is not a DNS name"),
    init(29, "nodeRegistration: {name: a..b}", "'a..b' is not a DNS name"),
    init(
        31,
        "bootstrapTokens: [{token: abc.def}]",
        "bootstrapTokens[0].token: is not of the form abcdef.0123456789abcdef",
    ),
    init(
        31,
        "bootstrapTokens: [{token: ABCDEF.0123456789ABCDEF}]",
        "bootstrapTokens[0].token: is not of the form",
    ),
    init(
        31,
        "bootstrapTokens: [{token: abcdef.0123456789abcdef}]",
        "is the token of the documentation, which everybody knows. Leave it out and one is generated",
    ),
    init(
        31,
        "bootstrapTokens: [{token: 00bwbx.uvnaa2ewjflwu1ry}]",
        "is the token of the documentation, which everybody knows",
    ),
    init(
        31,
        "bootstrapTokens: [{ttl: -5m}]",
        "bootstrapTokens[0].ttl: is negative. Use 24h, or 0s for no end",
    ),
    init(
        31,
        "bootstrapTokens: [{ttl: 1day}]",
        "bootstrapTokens[0].ttl: must be a duration, but '1day' is not a duration. Write it as in 1h30m, 24h or 90s",
    ),
    init(31, "bootstrapTokens: [{ttl: 99999999h}]", "'99999999h' is longer than 292 years"),
    cluster(
        32,
        "kubernetesVersion: latest-and-greatest",
        "kubernetesVersion: 'latest-and-greatest' is neither a version nor a label. Write a version such as v1.37.2, or stable-1",
    ),
    cluster(
        32,
        "kubernetesVersion: v1.20.0",
        "v1.20.0 is not supported: it is older than 1.35. Use v1.35.10, v1.36.6 or v1.37.2",
    ),
    cluster(
        32,
        "kubernetesVersion: v1.44.0",
        "v1.44.0 is not supported: it is newer than 1.37. Use v1.37.2, v1.36.6 or v1.35.10",
    ),
    cluster(33, "certificatesDir: pki", "certificatesDir: 'pki' is not an absolute path"),
    cluster(
        33,
        "certificatesDir: /etc/kubernetes/../pki",
        "certificatesDir: '/etc/kubernetes/../pki' steps back with ..",
    ),
)

SOUND = (
    fault(
        6,
        HEAD.replace("v1beta4", "v1beta3"),
        "kubeadm.k8s.io/v1beta3 is read as kubeadm.k8s.io/v1beta4. `kubeboot-tui config migrate` writes it so",
    ),
    fault(
        6,
        HEAD.replace("v1beta4", "v1beta2"),
        "kubeadm.k8s.io/v1beta2 is read as kubeadm.k8s.io/v1beta4",
    ),
    fault(11, b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode(), ""),
    cluster(
        19,
        "scheduler: {extraArgs: [{name: leader-elekt, value: 'true'}]}",
        "kube-scheduler does not list a flag --leader-elekt. Did you mean leader-elect?",
    ),
    init(22, "localAPIEndpoint: {advertiseAddress: 0.0.0.0}", ""),
    both(
        27,
        "localAPIEndpoint: {advertiseAddress: 10.0.0.5}",
        "networking: {serviceSubnet: '10.96.0.0/16,fd00::/112', podSubnet: '10.244.0.0/16,fd01::/56'}",
        "",
    ),
    init(
        31,
        "bootstrapTokens: [{ttl: 0s}]",
        "bootstrapTokens[0].ttl: is 0, so the token never expires. Use 24h",
    ),
)
"""Configurations that are accepted, and what is said of them all the same."""
