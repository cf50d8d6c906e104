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
        (*LEFT, *AVAILABLE, "DirAvailable-{data_dir}"),
        leftovers.clear,
        safe=False,
    ),
    Fix(
        "ports",
        ("Port-{port}", "Port-10250", "Port-10257", "Port-10259", "Port-2379", "Port-2380"),
        ports.free,
        safe=False,
        can=ports.no_unit,
    ),
    Fix(
        "runtime",
        ("CRI", "FileExisting-runc"),
        install.runtime,
        safe=False,
        can=install.no_place,
    ),
    Fix(
        "kubernetes-packages",
        SOFTWARE,
        install.kubernetes,
        safe=False,
        can=install.no_manager,
    ),
    Fix(
        "kubernetes-programs",
        SOFTWARE,
        binaries.fetch,
        safe=False,
        can=binaries.has_packages,
    ),
    Fix(
        "modules",
        ("Module-overlay", "Module-br_netfilter"),
        kernel.found_wanting("bridge"),
    ),
    Fix(
        "forwarding",
        (f"FileContent-{dashed(checked.FORWARD4)}",),
        kernel.setting("forwarding", "net.ipv4.ip_forward"),
    ),
    Fix(
        "forwarding-ipv6",
        (f"FileContent-{dashed(checked.FORWARD6)}",),
        kernel.setting(
            "forwarding-ipv6", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding"
        ),
    ),
    Fix("inotify", ("Inotify",), kernel.found_wanting("inotify")),
    Fix("swap", ("Swap",), swap.off),
    Fix("hosts", ("Hostname",), hosts.entry),
    Fix(
        "containerd",
        ("ContainerdConfig", "CgroupDriver", "SandboxImage", "CRI"),
        containerd.configure,
        can=containerd.none_here,
    ),
    Fix(
        "kubelet-drop-in",
        ("KubeletDropIn",),
        kubelet.drop_in,
        can=kubelet.no_unit,
    ),
    Fix(
        "kubelet-service",
        ("Service-kubelet",),
        kubelet.enable,
        can=kubelet.no_unit,
    ),
    Fix("firewalld", ("Firewalld",), firewall.firewalld, safe=False),
    Fix("ufw", ("UFW",), firewall.ufw, safe=False),
    Fix(
        "iptables",
        ("IPTables",),
        firewall.iptables,
        safe=False,
    ),
    Fix(
        "nftables",
        ("NFTables",),
        firewall.nftables,
        safe=False,
    ),
)


def mending(check: str) -> tuple[Fix, ...]:
    """The fixes for a check, by its name in the table of checks."""
    return tuple(fix for fix in FIXES if check in fix.mends)
