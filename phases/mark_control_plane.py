"""Labels and taints this node as a control plane."""

from __future__ import annotations

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.render.mark_control_plane import node_change
from phases.system.ports import Cluster, Object, Ref

HOSTNAME_LABEL = "kubernetes.io/hostname"


def run(context: Context) -> None:
    admin = context.admin()
    ref = Ref("v1", "Node", context.configuration.init.node_registration.name)
    node = registered(context, admin, ref)
    patch = node_change(context.configuration, node)
    if patch:
        context.patiently(admin.patch, ref, patch)
    context.report(
        "object", str(ref), state="updated" if patch else "unchanged", kind="Node", name=ref.name
    )


def registered(context: Context, admin: Cluster, ref: Ref) -> Object:
    """The node as the kubelet has registered it; waits for that."""
    seen: list[Object] = []

    def there() -> bool:
        node = context.patiently(admin.get, ref)
        seen[:] = [node] if node and HOSTNAME_LABEL in node["metadata"].get("labels", {}) else []
        return bool(seen)

    if not context.wait_for(there, seconds=context.api_timeout()):
        raise PhaseError(
            "node-missing",
            f"the kubelet hasn't registered the node {ref.name}",
            where="mark-control-plane",
            remedy="See what the kubelet says, then run the same command again",
        )
    return seen[0]


PHASE = Phase(
    name="mark-control-plane",
    title="Mark the node",
    after=("wait-control-plane",),
    run=run,
)
