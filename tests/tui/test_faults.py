"""Nonsense in every field of the form: each time it is said what is wrong and what would be right."""

from __future__ import annotations

import pytest

from tests.tui.machine import FACTS
from tui import portrait, sections, text
from tui.fields.cluster import EITHER, EXTERNAL
from tui.session import Session

BAD = {
    "kubernetesVersion": "1.99",
    "clusterName": "my cluster!",
    "featureGates": "NoSuchGate=true",
    "localAPIEndpoint.advertiseAddress": "10.0.0",
    "nodeRegistration.name": "Node_1",
    "localAPIEndpoint.bindPort": "99999",
    "nodeRegistration.taints": "a b:NoSchedule",
    "controlPlaneEndpoint": "https://k8s.lan",
    "networking.podSubnet": "10.244.0.0",
    "networking.serviceSubnet": "10.96.0.0/33",
    "networking.dnsDomain": "cluster_local",
    "apiServer.extraArgs": "no-such-flag=1",
    "controllerManager.extraArgs": "no-such-flag=1",
    "scheduler.extraArgs": "no-such-flag=1",
    "apiServer.extraVolumes": "Audit=relative:/in",
    "controllerManager.extraVolumes": "Audit=relative:/in",
    "scheduler.extraVolumes": "Audit=relative:/in",
    "apiServer.extraEnvs": "FOO",
    "controllerManager.extraEnvs": "FOO",
    "scheduler.extraEnvs": "FOO",
    "patches.directory": "patches",
    "timeouts.controlPlaneComponentHealthCheck": "soon",
    "timeouts.kubeletHealthCheck": "4",
    "timeouts.kubernetesAPICall": "-1m",
    "timeouts.etcdAPICall": "0s",
    "timeouts.tlsBootstrap": "5 minutes",
    "timeouts.discovery": "1d",
    "timeouts.upgradeManifests": "x",
    "apiServer.certSANs": "not a name",
    "encryptionAlgorithm": "RSA-1024",
    "certificateValidityPeriod": "a year",
    "caCertificateValidityPeriod": "10y",
    "certificatesDir": "pki",
    EITHER: "",
    "etcd.local.dataDir": "var/lib/etcd",
    "etcd.external.endpoints": "10.0.0.10:2379",
    "etcd.external.caFile": "ca.crt",
    "etcd.external.certFile": "client.crt",
    "etcd.external.keyFile": "client.key",
    "etcd.external.httpEndpoints": "10.0.0.10",
    "etcd.local.extraArgs": "no-such-flag=1",
    "etcd.local.extraEnvs": "FOO",
    "etcd.local.serverCertSANs": "not a name",
    "etcd.local.peerCertSANs": "not a name",
    "etcd.local.imageRepository": "https://registry.example.com",
    "etcd.local.imageTag": "a tag",
    "nodeRegistration.criSocket": "tcp://containerd",
    "nodeRegistration.kubeletExtraArgs": "no-such-flag=1",
    "imageRepository": "Registry/K8s",
    "nodeRegistration.imagePullPolicy": "Sometimes",
    "nodeRegistration.imagePullSerial": "perhaps",
    "proxy.disabled": "perhaps",
    "dns.disabled": "perhaps",
    "dns.imageRepository": "a b",
    "dns.imageTag": "a tag",
    "bootstrapTokens": "short",
    "certificateKey": "abc",
    "nodeRegistration.ignorePreflightErrors": "Swpa",
    "skipPhases": "addon/nothing",
    "dryRun": "perhaps",
    "KubeletConfiguration.cgroupDriver": "cgroup",
    "KubeletConfiguration.maxPods": "-5",
    "KubeletConfiguration.failSwapOn": "perhaps",
    "KubeletConfiguration.failCgroupV1": "perhaps",
    "KubeletConfiguration.memorySwap.swapBehavior": "UnlimitedSwap",
    "KubeletConfiguration.resolvConf": "resolv.conf",
    "KubeletConfiguration.clusterDNS": "dns.example.com",
    "KubeletConfiguration.systemReserved": "cpu=many",
    "KubeletConfiguration.kubeReserved": "disk=1Gi",
    "KubeletConfiguration.enforceNodeAllocatable": "pod",
    "KubeletConfiguration.evictionHard": "memory.available=lots",
    "KubeletConfiguration.evictionSoft": "memory.avail=1Gi",
    "KubeletConfiguration.evictionSoftGracePeriod": "memory.available=soon",
    "KubeletConfiguration.containerLogMaxSize": "10 elephants",
    "KubeletConfiguration.containerLogMaxFiles": "1",
    "KubeletConfiguration.imageGCHighThresholdPercent": "120",
    "KubeletConfiguration.imageGCLowThresholdPercent": "95",
    "KubeletConfiguration.serializeImagePulls": "perhaps",
    "KubeletConfiguration.maxParallelImagePulls": "5",
    "KubeletConfiguration.podPidsLimit": "-2",
    "KubeletConfiguration.cpuManagerPolicy": "Static",
    "KubeletConfiguration.memoryManagerPolicy": "static",
    "KubeletConfiguration.topologyManagerPolicy": "best",
    "KubeletConfiguration.seccompDefault": "perhaps",
    "KubeletConfiguration.protectKernelDefaults": "perhaps",
    "KubeletConfiguration.serverTLSBootstrap": "perhaps",
    "KubeletConfiguration.tlsMinVersion": "TLS1.2",
    "KubeletConfiguration.readOnlyPort": "70000",
    "KubeletConfiguration.shutdownGracePeriod": "soon",
    "KubeletConfiguration.shutdownGracePeriodCriticalPods": "1h",
    "KubeletConfiguration.nodeStatusUpdateFrequency": "often",
    "KubeletConfiguration.rotateCertificates": "perhaps",
    "KubeletConfiguration.allowedUnsafeSysctls": "net core",
    "KubeletConfiguration.featureGates": "Some=perhaps",
    "KubeletConfiguration.logging.format": "xml",
    "KubeletConfiguration.logging.verbosity": "-1",
    "KubeProxyConfiguration.mode": "iptable",
    "KubeProxyConfiguration.clusterCIDR": "10.244",
    "KubeProxyConfiguration.bindAddress": "eth0",
    "KubeProxyConfiguration.metricsBindAddress": "nope",
    "KubeProxyConfiguration.healthzBindAddress": "0.0.0.0:http",
    "KubeProxyConfiguration.nodePortAddresses": "eth0",
    "KubeProxyConfiguration.conntrack.maxPerCore": "-1",
    "KubeProxyConfiguration.conntrack.min": "-1",
    "KubeProxyConfiguration.iptables.masqueradeAll": "perhaps",
    "KubeProxyConfiguration.ipvs.scheduler": "random",
    "KubeProxyConfiguration.ipvs.strictARP": "perhaps",
    "KubeProxyConfiguration.detectLocalMode": "Guess",
    "KubeProxyConfiguration.featureGates": "Some=perhaps",
}
"""A text for each field that nothing can be made of."""


