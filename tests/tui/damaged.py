"""Texts as people have them on their clipboards: damaged ones, kubeadm lines, whole ones."""

from __future__ import annotations

from tests.model.test_repair import ARTICLE, MEANT, SEED

CLUSTER = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
WHOLE = f"{CLUSTER}clusterName: imported\nnetworking:\n  podSubnet: 10.7.0.0/16\n"
LOST = WHOLE.replace("  ", "")
TWOFOLD = (
    f"{CLUSTER}certificatesDir: /etc/kubernetes/pki\nclusterName: harbour\netcd:\nlocal:\n"
    "dataDir: /var/lib/etcd\nimageRepository: registry.k8s.io\nnetworking:\npodSubnet: 10.244.0.0/16\n"
)
DOUBTFUL = f"{CLUSTER}networking:\npodSubnett: 10.244.0.0/16\nserviceSubnet: 10.96.0.0/12\n"
FAULTY = f"{CLUSTER}clusterName: no\nnetworking:\n  podSubnett: x\napiServer:\n  certSANs: a\n"
INIT = (
    "$ sudo kubeadm init --pod-network-cidr=10.244.0.0/16 \\\n    --control-plane-endpoint k8s.lan:6443 "
    "--experimental-upload-certs \\\n    --token abcdef.0123456789abcdee --apiserver-count=3\n"
)
JOIN = "kubeadm join 192.0.2.1:6443 --token abcdef.0123456789abcdee --node-name node7\n"

__all__ = ["ARTICLE", "MEANT", "SEED"]
