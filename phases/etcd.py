"""The static pod of a local etcd and the folder of its data. An external etcd needs neither."""

from __future__ import annotations

from phases.engine.context import Context
from phases.engine.manifests import ensure_manifest
from phases.engine.phase import Phase


def skip(context: Context) -> str | None:
    return "etcd is external" if context.configuration.cluster.etcd.external else None


def run(context: Context) -> None:
    context.step("local", ensure_local)


def ensure_local(context: Context) -> None:
    local = context.configuration.cluster.etcd.local
    if local is not None:
        ensure_private(context, local.data_dir)
    ensure_manifest(context, "etcd")


def ensure_private(context: Context, folder: str) -> None:
    """A folder for root alone, and so are those above it that have to be made, as kubeadm has it."""
    parent = folder.rpartition("/")[0]
    if parent and not context.exists(parent):
        ensure_private(context, parent)
    context.ensure_directory(folder, mode=0o700)


PHASE = Phase(name="etcd", title="etcd", after=("certs",), steps=("local",), run=run, skip=skip)
