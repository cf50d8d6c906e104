"""Every check of init, under kubeadm's names. A later check is one more line here."""

from __future__ import annotations

from functools import partial

from phases.checks import files, kernel, kubelet, network, ports, resources, runtime, versions
from phases.checks.check import Check, dashed
from phases.checks.ours import manifest

COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")
PROGRAMS = ("losetup", "mount", "cp")

IS_ROOT = Check("IsPrivilegedUser", resources.user)
"""Made first and alone: without root most of the others can't tell."""

MACHINE = (
    Check("NumCPU", resources.processors),
    Check("Mem", resources.memory),
    Check("DiskSpace", resources.space, level="warning"),
    Check("Swap", kernel.swap, level="warning"),
    Check("SystemVerification", kernel.system),
    Check(
        f"FileContent-{dashed(kernel.FORWARD4)}",
        kernel.is_one(kernel.FORWARD4),
        applies=partial(kernel.uses, 4),
    ),
    Check(
        f"FileContent-{dashed(kernel.FORWARD6)}",
        kernel.is_one(kernel.FORWARD6),
        applies=partial(kernel.uses, 6),
    ),
    *(Check(f"FileExisting-{name}", files.program(name)) for name in PROGRAMS),
)

FREE = (
    Check("Port-{port}", ports.port("kube-apiserver", ports.api_server)),
    Check("Port-10259", ports.port("kube-scheduler", ports.scheduler, ports.SCHEDULER)),
    Check(
        "Port-10257",
        ports.port("kube-controller-manager", ports.controller_manager, ports.CONTROLLER_MANAGER),
    ),
    Check("Port-10250", ports.port("kubelet", ports.everywhere, ports.KUBELET)),
    Check(
        "Port-2379",
        ports.port("etcd", ports.etcd, ports.ETCD_CLIENTS),
        applies=files.has_local_etcd,
    ),
    Check(
        "Port-2380", ports.port("etcd", ports.etcd, ports.ETCD_PEERS), applies=files.has_local_etcd
    ),
    *(
        Check(f"FileAvailable-{dashed(manifest(name))}", files.no_manifest(name))
        for name in COMPONENTS
    ),
    Check("DirAvailable-{data_dir}", files.empty_data, applies=files.has_local_etcd),
)

NETWORK = (
    Check("AdvertiseAddress", network.advertised),
    Check("NetworkRanges", network.ranges, level="warning"),
    Check("HTTPProxy", network.proxied, level="warning"),
    Check("HTTPProxyCIDR", network.proxied_ranges, level="warning"),
    Check("Firewalld", network.firewall, level="warning"),
    Check("Hostname", kubelet.hostname, level="warning"),
)

SOFTWARE = (
    Check("CRI", runtime.answers),
    Check("ContainerRuntimeVersion", runtime.is_new_enough, level="warning"),
    Check("KubernetesVersion", versions.cluster, level="warning"),
    Check("KubeletVersion", versions.kubelet),
    Check("Service-kubelet", kubelet.service, level="warning"),
    Check("KubeletDropIn", kubelet.drop_in),
    Check(
        "ExternalEtcdVersion",
        versions.external_etcd,
        applies=versions.has_external_etcd,
        seconds=30,
    ),
    Check(
        "ExternalEtcdClientCertificates",
        files.etcd_credentials,
        applies=versions.has_external_etcd,
    ),
)

INIT_CHECKS = (*MACHINE, *FREE, *NETWORK, *SOFTWARE)
