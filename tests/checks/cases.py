"""For every check of the registry: how a machine is spoilt so that it warns, and so that it fails.

A machine that isn't spoilt passes; what else a check has to say is tested beside its theme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from phases.checks.check import dashed
from phases.checks.ours import manifest
from phases.checks.table import COMPONENTS, PROGRAMS
from phases.engine.context import Options
from phases.model.types import APIEndpoint
from phases.render import pki
from phases.system.ports import HttpReply
from tests.checks.bench import EXTERNAL, KERNEL, LOCAL, Bench

Spoil = Callable[[Bench], object]

TOMORROW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SHUT = '{"nftables": [{"chain": {"family": "inet", "table": "t", "name": "c", "type": "filter", '
SHUT += '"hook": "input", "prio": 0, "policy": "drop"}}]}'


@dataclass(frozen=True)
class Case:
    """How to spoil a machine; None where a check never weighs so much, or so little.

    `ready` makes a check apply that doesn't to the bench's own configuration. `asks` is False where
    a check looks at the configuration alone, and so can't hang.
    """

    warns: Spoil | None = None
    fails: Spoil | None = None
    ready: Spoil = lambda _: None
    asks: bool = True


def says(command: str, stdout: str = "", code: int = 0) -> Spoil:
    return lambda bench: bench.host.answer(command, code=code, stdout=stdout)


def holds(path: str, content: str) -> Spoil:
    return lambda bench: bench.plant(path, content)


def lacks(path: str) -> Spoil:
    return lambda bench: bench.host.remove(path)


def both(*spoils: Spoil) -> Spoil:
    return lambda bench: [spoil(bench) for spoil in spoils]


def taken(number: int) -> Spoil:
    return lambda bench: bench.host.taken.add(number)


def external(bench: Bench) -> None:
    bench.configuration = EXTERNAL
    bench.host.serve("http://192.0.2.7:2381", HttpReply(200, '{"etcdserver": "3.6.0"}'))
    for name in ("ca.crt", "client.crt", "client.key"):
        bench.plant(f"/etcd/{name}")


def ip6(bench: Bench) -> None:
    bench.cluster(
        networking=replace(LOCAL.cluster.networking, pod_subnet="fd00::/48"),
        control_plane_endpoint="[fd01::7]:6443",
    )


def joined_at(host: str) -> Spoil:
    return lambda bench: bench.cluster(control_plane_endpoint=host)


def advertised(address: str) -> Spoil:
    return lambda bench: bench.init(local_api_endpoint=APIEndpoint(address, 6443))


def named(name: str) -> Spoil:
    registered = LOCAL.init.node_registration
    return lambda bench: bench.init(node_registration=replace(registered, name=name))


def facts(**changes: object) -> Spoil:
    return lambda bench: bench.facts(**changes)


def runtime(**changes: object) -> Spoil:
    def spoil(bench: Bench) -> None:
        bench.runtime.fact = replace(bench.runtime.fact, **changes)  # type: ignore[arg-type]

    return spoil


def proxied(bench: Bench) -> None:
    bench.cluster(control_plane_endpoint="cp.example.org:6443")
    bench.options = Options(environment={"HTTPS_PROXY": "http://proxy:3128"})


def down(bench: Bench) -> None:
    bench.runtime.down = "no such socket"


def slow(bench: Bench) -> None:
    bench.host.latencies = (0.02,) * 100


def from_the_future(bench: Bench) -> None:
    bench.host.date("/etc/machine-id", TOMORROW)


def not_yet_valid(bench: Bench) -> None:
    validity = pki.Validity.of(TOMORROW + timedelta(days=1), timedelta(days=365))
    authority = pki.self_signed("kubernetes", pki.new_key("ECDSA-P256"), validity)
    bench.plant("/etc/kubernetes/pki/ca.crt", authority.decode())


def unreachable(bench: Bench) -> None:
    bench.host.manifests[""] = OSError("no route")


def without_image(bench: Bench) -> None:
    bench.host.manifests["https://registry.k8s.io/v2/etcd/"] = 404


def of_another(bench: Bench) -> None:
    from phases.system.ports import ContainerFact

    container = ContainerFact("1", "etcd", "etcd-old", "running", 0, 0, "", "")
    bench.runtime.running = (container,)


ANYWHERE: Mapping[str, Case] = {
    "NumCPU": Case(facts(cpus=2), facts(cpus=1)),
    "Mem": Case(facts(memory=2 << 30), facts(memory=1 << 30)),
    "Swap": Case(holds("/proc/swaps", "Filename\n/swapfile file 1 0 -2\n")),
    "SystemVerification": Case(
        lacks(f"/boot/config-{KERNEL}"), holds("/sys/fs/cgroup/cgroup.controllers", "cpu\n")
    ),
    **{f"FileExisting-{name}": Case(fails=lacks(f"/usr/bin/{name}")) for name in PROGRAMS},
    "Module-overlay": Case(holds("/proc/filesystems", "\text4\n")),
    "Module-br_netfilter": Case(lacks("/proc/sys/net/bridge/bridge-nf-call-iptables")),
    "Inotify": Case(holds("/proc/sys/fs/inotify/max_user_instances", "128\n")),
    "ClockSync": Case(facts(in_step=False)),
    "Clock": Case(from_the_future, not_yet_valid),
    "MachineID": Case(holds("/etc/machine-id", "")),
    "ProductUUID": Case(holds("/sys/class/dmi/id/product_uuid", f"{'0' * 8}-{'0' * 24}\n")),
    "SELinux": Case(holds("/sys/fs/selinux/enforce", "1")),
    "AppArmor": Case(
        both(
            holds("/sys/module/apparmor/parameters/enabled", "Y\n"),
            lacks("/usr/bin/apparmor_parser"),
        )
    ),
    "DiskSpace": Case(says("df", "Filesystem\n" + "/dev/x 9 9 9 9% /\n" * 3)),
    "Mounts": Case(
        holds("/proc/mounts", "/dev/x / ext4 rw,noexec 0 0\n"),
        holds("/proc/mounts", "/dev/x / ext4 ro 0 0\n"),
    ),
    "Hostname": Case(says("getent ahosts master", code=2), named("not_a_name")),
    "Resolver": Case(holds("/etc/resolv.conf", "nameserver 127.0.0.53\n")),
    "SearchDomain": Case(says("getent ahosts kubeboot-", "203.0.113.1 STREAM\n")),
    "ControlPlaneEndpoint": Case(
        says("getent ahosts cp.example.org", code=2), ready=joined_at("cp.example.org:6443")
    ),
    "NetworkRanges": Case(says("ip -j", '[{"dst": "10.0.0.0/8", "dev": "tun0"}]')),
    "Firewalld": Case(says("systemctl is-active firewalld", "active\n")),
    "UFW": Case(holds("/etc/ufw/ufw.conf", "ENABLED=yes\n")),
    "NFTables": Case(says("nft -j list", SHUT)),
    "IPTables": Case(says("iptables -S INPUT", "-P INPUT DROP\n")),
    "CRI": Case(fails=down),
    "ContainerRuntimeVersion": Case(runtime(cgroup_driver="")),
    "ContainerdConfig": Case(
        holds("/etc/containerd/config.toml", "oom_score = 0\n"),
        holds("/etc/containerd/config.toml", 'version = 3\ndisabled_plugins = ["cri"]\n'),
    ),
    "CgroupDriver": Case(runtime(cgroup_driver="cgroupfs")),
    "SandboxImage": Case(runtime(sandbox_image="registry.k8s.io/pause:3.8")),
    "FileExisting-runc": Case(lacks("/usr/bin/runc")),
    "CNIPlugins": Case(lacks("/opt/cni/bin/loopback")),
    "KubeletVersion": Case(fails=says("kubelet --version", code=127)),
    "KubeadmVersion": Case(says("kubeadm version", code=127)),
    "KubectlVersion": Case(says("kubectl version", "Client Version: v1.30.1\n")),
    "Service-kubelet": Case(says("systemctl is-enabled kubelet", code=1)),
    "KubeletDropIn": Case(
        says("systemctl cat kubelet", "ExecStart=kubelet --kubeconfig=k --config=c"),
        says("systemctl cat kubelet", "ExecStart=kubelet"),
    ),
    "Port-10250": Case(fails=taken(10250)),
    "Leftovers-cluster": Case(holds("/etc/kubernetes/admin.conf", "")),
    "Leftovers-interfaces": Case(holds("/sys/class/net/cni0", "")),
    "Leftovers-cni": Case(holds("/etc/cni/net.d/10-flannel.conflist", "")),
    "Leftovers-iptables": Case(says("iptables -t nat -S", "-N KUBE-SERVICES\n")),
    "Leftovers-containers": Case(of_another),
    "FileContent--proc-sys-net-ipv4-ip_forward": Case(
        fails=holds("/proc/sys/net/ipv4/ip_forward", "0\n")
    ),
    "FileContent--proc-sys-net-ipv6-conf-default-forwarding": Case(
        fails=holds("/proc/sys/net/ipv6/conf/default/forwarding", "0\n"), ready=ip6
    ),
    "HTTPProxy": Case(proxied, asks=False),
    "HTTPProxyCIDR": Case(proxied, asks=False),
    "IsPrivilegedUser": Case(fails=facts(euid=1000)),
    "KubernetesVersion": Case(
        lambda bench: bench.cluster(kubernetes_version="v1.38.0"), asks=False
    ),
    **{
        f"Port-{port}": Case(fails=taken(number))
        for port, number in {
            "{port}": 6443,
            **{str(number): number for number in (10259, 10257, 2379, 2380)},
        }.items()
    },
    **{
        f"FileAvailable-{dashed(manifest(name))}": Case(fails=holds(manifest(name), ""))
        for name in COMPONENTS
    },
    "DirAvailable-{data_dir}": Case(fails=holds("/var/lib/etcd/member", "")),
    "ExternalEtcdClientCertificates": Case(fails=lacks("/etcd/ca.crt"), ready=external),
    "ExternalEtcdVersion": Case(
        fails=lambda bench: bench.host.serve("http://", OSError("down")), ready=external
    ),
    "AdvertiseAddress": Case(both(external, advertised("192.0.2.99")), advertised("192.0.2.99")),
    "DefaultRoute": Case(facts(default_address="")),
    "EtcdDisk": Case(slow),
    "Registry": Case(unreachable, without_image),
    "FileAvailable--etc-kubernetes-kubelet.conf": Case(
        fails=holds("/etc/kubernetes/kubelet.conf", "")
    ),
    "FileAvailable--etc-kubernetes-bootstrap-kubelet.conf": Case(
        fails=holds("/etc/kubernetes/bootstrap-kubelet.conf", "")
    ),
    "FileAvailable-{pki}-ca.crt": Case(fails=holds("/etc/kubernetes/pki/ca.crt", "")),
}
"""By the name that stands in the registry."""
