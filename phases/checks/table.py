"""Every check of init and of either kind of join, under kubeadm's names. A later check is one more line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

from phases.checks import (
    clock,
    containerd,
    disks,
    dns,
    files,
    firewalls,
    identity,
    kernel,
    kubelet,
    leftovers,
    modules,
    network,
    ports,
    registry,
    resources,
    runtime,
    security,
    versions,
)
from phases.checks.check import Check, dashed
from phases.checks.ours import manifest

Kind = Literal["init", "join", "join-control-plane"]

COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")
PROGRAMS = ("losetup", "mount", "cp")
FREE = "nobody else listening on it"
NO_FILE = "no such file, or ours"

IS_ROOT = Check("IsPrivilegedUser", resources.user, "root")
"""Made first and alone: without root most of the others can't tell."""

ours = partial(Check, kubeadm=False)
advice = partial(Check, kubeadm=False, level="warning")
"""A check of our own that refuses, and one that only warns."""

RESOURCES = (
    Check("NumCPU", resources.processors, "2 CPUs; 4 are recommended"),
    Check("Mem", resources.memory, "1700 MiB of memory; 4 GiB are recommended"),
)


def forwarding(version: int, path: str, *, joins: bool) -> Check:
    applies = partial(kernel.joins_by if joins else kernel.uses, version)
    name, needs = f"FileContent-{dashed(path)}", f"1: IPv{version} is forwarded, where it is used"
    return Check(name, kernel.is_one(path), needs, applies=applies)


def forwardings(*, joins: bool) -> tuple[Check, ...]:
    paths = {4: kernel.FORWARD4, 6: kernel.FORWARD6}
    return tuple(forwarding(version, path, joins=joins) for version, path in paths.items())


MACHINE = (
    Check("Swap", kernel.swap, "no swap, or a kubelet that copes with it", level="warning"),
    Check(
        "SystemVerification",
        kernel.system,
        "a supported kernel with its options, control groups of version 2 with their controllers",
    ),
    *(
        Check(f"FileExisting-{name}", files.program(name), "the program on the PATH")
        for name in PROGRAMS
    ),
    advice("Module-overlay", modules.overlay, "the kernel module overlay, loaded"),
    advice(
        "Module-br_netfilter",
        modules.bridge(4),
        "the kernel module br_netfilter, and net.bridge.bridge-nf-call-iptables = 1",
    ),
    advice("Inotify", modules.inotify, "512 inotify instances and 65536 watches"),
    advice("ClockSync", clock.synchronized, "a clock that a time service keeps"),
    ours("Clock", clock.plausible, "a clock that isn't behind this machine's files and authority"),
    advice("MachineID", identity.machine_id, "an id in /etc/machine-id that no other machine has"),
    advice("ProductUUID", identity.product_uuid, "a serial number that no other machine has"),
    advice("SELinux", security.selinux, "permissive, or with a policy for containers"),
    advice("AppArmor", security.apparmor, "off, or with apparmor_parser"),
    advice("DiskSpace", disks.space, "2 GiB free for etcd, the kubelet and the runtime"),
    ours("Mounts", disks.mounts, "data on file systems that are writable, executable and kept"),
)

NAMES = (
    Check("Hostname", identity.hostname, "a node's name that is valid and leads to an address"),
    advice("Resolver", dns.servers, "a nameserver for pods that isn't a loopback address"),
    advice("SearchDomain", dns.wildcard, "no search domain that answers to any name", seconds=10),
    advice("ControlPlaneEndpoint", dns.endpoint, "a controlPlaneEndpoint that can be resolved"),
    advice("NetworkRanges", network.ranges, "ranges that the host uses for nothing else"),
)


def firewall(ports: firewalls.Ports, *, kubeadm: bool = True) -> tuple[Check, ...]:
    """kubeadm looks at firewalld alone, and not on workers."""
    needs = "the ports open that other nodes have to reach"
    return (
        advice("Firewalld", firewalls.firewalld(ports), needs, kubeadm=kubeadm),
        advice("UFW", firewalls.ufw(ports), needs),
        advice("NFTables", firewalls.nftables(ports), needs),
        advice("IPTables", firewalls.iptables(ports), needs),
    )


SOFTWARE = (
    Check("CRI", runtime.answers, "a container runtime that answers and is ready"),
    Check(
        "ContainerRuntimeVersion",
        runtime.is_new_enough,
        "one that tells its cgroup driver (CRI RuntimeConfig)",
        level="warning",
    ),
    ours(
        "ContainerdConfig",
        containerd.config,
        "a configuration that can be read, of version 2 or newer, with CRI on",
        applies=containerd.is_used,
    ),
    advice("CgroupDriver", runtime.driver, "the same cgroup driver in kubelet and runtime"),
    advice("SandboxImage", runtime.sandbox, "the pause image of this version in the runtime"),
    advice(
        "FileExisting-runc", runtime.oci_runtime, "runc or the like", applies=containerd.is_used
    ),
    advice("CNIPlugins", runtime.plugins, "the basic CNI plugins in /opt/cni/bin"),
    Check("KubeletVersion", versions.kubelet, "a kubelet at most 3 releases old, and not too new"),
    advice("KubeadmVersion", versions.tool("kubeadm"), "kubeadm of the release, or one newer"),
    advice("KubectlVersion", versions.tool("kubectl"), "kubectl of the release, or one off"),
    Check("Service-kubelet", kubelet.service, "the kubelet's unit, enabled", level="warning"),
    ours("KubeletDropIn", kubelet.drop_in, "a kubelet that reads what is written for it"),
    Check("Port-10250", ports.port("kubelet", ports.everywhere, ports.KUBELET), FREE),
)

