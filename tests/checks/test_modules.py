"""Checks of kernel modules and limits."""

from __future__ import annotations

import pytest

from tests.checks.bench import Bench

BRIDGE = "/proc/sys/net/bridge/bridge-nf-call-iptables"
INOTIFY = "/proc/sys/fs/inotify/max_user_"


def test_overlay(bench: Bench) -> None:
    """A kernel that knows no overlays is worth a warning, and a fix is told the module."""
    bench.host.write("/proc/filesystems", b"nodev\toverlayish\n\text4\n", mode=0o444)
    finding = bench.finding("Module-overlay")
    assert (finding.level, finding.facts) == ("warning", {"module": "overlay"})
    assert finding.found == "the kernel module overlay isn't loaded"


def test_br_netfilter(bench: Bench) -> None:
    """Without its setting the module isn't there."""
    bench.host.remove(BRIDGE)
    assert bench.finding("Module-br_netfilter").facts == {"module": "br_netfilter"}


def test_br_netfilter_switched_off(bench: Bench) -> None:
    """With it, the setting has to be on."""
    bench.host.write(BRIDGE, b"0\n", mode=0o644)
    finding = bench.finding("Module-br_netfilter")
    assert finding.found == "net.bridge.bridge-nf-call-iptables is 0"
    assert finding.facts == {"setting": "net.bridge.bridge-nf-call-iptables", "value": "1"}


@pytest.mark.parametrize(
    ("name", "value", "warns"),
    [("instances", 511, 1), ("instances", 512, 0), ("watches", 65535, 1), ("watches", 65536, 0)],
)
def test_inotify(bench: Bench, name: str, value: int, warns: int) -> None:
    """Each limit that is too low is worth a warning with the value that will do."""
    bench.host.write(f"{INOTIFY}{name}", f"{value}\n".encode(), mode=0o644)
    found = bench.findings("Inotify")
    assert [each.facts for each in found] == [
        {"setting": f"fs.inotify.max_user_{name}", "value": str(value + 1)}
    ] * warns


@pytest.mark.parametrize("content", [None, "", "odd\n"])
def test_inotify_that_nobody_can_tell(bench: Bench, content: str | None) -> None:
    """A kernel without the setting, or with an odd one, isn't blamed for it."""
    bench.host.remove(f"{INOTIFY}instances")
    if content is not None:
        bench.plant(f"{INOTIFY}instances", content)
    assert not bench.findings("Inotify")
