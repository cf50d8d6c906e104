"""The static pods of API server, controller manager and scheduler."""

from __future__ import annotations

from collections.abc import Mapping

from phases.engine.context import Context
from phases.engine.manifests import ensure_manifest
from phases.engine.phase import Phase
from phases.render.static_pods import Component

COMPONENTS: Mapping[str, Component] = {
    "apiserver": "kube-apiserver",
    "controller-manager": "kube-controller-manager",
    "scheduler": "kube-scheduler",
}
"""kubeadm's names of the steps, and the components that they write."""


def run(context: Context) -> None:
    for step, component in COMPONENTS.items():
        context.step(step, ensure_manifest, component)


PHASE = Phase(
    name="control-plane",
    title="Control plane",
    after=("certs",),
    steps=tuple(COMPONENTS),
    run=run,
)
