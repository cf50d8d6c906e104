"""Hands over what the operator needs next: the join commands, each unbroken on a line of its own."""

from __future__ import annotations

from phases.engine.context import Context
from phases.engine.phase import Phase
from phases.engine.tokens import LiveToken, live_tokens
from phases.model.secret import Secret
from phases.render import join_command

ADMIN = "/etc/kubernetes/admin.conf"
SHARED = (
    *("ca.crt", "ca.key", "sa.key", "sa.pub", "front-proxy-ca.crt", "front-proxy-ca.key"),
    *("etcd/ca.crt", "etcd/ca.key"),
)
"""What all control planes of a cluster have in common, below the folder of its certificates."""


def run(context: Context) -> None:
    token = joining_token(context)
    if token is None:
        context.warn("no bootstrap token is there that a node could join with")
        return
    admin = context.needed(ADMIN, "kubeconfig")
    context.report("token", token.id, expires=token.expires.isoformat() if token.expires else "")
    context.hand_over(
        {
            "worker": join_command.worker(admin, token.token).reveal(),
            "expires": token.expires.isoformat() if token.expires else "",
            **further_control_planes(context, admin, token),
        }
    )


def joining_token(context: Context) -> LiveToken | None:
    """The one made anew; else the configuration's first, as in kubeadm; else what lasts longest."""
    own = [
        token.token.reveal() for token in context.configuration.init.bootstrap_tokens if token.token
    ]
    usable = [
        t for t in context.patiently(live_tokens, context.admin()) if t.joins(context.clock.now())
    ]
    made = [token for token in usable if token.id == context.handed_over().get("token_id")]
    mine = [token for secret in own for token in usable if token.token.reveal() == secret]
    return next(iter(made or mine or usable), None)


def further_control_planes(context: Context, admin: bytes, token: LiveToken) -> dict[str, str]:
    """The command for them, or why there is none."""
    if not context.configuration.cluster.control_plane_endpoint:
        return {"no_control_plane": "this cluster has no controlPlaneEndpoint, so none can join"}
    key = context.handed_over().get("certificate_key")
    if key is None and context.options.upload_certs:
        why = "certificates were uploaded before; use the command that was shown then"
        return {"no_control_plane": why}
    command = join_command.control_plane(admin, token.token, Secret(key) if key else None)
    note = {} if key else {"no_control_plane": to_copy(context)}
    return {"control_plane": command.reveal(), **note}


def to_copy(context: Context) -> str:
    """What `init --upload-certs` would have brought to them."""
    external = context.configuration.cluster.etcd.external
    own = [context.pki(name) for name in SHARED if external is None or not name.startswith("etcd/")]
    theirs = (external.ca_file, external.cert_file, external.key_file) if external else ()
    files = ", ".join([*own, *filter(None, theirs)])
    return f"copy the shared certificates to them first ({files}), or run init with --upload-certs"


PHASE = Phase(
    name="show-join-command",
    title="Join command",
    after=(
        "upload-config",
        "upload-certs",
        "mark-control-plane",
        "bootstrap-token",
        "kubelet-finalize",
        "addon/coredns",
        "addon/kube-proxy",
    ),
    workflows=("init", "token"),
    run=run,
)
