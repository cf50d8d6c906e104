"""kube-proxy: services on every node."""

from __future__ import annotations

from phases.engine.context import Context, bad_patch
from phases.engine.phase import Phase
from phases.render.addons import kube_proxy
from phases.render.environment import proxy_variables
from phases.render.patches import PatchError


def skip(context: Context) -> str | None:
    return "proxy.disabled is set" if context.configuration.cluster.proxy.disabled else None


def run(context: Context) -> None:
    admin = context.admin()
    proxies = proxy_variables(context.options.environment)
    try:
        wanted = kube_proxy.objects(context.configuration, proxies, context.patches())
    except PatchError as error:
        raise bad_patch(context.phase, error) from error
    for thing in wanted:
        context.ensure_object(admin, thing)


PHASE = Phase(
    name="addon/kube-proxy", title="kube-proxy", after=("wait-control-plane",), run=run, skip=skip
)
