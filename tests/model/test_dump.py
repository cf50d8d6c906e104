"""Writing configurations: kubeadm's bytes, and documents that load again."""

# ruff: noqa: E501 - a case a line

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from phases.model.defaults import Surroundings, complete
from phases.model.dump import cluster_configuration_yaml, to_documents
from phases.model.load import load
from phases.model.secret import Secret
from phases.model.types import (
    DNS,
    APIEndpoint,
    APIServer,
    Arg,
    BootstrapToken,
    ClusterConfiguration,
    Component,
    Configuration,
    EncryptionAlgorithm,
    EnvVar,
    Etcd,
    ExternalEtcd,
    HostPathMount,
    InitConfiguration,
    LocalEtcd,
    Networking,
    NodeRegistration,
    Patches,
    Proxy,
    PullPolicy,
    Taint,
    TaintEffect,
    Timeouts,
)

STORED = """\
apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
caCertificateValidityPeriod: 87600h0m0s
certificateValidityPeriod: 8760h0m0s
certificatesDir: /etc/kubernetes/pki
clusterName: kubernetes
controlPlaneEndpoint: 172.30.99.11:6443
controllerManager: {}
dns: {}
encryptionAlgorithm: RSA-2048
etcd:
  local:
    dataDir: /var/lib/etcd
imageRepository: registry.k8s.io
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
networking:
  dnsDomain: cluster.local
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
proxy: {}
scheduler: {}
"""

FULL = """\
apiServer:
  certSANs:
  - a.example.com
  extraArgs:
  - name: v
    value: "2"
  - name: empty
    value: ""
  extraEnvs:
  - name: A
    valueFrom:
      resourceFieldRef:
        divisor: "0"
        resource: limits.cpu
  extraVolumes:
  - hostPath: /a
    mountPath: /b
    name: c
    readOnly: true
apiVersion: kubeadm.k8s.io/v1beta4
controllerManager: {}
dns:
  disabled: true
etcd:
  external:
    caFile: ""
    certFile: ""
    endpoints:
    - http://10.0.0.1:2379
    keyFile: ""
featureGates:
  RootlessControlPlane: false
kind: ClusterConfiguration
networking: {}
proxy: {}
scheduler: {}
"""


def test_the_stored_configuration_is_kubeadms_byte_for_byte() -> None:
    """This text was read from the kubeadm-config ConfigMap of a real cluster of 1.37.2."""
    cluster = ClusterConfiguration(
        kubernetes_version="1.37.2",
        control_plane_endpoint="172.30.99.11",
        networking=Networking(pod_subnet="10.244.0.0/16"),
    )
    given = Configuration(cluster=cluster)
    completed = complete(given, Surroundings("master", "172.30.99.11"))
    assert cluster_configuration_yaml(completed) == STORED


def test_empty_and_zero_fields_are_written_where_go_writes_them() -> None:
    """Arguments keep empty values, external etcd its empty files, a divisor its zero."""
    volume = HostPathMount("c", "/a", "/b", read_only=True)
    source = MappingProxyType({"resourceFieldRef": {"resource": "limits.cpu"}})
    server = APIServer(
        extra_args=(Arg("v", "2"), Arg("empty")),
        extra_volumes=(volume,),
        extra_envs=(EnvVar("A", value_from=source),),
        cert_sans=("a.example.com",),
    )
    cluster = ClusterConfiguration(
        api_server=server,
        dns=DNS(disabled=True),
        etcd=Etcd(external=ExternalEtcd(("http://10.0.0.1:2379",))),
        feature_gates={"RootlessControlPlane": False},
    )
    assert cluster_configuration_yaml(Configuration(cluster=cluster)) == FULL


def test_taints_tell_none_from_the_default() -> None:
    """No taints are written as an empty list, kubeadm's own as null."""
    none = Configuration(init=InitConfiguration(node_registration=NodeRegistration(taints=())))
    assert "taints: []\n" in to_documents(none)
    assert "taints: null\n" in to_documents(Configuration())


