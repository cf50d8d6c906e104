"""kubeboot-tui on a bare machine on which everything is wrong: mended, with consent, until it is a cluster.

Packages come from the lab's repositories; only the fingerprint of their key has to be given, as it can't be
the community's.
"""

from __future__ import annotations

import pytest

from . import faults, internet, podnet, program, repository, versions
from .command import Result
from .node import Node
from .wait import until

CONFIG = (
    """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {address}}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
networking: {{podSubnet: 10.244.0.0/16}}
"""
    + program.KUBELET
)
INIT = (
    "kubeboot-tui", "init", f"--config={program.CONFIG}", "--yes", "--fix=all",
    f"--ignore-preflight-errors={program.LAB_IGNORES}",
)  # fmt: skip
STABLE = "core:/stable:/v1.37/deb"


@pytest.fixture
def machine(bare_node: Node) -> Node:
    """A bare node with the program on it, and a configuration to start from."""
    program.install(bare_node)
    bare_node.write(program.CONFIG, CONFIG.format(address=bare_node.address))
    return bare_node


def init(node: Node, *more: str) -> Result:
    key = repository.fingerprint("community")
    return node.run(*INIT, f"--package-key={key}", *more, timeout=900)


def test_all_wrong_becomes_a_cluster(machine: Node) -> None:
    """Every fault at once: one command mends them, and pods run in the cluster it makes."""
    faults.plant(machine, *faults.FAULTS)
    init(machine).checked()
    until(lambda: podnet.connect(machine, (machine,)))
    rollout = ("rollout", "status", "deployment/coredns", "--namespace=kube-system")
    machine.check(*podnet.KUBECTL, *rollout, "--timeout=120s")
    held = machine.check("apt-mark", "showhold").stdout.split()
    assert {"kubelet", "kubeadm", "kubectl"} <= set(held)
    assert machine.check("kubeadm", "version", "-o", "short").stdout == f"v{versions.KUBERNETES}\n"
    assert machine.check("crictl", "--version").stdout == f"crictl version v{versions.MINOR}.0\n"


@pytest.mark.parametrize("host", [internet.FORGED, internet.IMPOSTOR])
def test_packages_that_somebody_else_signed_are_refused(machine: Node, host: str) -> None:
    """By the key's fingerprint, or by the signature: nothing of them is installed."""
    refused = init(machine, f"--package-source=https://{host}/{STABLE}")
    assert not refused.ok
    assert host in refused.report()
    assert not machine.exists("/usr/bin/kubelet")


def test_an_honest_mirror_serves_as_well(machine: Node) -> None:
    """The kubelet comes from the address that the operator named."""
    more = (f"--package-source=https://{internet.MIRROR}/{STABLE}", "--only=prepare")
    init(machine, *more).checked()
    assert internet.MIRROR in machine.check("apt-cache", "policy", "kubelet").stdout
