"""Swap in a node, acted: the kernel's swap is this whole machine's, so nothing here may touch it.

/proc/swaps is a file of the lab's, mounted over the real one; the node's swapon and swapoff mount and
unmount it by what /etc/fstab says, at boot too. Everything that reads /proc/swaps or /etc/fstab, and
everything that runs those two commands, sees what it would see on a machine with swap.
"""

from __future__ import annotations

from .node import Node

FILE = "/swapfile"
FSTAB = f"{FILE} none swap sw 0 0"

SWAPON = """#!/bin/sh
case "$1" in
  -a|--all) files=$(awk '$1 !~ /^#/ && $3 == "swap" { print $1 }' /etc/fstab) ;;
  -*|"") exec /usr/sbin/swapon "$@" ;;
  *) files=$* ;;
esac
[ -n "$files" ] || exit 0
/usr/local/sbin/swapoff -a
{
  printf 'Filename\\t\\t\\t\\tType\\t\\tSize\\t\\tUsed\\t\\tPriority\\n'
  for file in $files; do
    printf '%s                               file\\t\\t1020\\t\\t0\\t\\t-2\\n' "$file"
  done
} >/run/acted-swaps
mount --bind /run/acted-swaps /proc/swaps
"""
SWAPOFF = """#!/bin/sh
umount /proc/swaps 2>/dev/null || :
"""
UNIT = """[Unit]
Description=Swap as /etc/fstab has it
DefaultDependencies=no
After=local-fs.target
Before=basic.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/swapon -a

[Install]
WantedBy=basic.target
"""


def switch_on(node: Node) -> None:
    """A swap file in /etc/fstab, in use, now and after every boot."""
    for name, text in {"swapon": SWAPON, "swapoff": SWAPOFF}.items():
        node.write(f"/usr/local/sbin/{name}", text, mode=0o755)
    node.write("/etc/systemd/system/acted-swap.service", UNIT, mode=0o644)
    node.shell(
        f"dd if=/dev/zero of={FILE} bs=1M count=1 status=none; chmod 600 {FILE}; "
        f"mkswap {FILE} >/dev/null; echo '{FSTAB}' >>/etc/fstab; "
        "systemctl enable --quiet --now acted-swap"
    )
