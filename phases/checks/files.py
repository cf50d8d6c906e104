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
    return no_file(manifest(component))


def no_file(path: str) -> Look:
    return partial(absent, path=path)


def absent(context: Context, *, path: str) -> Iterator[Finding]:
    """Nothing of somebody else's: a static pod, a kubeconfig. Facts: path."""
    if context.exists(path) and path not in context.ours:
        yield error(f"{path} is there and isn't ours", "no such file", RESET, path=path)


def no_authority(context: Context) -> Iterator[Finding]:
    """A worker is given the cluster's authority as it joins. Facts: path."""
    yield from absent(context, path=f"{context.configuration.cluster.certificates_dir}/ca.crt")


def has_local_etcd(configuration: Configuration) -> bool:
    return configuration.cluster.etcd.local is not None


def empty_data(context: Context) -> Iterator[Finding]:
    """etcd's folder is empty or not there, or holds what our own etcd wrote. Facts: folder, names."""
    local = context.configuration.cluster.etcd.local
    folder = local.data_dir if local else ""
    names = context.host.list(folder)
    if names and folder not in context.ours and not runs_by_us(context, "etcd"):
        found, advice = f"{folder} holds {shortened(names)}", data_advice(names)
        yield error(found, "an empty folder or none", advice, folder=folder, names=names)


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
    """A program lies on the PATH and may be executed. Facts: program."""
    if not found_program(context, name):
        needed = f"{name} in {ENVIRONMENT['PATH']}"
        remedy = f"Install the package that brings {name}"
        yield error(f"no program {name}", needed, remedy, program=name)


def found_program(context: Context, name: str) -> str:
    """Where on the PATH a program lies; empty without one."""
    paths = (f"{folder}/{name}" for folder in ENVIRONMENT["PATH"].split(":"))
    return next((path for path in paths if executable(context, path)), "")


def executable(context: Context, path: str) -> bool:
    fact = context.host.stat(path)
    return fact is not None and fact.kind in ("file", "link") and bool(fact.mode & 0o111)


def etcd_credentials(context: Context) -> Iterator[Finding]:
    """The files that an external etcd is to be spoken to with. Facts: path."""
    external = context.configuration.cluster.etcd.external
    paths = (external.ca_file, external.cert_file, external.key_file) if external else ()
    for path in paths:
        if path and not context.exists(path):
            needed = "the file that etcd.external names"
            yield error(f"{path} is missing", needed, "Put it there", path=path)
