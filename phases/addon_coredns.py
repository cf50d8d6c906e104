"""CoreDNS: the cluster's DNS. Its pods wait for a network plugin, which is nobody's fault."""

from __future__ import annotations

from phases.engine.context import Context, bad_patch
from phases.engine.phase import Phase
from phases.render.addons import coredns
from phases.render.patches import PatchError
from phases.system.ports import Ref

DEPLOYMENT = Ref("apps/v1", "Deployment", "coredns", "kube-system")


def skip(context: Context) -> str | None:
    return "dns.disabled is set" if context.configuration.cluster.dns.disabled else None


def run(context: Context) -> None:
    admin = context.admin()
    live = context.patiently(admin.get, DEPLOYMENT)
    replicas = live["spec"]["replicas"] if live else coredns.REPLICAS
    try:
        wanted = coredns.objects(context.configuration, context.patches(), replicas)
    except PatchError as error:
        raise bad_patch(context.phase, error) from error
    for thing in wanted:
        context.ensure_object(admin, thing)


PHASE = Phase(
    name="addon/coredns", title="CoreDNS", after=("wait-control-plane",), run=run, skip=skip
)
