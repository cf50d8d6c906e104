"""What on this machine is ours: the paths in the ledger, as long as the cluster is the one we made.

After a `kubeadm reset` and a control plane of somebody else's the ledger is still there, but the
authority isn't the one that it tells of.
"""

from __future__ import annotations

from hashlib import sha256

from phases.engine.ledger import Ledger
from phases.system.ports import Host

AUTHORITY = "/ca.crt"
PEM = b"-----BEGIN CERTIFICATE-----"


def ours(ledger: Ledger, host: Host) -> frozenset[str]:
    """The paths that we wrote, none at all where another authority stands in place of ours."""
    replaced = any(_is_another(host, *each) for each in ledger.written(AUTHORITY).items())
    return frozenset() if replaced else ledger.targets()


def _is_another(host: Host, path: str, digest: str) -> bool:
    """Whether a certificate that isn't the one we wrote lies there; a damaged one is still ours."""
    try:
        found = host.read(path)
    except OSError:
        return False
    whole = found.startswith(PEM) and found.rstrip().endswith(b"-----END CERTIFICATE-----")
    return whole and sha256(found).hexdigest() != digest
