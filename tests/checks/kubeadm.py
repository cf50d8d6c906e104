"""The checks of kubeadm 1.37.2 by name, as its preflight makes them with a default configuration.

From cmd/kubeadm/app/preflight/checks.go: InitNodeChecks, JoinNodeChecks, addCommonChecks. The weight is
the heavier one of what a check can find; where ours differs the reason stands beside it.
"""

from __future__ import annotations

MANIFESTS = "FileAvailable--etc-kubernetes-manifests"
JOINED = "FileAvailable--etc-kubernetes"

COMMON = {
    "CRI": "error",
    "ContainerRuntimeVersion": "warning",
    "Swap": "warning",
    "FileExisting-losetup": "error",
    "FileExisting-mount": "error",
    "FileExisting-cp": "error",
    "SystemVerification": "error",
    "Hostname": "error",  # kubeadm's only warns: its validation refuses such names before
    "KubeletVersion": "error",
    "Service-kubelet": "warning",
    "Port-10250": "error",
}
CONTROL_PLANE = {
    "NumCPU": "error",
    "Mem": "error",
    "KubernetesVersion": "warning",
    "Firewalld": "warning",
    "Port-6443": "error",
    "Port-10259": "error",
    "Port-10257": "error",
    f"{MANIFESTS}-kube-apiserver.yaml": "error",
    f"{MANIFESTS}-kube-controller-manager.yaml": "error",
    f"{MANIFESTS}-kube-scheduler.yaml": "error",
    f"{MANIFESTS}-etcd.yaml": "error",
    "HTTPProxy": "warning",
    "HTTPProxyCIDR": "warning",
}
LOCAL_ETCD = {
    "Port-2379": "error",
    "Port-2380": "error",
    "DirAvailable--var-lib-etcd": "error",
}
FORWARDING = {"FileContent--proc-sys-net-ipv4-ip_forward": "error"}
JOINING = {
    f"{JOINED}-kubelet.conf": "error",
    f"{JOINED}-bootstrap-kubelet.conf": "error",
    "HTTPProxy": "warning",
}

INIT = CONTROL_PLANE | COMMON | FORWARDING | LOCAL_ETCD
INIT_EXTERNAL = CONTROL_PLANE | COMMON | FORWARDING
INIT_EXTERNAL |= {"ExternalEtcdVersion": "error", "ExternalEtcdClientCertificates": "error"}
JOIN = JOINING | COMMON | FORWARDING | {f"{JOINED}-pki-ca.crt": "error"}
JOIN_CONTROL_PLANE = JOINING | COMMON | FORWARDING | CONTROL_PLANE | LOCAL_ETCD
