"""A control plane on an etcd of somebody else's: a real one, with TLS, on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.system.certificates import Authority

from . import podnet, program
from .lab import Lab
from .node import Node
from .wait import until

FOLDER = "/etc/etcd"
PORT = 2379
FILES = ("--cacert={0}/ca.crt", "--cert={0}/client.crt", "--key={0}/client.key")

UNIT = """\
[Service]
Type=notify
ExecStart=/usr/local/bin/etcd --name=outside --data-dir=/srv/etcd \\
  --listen-client-urls={url} --advertise-client-urls={url} --listen-peer-urls=http://127.0.0.1:2380 \\
  --client-cert-auth --trusted-ca-file={folder}/ca.crt \\
  --cert-file={folder}/server.crt --key-file={folder}/server.key
"""

CONFIG = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {address}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
controlPlaneEndpoint: "{address}:6443"
networking: {{podSubnet: 10.244.0.0/16}}
etcd:
  external:
    endpoints: ["{url}"]
    caFile: {folder}/ca.crt
    certFile: {folder}/client.crt
    keyFile: {folder}/client.key
"""
    + program.KUBELET
)
INIT = ("kubeboot-tui", "init", "--config", program.CONFIG)


@dataclass(frozen=True)
class Pair:
    """The control plane, and the machine that runs etcd and becomes its worker."""

    master: Node
    other: Node

    @property
    def url(self) -> str:
        return f"https://{self.other.address}:{PORT}"

    def kubectl(self, *words: str) -> str:
        return self.master.check(*podnet.KUBECTL, *words).stdout

    def etcdctl(self, *words: str) -> str:
        own = (f"--endpoints={self.url}", *(file.format(FOLDER) for file in FILES))
        return self.master.check("etcdctl", *own, *words).stdout


@pytest.fixture(scope="module")
def pair(lab: Lab) -> Iterator[Pair]:
    """Two fresh nodes; the other runs etcd as a service, with certificates of its own authority."""
    with lab.nodes(2, ready=True) as (master, other):
        found = Pair(master, other)
        certify(found)
        master.copy_in(lab.binary("etcdctl"), "/usr/local/bin/etcdctl")
        other.copy_in(lab.binary("etcd"), "/usr/local/bin/etcd")
        other.write("/etc/systemd/system/etcd.service", UNIT.format(url=found.url, folder=FOLDER))
        other.check("systemctl", "start", "etcd")
        program.install(master)
        text = CONFIG.format(address=master.address, url=found.url, folder=FOLDER)
        master.write(program.CONFIG, text)
        yield found


def certify(pair: Pair) -> None:
    """Gives etcd a server's certificate, and the master a client's."""
    authority = Authority("etcd-of-somebody-else")
    for node, role in ((pair.other, "server"), (pair.master, "client")):
        certificate, key = authority.issue(node.name, node.address)
        node.write(f"{FOLDER}/ca.crt", authority.certificate, mode=0o644)
        node.write(f"{FOLDER}/{role}.crt", certificate, mode=0o644)
        node.write(f"{FOLDER}/{role}.key", key)


def test_without_its_files_preflight_refuses(pair: Pair) -> None:
    """A client's key that isn't there is named before anything is changed."""
    pair.master.shell(f"mv {FOLDER}/client.key {FOLDER}/elsewhere.key")
    refused = pair.master.run(*INIT)
    pair.master.shell(f"mv {FOLDER}/elsewhere.key {FOLDER}/client.key")
    assert refused.returncode == 3, refused.report()
    assert f"{FOLDER}/client.key is missing" in refused.stdout
    assert not pair.master.exists("/etc/kubernetes/pki")


def test_a_control_plane_comes_up_on_it(pair: Pair) -> None:
    """init ends well with no etcd of its own; what the API server keeps lies in the other's."""
    result = pair.master.run(*INIT, timeout=300)
    assert result.returncode == 0, result.report()
    assert "etcd is external" in result.stdout
    assert not pair.master.exists("/etc/kubernetes/manifests/etcd.yaml")
    assert not pair.master.exists("/etc/kubernetes/pki/etcd")
    assert pair.kubectl("get", "--raw", "/readyz/etcd") == "ok"
    keys = pair.etcdctl("get", "--prefix", "--keys-only", "/registry/configmaps/kube-system/")
    assert "/registry/configmaps/kube-system/kubeadm-config" in keys.splitlines()


def test_a_second_run_changes_nothing(pair: Pair) -> None:
    """The finished master is known as such without a manifest of etcd."""
    assert "Nothing to do" in pair.master.check(*INIT).stdout


def test_a_worker_joins_by_the_real_kubeadm(pair: Pair) -> None:
    """The machine that runs etcd joins with the printed command, and both become Ready."""
    command = str(program.handover(pair.master)["worker"]).split()
    pair.other.check(*command, f"--ignore-preflight-errors={program.LAB_IGNORES}", timeout=240)
    nodes = (pair.master, pair.other)
    until(lambda: podnet.connect(pair.master, nodes))
    pair.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s")


def test_the_real_kubeadm_reads_what_is_stored(pair: Pair) -> None:
    """The endpoints stand in kubeadm-config as the real kubeadm writes and reads them."""
    stored = pair.kubectl(
        "get", "-n", "kube-system", "configmap", "kubeadm-config",
        "-o", "jsonpath={.data.ClusterConfiguration}",
    )  # fmt: skip
    assert f"- {pair.url}" in stored
    pair.master.write("/root/stored.yaml", stored)
    pair.master.check("kubeadm", "config", "validate", "--config", "/root/stored.yaml")
    expiring = pair.master.check("kubeadm", "certs", "check-expiration").stdout
    assert "etcd-server" not in expiring
