"""What an earlier cluster leaves on a machine that nobody reset. The files of Kubernetes are written by
the real kubeadm, with an authority of the old cluster's own; kubeadm itself is gone again afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from . import authority, build
from .node import Node

NAME = "old-cluster"
ENDPOINT = "old-cluster.example:6443"
TOOL, CONFIG = "/root/old-kubeadm", "/root/old-kubeadm.yaml"
PHASES = ("certs all", "kubeconfig all", "etcd local", "control-plane all", "kubelet-start")

KUBEADM = f"""\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: ADDRESS}}
nodeRegistration: {{criSocket: "unix:///run/containerd/containerd.sock"}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: {NAME}
controlPlaneEndpoint: {ENDPOINT}
kubernetesVersion: v1.37.2
"""
FLANNEL = {
    "name": "cbr0",
    "cniVersion": "0.3.1",
    "plugins": [
        {"type": "flannel", "delegate": {"hairpinMode": True, "isDefaultGateway": True}},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ],
}
LINKS = """
ip link add cni0 type bridge
ip addr add 10.244.0.1/24 dev cni0
ip link set cni0 up
ip link add flannel.1 type vxlan id 1 dev eth0 dstport 8472 nolearning
ip addr add 10.244.0.0/32 dev flannel.1
ip link set flannel.1 up
"""
RULES = """*filter
:KUBE-FORWARD - [0:0]
:KUBE-SERVICES - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-NPX46M4PTMTKRN6Y - [0:0]
:KUBE-POSTROUTING - [0:0]
:FLANNEL-POSTRTG - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y
COMMIT
"""


def leave(node: Node) -> None:
    """An earlier cluster's files, links and packet filter rules; none of its processes."""
    _files(node)
    node.write("/var/lib/etcd/member/snap/db", b"\0" * 65536)
    node.write("/var/lib/etcd/member/wal/0000000000000000-0000000000000000.wal", b"\0" * 65536)
    node.write("/etc/cni/net.d/10-flannel.conflist", json.dumps(FLANNEL, indent=2), mode=0o644)
    node.write("/var/lib/cni/networks/cbr0/10.244.0.2", "0123456789ab\r\neth0", mode=0o644)
    node.shell(LINKS)
    node.check("iptables-restore", "--noflush", stdin=RULES)


def _files(node: Node) -> None:
    with TemporaryDirectory() as made:
        pki = Path(made, "pki")
        authority.make(pki, NAME)
        node.copy_in(pki, "/etc/kubernetes/pki")
    node.copy_in(build.binary("kubeadm"), TOOL)
    node.write(CONFIG, KUBEADM.replace("ADDRESS", node.address))
    for phase in PHASES:
        node.check(TOOL, "init", "phase", *phase.split(), f"--config={CONFIG}")
    node.check("rm", TOOL, CONFIG)
