"""Grace periods that are too short for how often kubelets give a sign of life."""

from __future__ import annotations

import pytest

from phases.model.check_liveness import liveness_warnings
from phases.model.load import load

FILE = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
controllerManager:
  extraArgs:
  - name: node-monitor-grace-period
    value: {grace}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
{kubelet}
"""


@pytest.mark.parametrize(
    ("grace", "kubelet", "warned"),
    [
        ("10s", "", True),
        ("19s", "", True),
        ("20s", "", False),
        ("10s", "nodeLeaseDurationSeconds: 8", False),
        ("3s", "nodeLeaseDurationSeconds: 8", True),
        ("nonsense", "", False),
    ],
)
def test_grace_periods(grace: str, kubelet: str, warned: bool) -> None:
    """The tutorial's 10 s is warned of unless the kubelets' leases are made shorter."""
    found = list(liveness_warnings(load(FILE.format(grace=grace, kubelet=kubelet), name="f")))
    assert bool(found) == warned
    assert all(problem.path == "controllerManager.extraArgs[0].value" for problem in found)
