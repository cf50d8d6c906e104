"""kubeboot-tui in the lab's nodes: installed as an operator would, by copying the one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import LabError
from .node import Node

DIST = Path(__file__).parents[2] / "dist/kubeboot-tui"
CONFIG = "/root/kubeadm.yaml"
LAB_IGNORES = "SystemVerification"
"""These machines have cgroup v1 only, which kubeadm refuses whatever the kubelet is told."""

KUBELET = """\
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
"""
"""The document that a configuration ends with so that a kubelet starts on them."""


def install(node: Node) -> None:
    """Copies dist/kubeboot-tui to the node's PATH. A LabError where `make dist` hasn't been run."""
    if not DIST.exists():
        raise LabError(f"{DIST} isn't there; run `make dist`")
    node.copy_in(DIST, "/usr/local/bin/kubeboot-tui")
    node.check("chmod", "755", "/usr/local/bin/kubeboot-tui")


def begin(node: Node) -> None:
    """Starts an init of CONFIG in the background, as a person who then hangs up would."""
    log = "/root/first.log"
    node.shell(f"setsid kubeboot-tui init --config {CONFIG} >{log} 2>&1 </dev/null &")


def handover(node: Node) -> Mapping[str, Any]:
    """What the newest run on the node handed over."""
    newest = node.shell("ls -d /var/lib/kubeboot/runs/*/ | tail -n 1").stdout.strip()
    found: Mapping[str, Any] = json.loads(node.read(f"{newest}handover.json"))
    return found


def effects(printed: str) -> list[tuple[str, str]]:
    """The changes in the output of `init --json`, as pairs of verb and target."""
    records = map(json.loads, printed.splitlines())
    return [(r["verb"], r["target"]) for r in records if r["event"] == "Effect"]
