"""What the phases that write static pods share: rendering one, writing it, showing it.

What a manifest says lives in `render.static_pods`.
"""

from __future__ import annotations

from phases.engine.context import Context, bad_patch
from phases.render import environment, static_pods, volumes
from phases.render.patches import PatchError
from phases.render.static_pods import Component, Surroundings

FOLDER = "/etc/kubernetes/manifests"


def ensure_manifest(context: Context, component: Component) -> None:
    """The manifest of one component, in a folder that only root may read."""
    context.ensure_directory("/etc/kubernetes")
    context.ensure_directory(FOLDER, mode=0o700)
    path = f"{FOLDER}/{component}.yaml"
    try:
        content = static_pods.manifest(
            component, context.configuration, surroundings(context), context.patches()
        )
    except PatchError as error:
        raise bad_patch(context.phase, error) from error
    changed = context.ensure_file(path, content, mode=0o600)
    state = "written" if changed else "kept"
    context.report("manifest", component, state=state, path=path, text=content.decode())


def surroundings(context: Context) -> Surroundings:
    """What the manifests take from this machine."""
    return Surroundings(
        ca_directories=tuple(filter(context.exists, volumes.CA_DIRECTORIES)),
        proxies=environment.proxy_variables(context.options.environment),
        external_ca=context.exists(context.pki("ca.crt"))
        and not context.exists(context.pki("ca.key")),
    )
