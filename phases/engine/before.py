"""What lay in the folders that a cluster fills by itself, before the first run on this machine.

The ledger knows what this program writes. What kubelets, etcd and network plugins write it can't know,
so it is remembered what was there before they did.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

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
FILE = "before.json"


def remember(state: Path, host: Host, folders: Iterable[str]) -> None:
    """Keeps what lies in each folder, unless an earlier run has done so."""
    if there_before(state):
        return
    names = {
        folder: host.list(folder) if host.stat(folder) is not None else None for folder in folders
    }
    atomic.replace(str(state / FILE), json.dumps(names).encode(), 0o600)


def there_before(state: Path) -> Mapping[str, frozenset[str] | None]:
    """The names that lay in each folder before the first run, None for a folder that wasn't there.

    Nothing where nobody looked.
    """
    try:
        kept = json.loads((state / FILE).read_text())
        return {
            folder: None if names is None else frozenset(names) for folder, names in kept.items()
        }
    except (OSError, ValueError, AttributeError):
        return {}


def forget(state: Path) -> None:
    """For when the cluster is gone: the next run is a first one again."""
    with suppress(FileNotFoundError):
        (state / FILE).unlink()