LEFTOVERS = (
    advice("Leftovers-cluster", leftovers.cluster, "no kubeconfigs of another cluster"),
    advice("Leftovers-interfaces", leftovers.links, "no interfaces of another cluster"),
    advice("Leftovers-cni", leftovers.networks, "nothing in /etc/cni/net.d of another cluster"),
    advice("Leftovers-iptables", leftovers.rules, "no chains of another cluster's kube-proxy"),
    advice("Leftovers-containers", leftovers.containers, "no containers of another cluster"),
)

CONTROL_PLANE = (
    Check("KubernetesVersion", versions.cluster, "a version that is known here", level="warning"),
    Check("Port-{port}", ports.port("kube-apiserver", ports.api_server), FREE),
    Check("Port-10259", ports.port("kube-scheduler", ports.scheduler, ports.SCHEDULER), FREE),
    Check(
        "Port-10257",
        ports.port("kube-controller-manager", ports.controller_manager, ports.CONTROLLER_MANAGER),
        FREE,
    ),
    Check(
        "Port-2379",
        ports.port("etcd", ports.etcd, ports.ETCD_CLIENTS),
        FREE,
        applies=files.has_local_etcd,
    ),
    Check(
        "Port-2380",
        ports.port("etcd", ports.etcd, ports.ETCD_PEERS),
        FREE,
        applies=files.has_local_etcd,
    ),
    *(
        Check(f"FileAvailable-{dashed(manifest(name))}", files.no_manifest(name), NO_FILE)
        for name in COMPONENTS
    ),
    Check(
        "DirAvailable-{data_dir}",
        files.empty_data,
        "an empty folder, or our own etcd's",
        applies=files.has_local_etcd,
    ),
    Check(
        "ExternalEtcdClientCertificates",
        files.etcd_credentials,
        "the files that etcd.external names",
        applies=versions.has_external_etcd,
    ),
    Check(
        "HTTPProxyCIDR",
        network.proxied_ranges,
        "pods and services reached without a proxy",
        level="warning",
    ),
    ours("AdvertiseAddress", network.advertised, "an address of this machine as advertiseAddress"),
    advice("DefaultRoute", network.route, "a default route that gives the advertised address"),
    advice(
        "EtcdDisk",
        disks.latency,
        "99 of 100 durable writes in 10 ms where etcd will live",
        applies=files.has_local_etcd,
    ),
    ours("Registry", registry.images, "missing images that can be pulled"),
)


def without_proxy(*targets: network.Target) -> Check:
    needs = "the API server reached without a proxy"
    return Check("HTTPProxy", network.direct(*targets), needs, level="warning")


def joining(name: str) -> Check:
    path = f"/etc/kubernetes/{name}"
    return Check(f"FileAvailable-{dashed(path)}", files.no_file(path), NO_FILE)


EVERYWHERE = (*MACHINE, *NAMES, *SOFTWARE, *LEFTOVERS)
JOINING = (
    joining("kubelet.conf"),
    joining("bootstrap-kubelet.conf"),
    *forwardings(joins=True),
)

INIT_CHECKS = (
    *RESOURCES,
    *EVERYWHERE,
    *CONTROL_PLANE,
    *firewall(firewalls.of_control_plane),
    *forwardings(joins=False),
    without_proxy(network.advertised_at),
    Check(
        "ExternalEtcdVersion",
        versions.external_etcd,
        "an etcd new enough for this version",
        applies=versions.has_external_etcd,
        seconds=30,
    ),
)

JOIN_CHECKS = (
    *EVERYWHERE,
    *JOINING,
    Check("FileAvailable-{pki}-ca.crt", files.no_authority, NO_FILE),
    *firewall(firewalls.of_worker, kubeadm=False),
    without_proxy(network.endpoint),
    advice("DefaultRoute", network.has_route, "a default route"),
)

JOIN_CONTROL_PLANE_CHECKS = (
    *RESOURCES,
    *EVERYWHERE,
    *JOINING,
    *CONTROL_PLANE,
    *firewall(firewalls.of_control_plane),
    without_proxy(network.endpoint, network.advertised_at),
)

TABLES: Mapping[Kind, tuple[Check, ...]] = {
    "init": INIT_CHECKS,
    "join": JOIN_CHECKS,
    "join-control-plane": JOIN_CONTROL_PLANE_CHECKS,
}