def test_every_field_has_its_nonsense() -> None:
    """A new field can't be forgotten here; options are chosen, and have tests of their own."""
    typed = {path for path, field in sections.fields().items() if not field.is_option}
    assert set(BAD) == typed


@pytest.mark.parametrize("path", [path for path in BAD if path != EITHER])
def test_nonsense_is_told_with_what_would_be_right(path: str) -> None:
    """Under the field stands what is wrong and, as a sentence of its own, what to write instead."""
    session = Session(FACTS)
    if path.startswith("etcd.external"):
        session.set_field(EITHER, EXTERNAL[1])
        session.set_field("etcd.external.endpoints", "https://10.0.0.10:2379")
    session.set_field(path, BAD[path], typed=True)
    found = session.of_field(path, (*session.faults(), *session.warnings()))
    assert found, session.problems()
    assert all(problem.message and problem.remedy for problem in found)
    shown = portrait.shown(session, sections.fields()[path])
    assert shown.problems or shown.warnings


@pytest.mark.parametrize("path", [path for path in BAD if path != EITHER])
def test_nonsense_is_told_in_chinese(path: str) -> None:
    """Sentence and remedy have a translation."""
    text.use("zh_CN")
    try:
        session = Session(FACTS)
        if path.startswith("etcd.external"):
            session.set_field(EITHER, EXTERNAL[1])
        session.set_field(path, BAD[path], typed=True)
        for problem in session.of_field(path, (*session.faults(), *session.warnings())):
            for sentence in (problem.message, problem.remedy):
                assert not text.said(sentence).isascii(), sentence
    finally:
        text.use("en")
