"""Files and folders that must not be there yet, and those that must."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from phases.checks.check import Finding, Look, error
from phases.checks.ours import manifest, runs_by_us
from phases.engine.context import Context
from phases.model.types import Configuration
from phases.system.commands import ENVIRONMENT

RESET = "If it is left over from another cluster, remove that with `kubeadm reset`"


def no_manifest(component: str) -> Look:
    return partial(absent, component=component)


def absent(context: Context, *, component: str) -> Iterator[Finding]:
    """No static pod of somebody else's."""
    path = manifest(component)
    if context.exists(path) and path not in context.ours:
        yield error(f"{path} is there and isn't ours", "no such file", RESET)


def has_local_etcd(configuration: Configuration) -> bool:
    return configuration.cluster.etcd.local is not None


def empty_data(context: Context) -> Iterator[Finding]:
    """etcd's folder is empty or not there, or holds what our own etcd wrote."""
    local = context.configuration.cluster.etcd.local
    folder = local.data_dir if local else ""
    names = context.host.list(folder)
    if names and folder not in context.ours and not runs_by_us(context, "etcd"):
        yield error(
            f"{folder} holds {shortened(names)}", "an empty folder or none", data_advice(names)
        )


def data_advice(names: tuple[str, ...]) -> str:
    if names == ("lost+found",):
        return "It is a file system of its own: give etcd a folder inside it as dataDir"
    return f"Move it away, or name another dataDir. {RESET}"


def shortened(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def program(name: str) -> Look:
    return partial(on_path, name=name)


def on_path(context: Context, *, name: str) -> Iterator[Finding]:
    """A program lies on the PATH and may be executed."""
    folders = ENVIRONMENT["PATH"].split(":")
    if not any(executable(context, f"{folder}/{name}") for folder in folders):
        needed = f"{name} in {ENVIRONMENT['PATH']}"
        yield error(f"no program {name}", needed, f"Install the package that brings {name}")


def executable(context: Context, path: str) -> bool:
    fact = context.host.stat(path)
    return fact is not None and fact.kind in ("file", "link") and bool(fact.mode & 0o111)


def etcd_credentials(context: Context) -> Iterator[Finding]:
    """The files that an external etcd is to be spoken to with."""
    external = context.configuration.cluster.etcd.external
    paths = (external.ca_file, external.cert_file, external.key_file) if external else ()
    for path in paths:
        if path and not context.exists(path):
            yield error(f"{path} is missing", "the file that etcd.external names", "Put it there")
