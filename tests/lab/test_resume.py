"""A run that failed, or was cut short, is resumed by the same command, on real machines."""

from __future__ import annotations

import json

from . import program
from .node import Node
from .wait import until

CONFIG = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {address}}}
timeouts: {{controlPlaneComponentHealthCheck: {patience}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
encryptionAlgorithm: ECDSA-P256
apiServer: {{extraArgs: [{{name: event-ttl, value: {ttl}}}]}}
"""
    + program.KUBELET
)
INIT = ("kubeboot-tui", "init", "--config", program.CONFIG)


def configure(node: Node, *, ttl: str, patience: str) -> None:
    text = CONFIG.format(address=node.address, ttl=ttl, patience=patience)
    node.write(program.CONFIG, text)


def test_a_crash_loop_is_told_and_mended(ready_node: Node) -> None:
    """A flag the API server refuses ends the run with its own words; mended, the same command ends well."""
    program.install(ready_node)
    configure(ready_node, ttl="banana", patience="20s")
    failed = ready_node.run(*INIT, timeout=240)
    assert failed.returncode == 4, failed.report()
    assert 'invalid argument "banana" for "--event-ttl"' in failed.stdout
    assert "Probably: kube-apiserver can't use the value banana of --event-ttl" in failed.stdout
    configure(ready_node, ttl="2h", patience="4m")
    mended = ready_node.run(*INIT, timeout=300)
    assert mended.returncode == 0, mended.report()
    assert "is a control plane now" in mended.stdout


def test_a_killed_engine_is_resumed(ready_node: Node) -> None:
    """kill -9 of the engine in the middle leaves what a plain second run finishes."""
    program.install(ready_node)
    configure(ready_node, ttl="1h", patience="4m")
    program.begin(ready_node)
    until(lambda: ready_node.check("test", "-e", "/etc/kubernetes/manifests/etcd.yaml"))
    pid = json.loads(ready_node.read("/var/lib/kubeboot/lock"))["pid"]
    ready_node.check("kill", "-9", str(pid))
    resumed = ready_node.run(*INIT, timeout=300)
    assert resumed.returncode == 0, resumed.report()
    again = ready_node.check(*INIT)
    assert "Nothing to do" in again.stdout


def test_a_second_installer_is_refused(ready_node: Node) -> None:
    """While one is at work a second ends with 5 and names the first one's process."""
    program.install(ready_node)
    configure(ready_node, ttl="1h", patience="4m")
    program.begin(ready_node)
    until(lambda: ready_node.check("grep", "-q", "journal", "/var/lib/kubeboot/lock"))
    second = ready_node.run(*INIT)
    assert second.returncode == 5, second.report()
    pid = json.loads(ready_node.read("/var/lib/kubeboot/lock"))["pid"]
    assert f"process {pid}" in second.stderr
    watched = ready_node.run("kubeboot-tui", "watch", timeout=240)
    assert watched.returncode == 0, watched.report()
    assert "is a control plane now" in watched.stdout
