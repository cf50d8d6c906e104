"""The file that the project began with, as a web page has it, pasted into the screens: a cluster by keys.

Its indentation is lost and its version is v1alpha1. It is repaired on consent and brought up to date, a version
of today is typed into the form, and an operator's own preset adds what this machine needs.
"""

from __future__ import annotations

from . import program
from .lab import Lab
from .node import Node
from .terminal import Terminal, terminal
from .test_app_screens import (
    PROGRAM,
    SMALL,
    start_from_review,
    to_the_join_page,
    walk_to_review,
)
from .test_end_to_end import joined

ARTICLE = """\
编写了一个给kubeadm用的YAML文件（名叫：kubeadm.yaml）：

```yaml
apiVersion: kubeadm.k8s.io/v1alpha1
kind: MasterConfiguration
controllerManagerExtraArgs:
horizontal-pod-autoscaler-use-rest-clients: "true"
horizontal-pod-autoscaler-sync-period: "10s"
node-monitor-grace-period: "10s"
apiServerExtraArgs:
runtime-config: "api/all=true"
kubernetesVersion: "stable-1.11"
```

```shell
kubeadm init --config kubeadm.yaml
```
"""
PRESET = """\
title: A node of the lab
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {{advertiseAddress: {address}}}
nodeRegistration: {{ignorePreflightErrors: [SystemVerification]}}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
controlPlaneEndpoint: "{address}:6443"
networking: {{podSubnet: 10.244.0.0/16}}
"""
BESIDE = "nodeLeaseDurationSeconds: 8\n"
"""As in `test_end_to_end`: with it the tutorial's grace period of 10 s leaves healthy nodes ready."""

FLAGS = (
    "--runtime-config=api/all=true",
    "--node-monitor-grace-period=10s",
    "--horizontal-pod-autoscaler-sync-period=10s",
)


def take_the_article(screen: Terminal) -> None:
    """Onto the list of sections; what was meant is shown, and the answer beside the safe one takes it."""
    screen.expect(r"\^o Open", seconds=60)
    screen.settled()
    screen.paste(ARTICLE)
    screen.expect(r"Damaged by copying")
    screen.expect(r"~ +horizontal-pod-autoscaler-sync-period")
    screen.press("Down", "Enter")
    screen.expect(r"stable-1\.11 names release 1\.11, which is not supported")


def mend(screen: Terminal) -> None:
    """A version of today: the tutorial's is too old, and nothing else takes its place by itself."""
    screen.press("Home", "Tab", "End", "C-u")
    screen.type("v1.37.2")
    screen.settled()
    screen.press("Escape")


def fill_in_the_preset(screen: Terminal) -> None:
    """The operator's own is the last one; what was typed stays."""
    screen.press("F6")
    screen.expect(r"Start from a preset")
    screen.press(*["Down"] * 8, "Enter")
    screen.expect(r"(?s)A node of the lab.*Fill it in")
    screen.press("Down", "Enter")
    screen.settled()


def test_the_seed_makes_a_cluster(lab: Lab) -> None:
    """80x24: from the article to a control plane with the tutorial's flags, which a worker joins."""
    with lab.nodes(2, ready=True) as (master, worker):
        program.install(master)
        preset = PRESET.format(address=master.address) + program.KUBELET + BESIDE
        master.write("/etc/kubeboot/presets/node.yaml", preset)
        with terminal(master, PROGRAM, size=SMALL) as screen:
            screen.expect(r"Fresh: nothing of Kubernetes", seconds=120)
            screen.press("Enter")
            take_the_article(screen)
            mend(screen)
            fill_in_the_preset(screen)
            walk_to_review(screen)
            start_from_review(screen)
            command = to_the_join_page(screen)
            assert "has joined the cluster" in joined(worker, command)
        given = arguments_of(master)
        assert [flag for flag in FLAGS if flag not in given] == []


def arguments_of(master: Node) -> str:
    """The command lines that the API server and the controller manager were started with."""
    return "\n".join(
        master.read(f"/etc/kubernetes/manifests/{name}.yaml")
        for name in ("kube-apiserver", "kube-controller-manager")
    )
