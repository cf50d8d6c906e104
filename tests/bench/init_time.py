"""Wall time of `kubeadm init` and of ours, in turn, each run on a fresh node of the lab.

python -m tests.bench.init_time [RUNS]
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import closing

from tests.lab import program
from tests.lab.lab import Lab
from tests.lab.node import Node

CONFIG = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {address}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
controlPlaneEndpoint: "{address}:6443"
networking: {{podSubnet: 10.244.0.0/16}}
"""
    + program.KUBELET
)
COMMANDS = {"kubeadm": "kubeadm", "ours": "kubeboot-tui"}


def timed(node: Node, command: str) -> float:
    """Seconds that one init takes on a fresh node with all images there."""
    node.write(program.CONFIG, CONFIG.format(address=node.address))
    program.install(node)
    node.check("kubeboot-tui", "--version")
    began = time.monotonic()
    node.check(
        command, "init", "--config", program.CONFIG,
        f"--ignore-preflight-errors={program.LAB_IGNORES}", timeout=300,
    )  # fmt: skip
    return time.monotonic() - began


def main(runs: int) -> None:
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with closing(Lab()) as lab:
        for _ in range(runs):
            for name, command in COMMANDS.items():
                with lab.nodes(1, ready=True) as (node,):
                    found[name].append(timed(node, command))
    for name, seconds in found.items():
        listed = "  ".join(f"{one:.1f}" for one in seconds)
        print(f"{name:<8} {listed}   median {statistics.median(seconds):.1f} s")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
