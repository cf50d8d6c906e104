"""ConfigMaps, and the hash by which kubeadm knows those whose content it made up itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

HASH = "kubeadm.kubernetes.io/component-config.hash"
"""An upgrade may write a component's configuration anew only where this matches its content."""


def config_map(
    name: str,
    data: Mapping[str, str],
    *,
    namespace: str = "kube-system",
    labels: Mapping[str, str] | None = None,
    generated: bool = False,
) -> Mapping[str, Any]:
    """A ConfigMap; `generated` ones, which no operator wrote, carry their hash."""
    metadata: dict[str, Any] = {"name": name, "namespace": namespace}
    if generated:
        metadata["annotations"] = {HASH: content_hash(data)}
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "data": data, "kind": "ConfigMap", "metadata": metadata}


def content_hash(data: Mapping[str, str]) -> str:
    """`sha256:<hex>` over the values in the order of their keys."""
    return (
        f"sha256:{hashlib.sha256(''.join(data[key] for key in sorted(data)).encode()).hexdigest()}"
    )