words = st.text(st.characters(min_codepoint=32, max_codepoint=1000, categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12)  # fmt: skip
texts = words | st.sampled_from(
    ["", "no", "1", "~", "a: b", "line\nline\n", "1.37", "-", "word " * 30]
)
spans = st.none() | st.integers(0, 10**12).map(lambda count: timedelta(microseconds=count))


def listed(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, max_size=2).map(tuple)


args = listed(st.builds(Arg, words, texts))
sources = st.fixed_dictionaries({"fieldRef": st.fixed_dictionaries({"fieldPath": texts})}).map(
    MappingProxyType
)
envs = listed(st.builds(EnvVar, words, texts) | st.builds(EnvVar, words, value_from=sources))
volumes = listed(
    st.builds(HostPathMount, words, words, words, st.booleans(), st.sampled_from(["", "File"]))
)
component = st.builds(Component, args, volumes, envs)
tokens = st.builds(
    BootstrapToken, st.none() | words.map(Secret), texts, spans, texts, listed(texts), listed(texts)
)
taints = listed(st.builds(Taint, words, st.sampled_from(get_args(TaintEffect)), texts))
nodes = st.builds(
    NodeRegistration,
    texts,
    texts,
    st.none() | taints,
    args,
    listed(texts),
    st.none() | st.sampled_from(get_args(PullPolicy)),
    st.none() | st.booleans(),
)
inits = st.builds(
    InitConfiguration,
    listed(tokens),
    st.booleans(),
    nodes,
    st.builds(APIEndpoint, texts, st.integers(0, 65535)),
    st.none() | words.map(Secret),
    listed(texts),
    st.none() | st.builds(Patches, texts),
    st.none() | st.builds(Timeouts, *[spans] * 7),
)
etcds = st.builds(
    Etcd,
    st.none() | st.builds(LocalEtcd, texts, texts, texts, args, envs, listed(texts), listed(texts)),
    st.none() | st.builds(ExternalEtcd, listed(texts), listed(texts), texts, texts, texts),
)
clusters = st.builds(
    ClusterConfiguration,
    etcds,
    st.builds(Networking, texts, texts, texts),
    texts,
    texts,
    st.builds(APIServer, args, volumes, envs, listed(texts)),
    component,
    component,
    st.builds(DNS, texts, texts, st.booleans()),
    st.builds(Proxy, st.booleans()),
    texts,
    texts,
    st.dictionaries(words, st.booleans(), max_size=2).map(MappingProxyType),
    texts,
    st.none() | st.sampled_from(get_args(EncryptionAlgorithm)),
    spans,
    spans,
)
kubelets = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "clusterDNS": listed(texts),
        "maxPods": st.integers(0, 2**31 - 1),
        "failSwapOn": st.booleans(),
        "evictionHard": st.dictionaries(words, texts, max_size=2).map(MappingProxyType),
        "syncFrequency": st.sampled_from(["0s", "1h0m0s"]),
        "memoryThrottlingFactor": st.sampled_from([0, 0.5, 1]),
    },
).map(MappingProxyType)
configurations = st.builds(
    Configuration,
    inits,
    clusters,
    kubelets,
    st.none() | st.just(MappingProxyType({"mode": "nftables"})),
)


@settings(max_examples=40, deadline=None)
@given(configurations)
def test_a_configuration_survives_writing_and_loading(configuration: Configuration) -> None:
    """Whatever a configuration holds, its documents load to an equal one."""
    assert load(to_documents(configuration), name="k") == configuration


@settings(max_examples=40, deadline=None)
@given(configurations, st.sampled_from(["", "10.0.0.1", "fd00::1"]))
def test_completing_twice_changes_nothing(configuration: Configuration, address: str) -> None:
    """A completed configuration has nothing left to complete."""
    cluster = replace(configuration.cluster, kubernetes_version="stable-1")
    once = complete(replace(configuration, cluster=cluster), Surroundings("Node-1", address))
    assert complete(once, Surroundings("Node-1", address)) == once
