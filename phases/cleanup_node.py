"""Ends the cluster on this machine: the kubelet, its pods, and what they have left lying about.

It removes what `kubeadm reset` removes, and what kube-proxy and network plugins leave in the kernel
beside it. What was here before this program came is put back afterwards, by the phase `undo`.
"""

from __future__ import annotations

import re

from phases.engine.before import LINKS, SETTINGS, setting
from phases.engine.context import Context
from phases.engine.phase import Phase
from phases.system.ports import RuntimeFailure

KUBELET = "/var/lib/kubelet"
CHAINS = re.compile(r"\b(KUBE|CNI|FLANNEL|cali|CILIUM)-")
RULES = "/run/kubeboot-rules"
TOOLS = ("iptables", "ip6tables")


def skip(context: Context) -> str | None:
    """On a machine where none of ours is, nothing is touched: what runs there is somebody else's."""
    return None if context.past.has_cluster else "no cluster of ours is on this machine"


def run(context: Context) -> None:
    context.step("kubelet", stop_kubelet)
    context.step("pods", remove_pods)
    context.step("mounts", unmount)
    context.step("folders", empty)
    context.step("network", clear_network)
    context.step("settings", set_back)
    context.step("images", remove_images)


def stop_kubelet(context: Context) -> None:
    """Also one that waits to be started again."""
    if context.host.probe(("systemctl", "cat", "kubelet")).code == 0:
        context.host.run(("systemctl", "stop", "kubelet"))


def remove_pods(context: Context) -> None:
    """A runtime that doesn't answer keeps its pods, and that is told."""
    try:
        runtime = context.open_runtime()
        for pod in runtime.pods():
            context.safe_point()
            context.report("pod", f"{pod.namespace}/{pod.name}", state="removed")
            runtime.remove_pod(pod)
    except (RuntimeFailure, OSError) as failure:
        context.warn(f"pods may still run: {failure}")


def unmount(context: Context) -> None:
    """What pods have mounted, the innermost first."""
    rows = (context.read("/proc/self/mounts") or b"").decode(errors="replace").splitlines()
    points = [row.split()[1] for row in rows if len(row.split()) > 1]
    for point in sorted((each for each in points if each.startswith(f"{KUBELET}/")), reverse=True):
        context.host.run(("umount", point))


def empty(context: Context) -> None:
    """What wasn't there before the first run goes; a folder of ours the phase `undo` takes away."""
    for folder, names in context.past.there_before.items():
        if folder == LINKS or not context.exists(folder):
            continue
        for name in newcomers(context, folder):
            context.host.remove(f"{folder}/{name}")
        if names is None and folder not in context.ours:
            context.host.remove(folder)


def newcomers(context: Context, folder: str) -> list[str]:
    """What lies in a folder now and didn't before the first run; nothing where nobody looked.

    What a fix has taken out of the way since isn't there any more: another thing of its name is new.
    """
    now = context.host.list(folder)
    known = context.past.there_before.get(folder, frozenset(now)) or frozenset()
    away = {entry.target for entry in context.past.entries() if entry.verb in ("move", "run")}
    gone = {name for name in known if away & {f"{folder}/{name}", f"ip link delete {name}"}}
    return [name for name in now if name not in known - gone]


def clear_network(context: Context) -> None:
    """Links that came with the cluster, and the rules for its services."""
    for link in newcomers(context, LINKS):
        context.host.run(("ip", "link", "delete", link))
    for tool in TOOLS:
        clear_rules(context, tool)


def clear_rules(context: Context, tool: str) -> None:
    """The rules without those of kube-proxy and of network plugins; others stay as they are."""
    saved = context.host.probe((f"{tool}-save",))
    kept = "".join(
        line for line in saved.stdout.splitlines(keepends=True) if not CHAINS.search(line)
    )
    if saved.code or kept == saved.stdout:
        return
    context.host.write(RULES, kept.encode(), mode=0o600)
    context.host.run((f"{tool}-restore", RULES))
    context.host.remove(RULES)


def set_back(context: Context) -> None:
    """What kubelets and kube-proxy have set in the kernel, where nobody has set it otherwise since."""
    for name, value in context.past.set_before.items():
        now = setting(context.host, name)
        if now == SETTINGS[name] and now != value:
            context.host.run(("sysctl", "-q", "-w", f"{name}={value}"))


def remove_images(context: Context) -> None:
    """Those that this program pulled."""
    pulled = {entry.target for entry in context.past.entries() if entry.verb in ("pull", "import")}
    try:
        runtime = context.open_runtime()
        for image in sorted(pulled):
            runtime.remove_image(image)
    except (RuntimeFailure, OSError) as failure:
        context.warn(f"images stay: {failure}")


PHASE = Phase(
    name="cleanup-node",
    title="End the cluster on this machine",
    workflows=("reset",),
    steps=("kubelet", "pods", "mounts", "folders", "network", "settings", "images"),
    skip=skip,
    run=run,
)
