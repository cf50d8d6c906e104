"""What a cluster changes by itself, as it was before the first run on this machine: folders, settings.

The ledger knows what this program writes. What kubelets, etcd and network plugins write it can't know,
so it is remembered what was there before they did.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from phases.system import atomic
from phases.system.ports import Host

LINKS = "/sys/class/net"
FILLED = (
    "/etc/kubernetes",
    "/var/lib/kubelet",
    "/etc/cni/net.d",
    "/var/lib/cni",
    "/run/flannel",
    "/var/log/pods",
    "/var/log/containers",
    "/usr/libexec/kubernetes",
    "/usr/lib/modules",
    LINKS,
)
"""Those below /usr are made for mounts of the controller manager and of kube-proxy."""
SETTINGS: Mapping[str, str] = {
    "vm.overcommit_memory": "1",
    "vm.panic_on_oom": "0",
    "kernel.panic": "10",
    "kernel.panic_on_oops": "1",
    "kernel.keys.root_maxkeys": "1000000",
    "kernel.keys.root_maxbytes": "25000000",
    "net.ipv4.conf.all.route_localnet": "1",
    "net.netfilter.nf_conntrack_tcp_timeout_established": "86400",
    "net.netfilter.nf_conntrack_tcp_timeout_close_wait": "3600",
}
"""What kubelets and kube-proxy set in the kernel, and to what; with another value it is somebody else's."""

FILE = "before.json"


def remember(state: Path, host: Host, folders: Iterable[str]) -> None:
    """Keeps what lies in each folder and how the kernel is set, unless an earlier run has done so."""
    if there_before(state):
        return
    names = {
        folder: host.list(folder) if host.stat(folder) is not None else None for folder in folders
    }
    values = {name: value for name in SETTINGS if (value := setting(host, name))}
    atomic.replace(str(state / FILE), json.dumps({**names, **values}).encode(), 0o600)


def setting(host: Host, name: str) -> str:
    """How the kernel is set now; empty where it doesn't know the setting."""
    try:
        return host.read(f"/proc/sys/{name.replace('.', '/')}").decode().strip()
    except OSError:
        return ""


def set_before(state: Path) -> Mapping[str, str]:
    """The kernel's settings before the first run, by name."""
    return {name: value for name, value in _kept(state).items() if name in SETTINGS}


def there_before(state: Path) -> Mapping[str, frozenset[str] | None]:
    """The names that lay in each folder before the first run, None for a folder that wasn't there.

    Nothing where nobody looked.
    """
    return {
        folder: None if names is None else frozenset(names)
        for folder, names in _kept(state).items()
        if folder not in SETTINGS
    }


def _kept(state: Path) -> Mapping[str, Any]:
    try:
        kept = json.loads((state / FILE).read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def forget(state: Path) -> None:
    """For when the cluster is gone: the next run is a first one again."""
    with suppress(FileNotFoundError):
        (state / FILE).unlink()
