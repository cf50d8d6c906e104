"""kubeadm's and the kubelet's configuration in the cluster, readable by nodes that join."""

from __future__ import annotations

from collections.abc import Iterable

from phases.engine.context import Context
from phases.engine.phase import Phase
from phases.render import upload_config
from phases.system.ports import Object


def run(context: Context) -> None:
    context.step("kubeadm", ensure_all, upload_config.kubeadm_objects(context.configuration))
    context.step("kubelet", ensure_all, upload_config.kubelet_objects(context.configuration))


def ensure_all(context: Context, wanted: Iterable[Object]) -> None:
    admin = context.admin()
    for thing in wanted:
        context.ensure_object(admin, thing)


PHASE = Phase(
    name="upload-config",
    title="Upload the configuration",
    after=("wait-control-plane",),
    steps=("kubeadm", "kubelet"),
    aliases=("uploadconfig",),
    run=run,
)
