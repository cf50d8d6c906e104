"""Bootstrap tokens and what a joining node may do with one; waits until cluster-info is signed.

A token that was given is made as asked; one that wasn't is reused where a good one is there,
unless a new one was asked for.
"""

from __future__ import annotations

from dataclasses import replace

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.engine.tokens import LiveToken, live_tokens, new_token
from phases.model.types import BootstrapToken
from phases.render import bootstrap_token
from phases.system.ports import Cluster, Ref

CLUSTER_INFO = Ref("v1", "ConfigMap", "cluster-info", "kube-public")


def run(context: Context) -> None:
    admin = context.admin()
    live = context.patiently(live_tokens, admin)
    signed = [ensure_token(context, admin, token, live) for token in wanted(context)]
    for thing in bootstrap_token.joining_rights():
        context.ensure_object(admin, thing)
    admin_conf = context.needed("/etc/kubernetes/admin.conf", "kubeconfig")
    for thing in bootstrap_token.cluster_info_objects(admin_conf):
        context.ensure_object(admin, thing)
    wait_for_signatures(context, admin, [identity for identity in signed if identity])


def wanted(context: Context) -> tuple[BootstrapToken, ...]:
    return context.configuration.init.bootstrap_tokens


def ensure_token(
    context: Context, admin: Cluster, asked: BootstrapToken, live: tuple[LiveToken, ...]
) -> str:
    """Makes one token be there; returns its id when cluster-info is to be signed with it."""
    found = None if context.options.renew else match(context, asked, live)
    if found is None:
        made = replace(asked, token=asked.token or new_token())
        context.ensure_object(admin, bootstrap_token.secret(made, context.clock.now()))
        identity = bootstrap_token.secret_name(made).removeprefix("bootstrap-token-")
    else:
        identity = found.id
    if context.options.renew and "token_id" not in context.handed_over():
        context.hand_over({"token_id": identity})
    state = "kept" if found else "created"
    context.report("token", identity, state=state, usages=asked.usages, groups=asked.groups)
    return identity if "signing" in asked.usages else ""


def match(context: Context, asked: BootstrapToken, live: tuple[LiveToken, ...]) -> LiveToken | None:
    """The live token that already is what was asked for: the same one, or any that would do."""
    now = context.clock.now()
    for token in live:
        same = asked.token is None or asked.token.reveal() == token.token.reveal()
        serves = set(asked.usages) <= set(token.usages) and set(asked.groups) <= set(token.groups)
        if same and serves and (token.expires is None or token.expires > now):
            return token
    return None


def wait_for_signatures(context: Context, admin: Cluster, identities: list[str]) -> None:
    """Until the controller manager has signed cluster-info with each token, nobody can join."""

    def signed() -> bool:
        info = context.patiently(admin.get, CLUSTER_INFO)
        data = info["data"] if info else {}
        return all(f"jws-kubeconfig-{identity}" in data for identity in identities)

    if not context.wait_for(signed, seconds=context.api_timeout()):
        raise PhaseError(
            "unsigned-cluster-info",
            "cluster-info wasn't signed with the bootstrap token",
            where="bootstrap-token",
            why="the bootstrap signer in kube-controller-manager hasn't done its work",
            remedy="Look at kube-controller-manager, then run the same command again",
        )


PHASE = Phase(
    name="bootstrap-token",
    title="Bootstrap tokens",
    after=("wait-control-plane",),
    workflows=("init", "token"),
    aliases=("bootstraptoken",),
    run=run,
)
