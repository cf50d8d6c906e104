"""Every fix, in the order in which they are applied: what is in the way, software, what it needs."""

from __future__ import annotations

from phases.checks import kernel as checked
from phases.checks.check import dashed
from phases.checks.ours import manifest
from phases.checks.table import COMPONENTS
from phases.fixes import containerd, firewall, hosts, kernel, kubelet, leftovers, ports, swap
from phases.fixes.fix import Fix
from phases.fixes.packages import binaries, install

LEFT = tuple(
    f"Leftovers-{what}" for what in ("cluster", "interfaces", "cni", "iptables", "containers")
)
AVAILABLE = tuple(f"FileAvailable-{dashed(manifest(name))}" for name in COMPONENTS)
SOFTWARE = ("KubeletVersion", "KubeadmVersion", "KubectlVersion", "CNIPlugins")

FIXES = (
    Fix(
        "leftovers",
        "Set an earlier cluster aside",
        (*LEFT, *AVAILABLE, "DirAvailable-{data_dir}"),
        leftovers.clear,
        safe=False,
    ),
    Fix(
        "ports",
        "Stop the services that hold ports",
        ("Port-{port}", "Port-10250", "Port-10257", "Port-10259", "Port-2379", "Port-2380"),
        ports.free,
        safe=False,
        can=ports.no_unit,
    ),
    Fix(
        "runtime",
        "Install a container runtime",
        ("CRI", "FileExisting-runc"),
        install.runtime,
        safe=False,
        can=install.no_place,
    ),
    Fix(
        "kubernetes-packages",
        "Install the kubelet, kubeadm and kubectl",
        SOFTWARE,
        install.kubernetes,
        safe=False,
        can=install.no_manager,
    ),
    Fix(
        "kubernetes-programs",
        "Fetch the kubelet, kubeadm and kubectl",
        SOFTWARE,
        binaries.fetch,
        safe=False,
        can=binaries.has_packages,
    ),
    Fix(
        "modules",
        "Load kernel modules",
        ("Module-overlay", "Module-br_netfilter"),
        kernel.found_wanting("bridge"),
    ),
    Fix(
        "forwarding",
        "Forward packets between pods (IPv4)",
        (f"FileContent-{dashed(checked.FORWARD4)}",),
        kernel.setting("forwarding", "net.ipv4.ip_forward"),
    ),
    Fix(
        "forwarding-ipv6",
        "Forward packets between pods (IPv6)",
        (f"FileContent-{dashed(checked.FORWARD6)}",),
        kernel.setting(
            "forwarding-ipv6", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding"
        ),
    ),
    Fix("inotify", "Allow more file watches", ("Inotify",), kernel.found_wanting("inotify")),
    Fix("swap", "Switch swap off", ("Swap",), swap.off),
    Fix("hosts", "Name this node in /etc/hosts", ("Hostname",), hosts.entry),
    Fix(
        "containerd",
        "Set containerd up for the kubelet",
        ("ContainerdConfig", "CgroupDriver", "SandboxImage", "CRI"),
        containerd.configure,
        can=containerd.none_here,
    ),
    Fix(
        "kubelet-drop-in",
        "Hand the kubelet what init writes",
        ("KubeletDropIn",),
        kubelet.drop_in,
        can=kubelet.no_unit,
    ),
    Fix(
        "kubelet-service",
        "Start the kubelet with the machine",
        ("Service-kubelet",),
        kubelet.enable,
        can=kubelet.no_unit,
    ),
    Fix("firewalld", "Open the ports in firewalld", ("Firewalld",), firewall.firewalld, safe=False),
    Fix("ufw", "Open the ports in ufw", ("UFW",), firewall.ufw, safe=False),
    Fix(
        "iptables",
        "Open the ports in iptables, for now",
        ("IPTables",),
        firewall.iptables,
        safe=False,
    ),
    Fix(
        "nftables",
        "Open the ports in nftables, for now",
        ("NFTables",),
        firewall.nftables,
        safe=False,
    ),
)


def mending(check: str) -> tuple[Fix, ...]:
    """The fixes for a check, by its name in the table of checks."""
    return tuple(fix for fix in FIXES if check in fix.mends)
