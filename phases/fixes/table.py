"""Every fix, in the order in which they are applied: software first, then what it needs."""

from __future__ import annotations

from phases.checks import kernel as checked
from phases.checks.check import dashed
from phases.fixes import hosts, kernel, kubelet, swap
from phases.fixes.fix import Fix

FIXES = (
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
    Fix("swap", "Switch swap off", ("Swap",), swap.off),
    Fix("hosts", "Name this node in /etc/hosts", ("Hostname",), hosts.entry),
    Fix(
        "kubelet-service",
        "Start the kubelet with the machine",
        ("Service-kubelet",),
        kubelet.enable,
        can=kubelet.no_unit,
    ),
)


def mending(check: str) -> tuple[Fix, ...]:
    """The fixes for a check, by its name in the table of checks."""
    return tuple(fix for fix in FIXES if check in fix.mends)
