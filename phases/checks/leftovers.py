"""What an earlier cluster left on this machine, and whose it was. Where that is ours, it is no leftover.

Manifests, etcd's data and ports in use are looked at by checks of their own, which refuse; these warn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from phases.checks.check import Finding, warning
from phases.checks.files import shortened
from phases.checks.ours import is_our_node
from phases.engine.context import Context
from phases.render import kubeconfig, pki, portrait
from phases.system.ports import RuntimeFailure

KUBECONFIGS = tuple(
    f"/etc/kubernetes/{name}.conf"
    for name in (
        *("admin", "super-admin", "kubelet", "bootstrap-kubelet"),
        *("controller-manager", "scheduler"),
    )
)
KUBELET_FILES = tuple(
    f"/var/lib/kubelet/{name}"
    for name in ("config.yaml", "kubeadm-flags.env", "pki/kubelet-client-current.pem")
)
INTERFACES = (
    *("cni0", "flannel", "cilium_", "lxc_health", "cali", "vxlan.calico", "kube-", "weave"),
    *("antrea", "nodelocaldns"),
)
"""How the links of network plugins and of kube-proxy begin."""

LINKS, CNI, PODS = "/sys/class/net", "/etc/cni/net.d", "/var/lib/kubelet/pods"
OF_OTHERS = ("podman", "crio", "containerd", "nerdctl", "docker")
"""Networks in /etc/cni/net.d that are no cluster's."""

RESET = "Run `kubeadm reset`"


def cluster(context: Context) -> Iterator[Finding]:
    """Kubeconfigs and files of a kubelet.

    Facts: paths, and whose they are: cluster, server, subject and authority (a hash), each of which
    may be empty.
    """
    if is_our_node(context):  # what its kubelet writes stands in no ledger
        return
    paths = [
        path
        for path in (*KUBECONFIGS, *KUBELET_FILES)
        if path not in context.ours and context.exists(path)
    ]
    if paths:
        whose, names = owner(context, paths), shortened(tuple(paths))
        told = ", ".join(filter(None, whose.values()))
        found = f"files of the cluster {told}: {names}" if told else f"files of a cluster: {names}"
        yield warning(found, "none of another cluster", RESET, paths=paths, **whose)


def owner(context: Context, paths: list[str]) -> dict[str, str]:
    """Whose cluster they are of, as far as a kubeconfig or the authority tells."""
    name, server = "", ""
    for path in paths:
        with suppress(ValueError, KeyError, OSError):
            found = kubeconfig.current(context.host.read(path))
            name, server = found.cluster, found.server
            break
    subject, digest = authority(context)
    return {"cluster": name, "server": server, "subject": subject, "authority": digest}


def authority(context: Context) -> tuple[str, str]:
    """The subject of the authority that is there, and the hash that join commands name it by."""
    path = f"{context.configuration.cluster.certificates_dir}/ca.crt"
    try:
        content = context.read(path) or b""
        return str(portrait.certificate(content)["subject"]), pki.public_key_hash(content)
    except (ValueError, OSError):
        return "", ""


def links(context: Context) -> Iterator[Finding]:
    """Interfaces of network plugins and of kube-proxy. Facts: interfaces."""
    found = [name for name in context.host.list(LINKS) if name.startswith(INTERFACES)]
    if found and not is_our_node(context):
        remedy = f"Run `ip link delete {found[0]}`, and the same for each of them"
        needed = "none of another cluster"
        said = f"interfaces of a cluster's network: {', '.join(found)}"
        yield warning(said, needed, remedy, interfaces=found)


def networks(context: Context) -> Iterator[Finding]:
    """Network plugins' files: the runtime takes the first by name, whoever wrote it. Facts: paths."""
    found = [
        f"{CNI}/{name}"
        for name in context.host.list(CNI)
        if name.endswith((".conf", ".conflist")) and not any(each in name for each in OF_OTHERS)
    ]
    if found and not is_our_node(context):
        needed = "none before the network plugin is applied"
        remedy = "Move them away if they are another cluster's"
        said = f"network plugins' files: {shortened(tuple(found))}"
        yield warning(said, needed, remedy, paths=found)


def rules(context: Context) -> Iterator[Finding]:
    """kube-proxy's chains, but for those by which it and a kubelet see that others flush rules.

    Facts: table, chains.
    """
    if is_our_node(context):
        return
    said = context.host.probe(["iptables", "-t", "nat", "-S"], timeout=10).stdout.splitlines()
    chains = [line.split()[1] for line in said if line.startswith("-N KUBE-")]
    chains = [name for name in chains if not name.endswith("-CANARY")]
    if chains:
        found = f"kube-proxy's chains in the table nat: {shortened(tuple(chains))}"
        needed = "none of another cluster"
        remedy = "Restart the machine, or remove them with `iptables`"
        yield warning(found, needed, remedy, table="nat", chains=chains)


def containers(context: Context) -> Iterator[Finding]:
    """Containers of pods in kube-system, and pods' folders. Facts: containers, pods (names)."""
    if is_our_node(context):
        return
    running: tuple[str, ...] = ()
    with suppress(RuntimeFailure, OSError):
        running = tuple(f"{each.pod}/{each.name}" for each in context.open_runtime().containers())
    if running:
        found, pods = f"containers of pods: {shortened(running)}", context.host.list(PODS)
        yield warning(found, "none of another cluster", RESET, containers=running, pods=pods)
