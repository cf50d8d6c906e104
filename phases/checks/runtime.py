"""The container runtime: that it answers, agrees with the kubelet, and has what containers need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from phases.checks import containerd
from phases.checks.check import Finding, error, warning
from phases.checks.files import found_program
from phases.engine.context import Context
from phases.model.images import pause_image
from phases.model.types import Configuration
from phases.system.ports import RuntimeFact, RuntimeFailure

PLUGINS = "/opt/cni/bin"
BASIC_PLUGINS = ("loopback", "bridge", "host-local", "portmap")
OCI_RUNTIMES = ("runc", "crun", "youki")


def answers(context: Context) -> Iterator[Finding]:
    """Facts: socket."""
    socket = context.configuration.init.node_registration.cri_socket
    path = socket.removeprefix("unix://")
    remedy = "Start the runtime (`systemctl start containerd`), or name its criSocket"
    try:
        fact = context.open_runtime().about()
    except (RuntimeFailure, OSError) as refusal:
        why = str(refusal).removeprefix(f"{path}: ")
        found = f"no container runtime answers at {path} ({why})"
        yield error(found, "one that answers", remedy, socket=path)
        return
    if not fact.ready:
        found = f"{fact.name} {fact.version} isn't ready: {fact.reason or 'it gives no reason'}"
        yield error(found, "a runtime that is ready", f"See the logs of {fact.name}", socket=path)


def is_new_enough(context: Context) -> Iterator[Finding]:
    """A runtime of before CRI's RuntimeConfig call leaves the kubelet to guess its cgroup driver."""
    fact = known_runtime(context)
    if fact and not fact.cgroup_driver:
        yield warning(
            f"{fact.name} {fact.version} doesn't tell its cgroup driver (CRI RuntimeConfig)",
            "a runtime that does: kubelets of 1.38 and later rely on it",
            "Update it: containerd 2.0 and CRI-O 1.28 are new enough",
        )


def driver(context: Context) -> Iterator[Finding]:
    """Kubelet and runtime have to agree on who manages the groups, or pods die and come back.

    Facts: runtime (its name), driver (its), kubelet (the other one).
    """
    wanted = kubelet_driver(context.configuration)
    fact = known_runtime(context)
    found = (fact.cgroup_driver or containerd.cgroup_driver(context)) if fact else ""
    if fact and found and found != wanted:
        yield warning(
            f"{fact.name} uses the cgroup driver {found}",
            f"{wanted}, as the kubelet is configured",
            "Set SystemdCgroup = true in containerd's configuration, or the kubelet's cgroupDriver",
            runtime=fact.name,
            driver=found,
            kubelet=wanted,
        )


def kubelet_driver(configuration: Configuration) -> str:
    return str((configuration.kubelet or {}).get("cgroupDriver") or "systemd")


def sandbox(context: Context) -> Iterator[Finding]:
    """The runtime's pause image is the one that is pulled; kubeadm tells so as it pulls.

    Facts: runtime, and image, the one to name.
    """
    fact, wanted = known_runtime(context), str(pause_image(context.configuration.cluster))
    if fact and fact.sandbox_image and fact.sandbox_image != wanted:
        yield warning(
            f"{fact.name} starts pods with {fact.sandbox_image}",
            f"{wanted}, which is pulled for this version",
            f"Name it as sandbox image in the configuration of {fact.name}",
            runtime=fact.name,
            image=wanted,
        )


def oci_runtime(context: Context) -> Iterator[Finding]:
    """What containerd starts containers with. CRI-O brings its own."""
    if not any(found_program(context, name) for name in OCI_RUNTIMES):
        remedy = "Install the package that brings runc"
        yield warning("no program runc", "runc, which starts containers", remedy, program="runc")


def plugins(context: Context) -> Iterator[Finding]:
    """The plugins that runtimes and most network plugins build on. Facts: folder, missing."""
    there = context.host.list(PLUGINS)
    if missing := [name for name in BASIC_PLUGINS if name not in there]:
        yield warning(
            f"no {', '.join(missing)} in {PLUGINS}",
            "the basic CNI plugins",
            "Install the package that brings them (kubernetes-cni)",
            folder=PLUGINS,
            missing=missing,
        )


def known_runtime(context: Context) -> RuntimeFact | None:
    """What the runtime says of itself; None without one, which `answers` reports."""
    with suppress(RuntimeFailure, OSError):
        return context.open_runtime().about()
    return None
