"""The five kubeconfig files: made where they are missing, kept where they are good.

Who each one is lives in a table in `render.kubeconfig`. kubelet.conf keeps the form that
kubelet-finalize gives it.
"""

from __future__ import annotations

from collections.abc import Mapping

from phases.engine.context import Context
from phases.engine.errors import ForeignState, PhaseError
from phases.engine.phase import Phase
from phases.render import kubeconfig, pki
from phases.render.kubeconfig import KUBECONFIGS, KubeconfigSpec

FOLDER = "/etc/kubernetes"


def run(context: Context) -> None:
    context.ensure_directory(FOLDER)
    for row in KUBECONFIGS:
        context.step(row.name, ensure_kubeconfig, row)


def ensure_kubeconfig(context: Context, row: KubeconfigSpec) -> None:
    """One kubeconfig whose certificate is the right user's, signed by this cluster's authority."""
    path = f"{FOLDER}/{row.file}"
    content, authority = context.read(path), trusted(context)
    if content is not None:
        reasons = judge(context, row, content, authority)
        if not reasons:
            context.keep_private(path, content)
            show(context, row, "kept")
            return
        if path not in context.ours:
            raise not_ours(path, row, reasons)
    if authority is None or context.options.csr_only:
        ask(context, row, path)
    else:
        create(context, row, path, authority)


def trusted(context: Context) -> bytes | None:
    """The authority's certificate; whoever writes requests alone may be without it yet."""
    path = context.pki("ca.crt")
    return context.read(path) if context.options.csr_only else context.needed(path, "certs")


def create(context: Context, row: KubeconfigSpec, path: str, authority: bytes) -> None:
    key = context.read(context.pki("ca.key"))
    if key is None:
        raise PhaseError(
            "external-authority",
            f"{path} is needed and can't be made here",
            where=f"kubeconfig/{row.name}",
            why=f"{context.pki('ca.key')} is kept elsewhere",
            remedy="`init --csr-only` writes the signing requests; put the finished file in place",
        )
    signer = pki.Pair(authority, key)
    made = kubeconfig.create(row, context.configuration, signer, context.began)
    context.ensure_file(path, made, mode=0o600)
    show(context, row, "created")


def ask(context: Context, row: KubeconfigSpec, path: str) -> None:
    request_path = f"{FOLDER}/{row.request_file}"
    if context.exists(path) and context.exists(request_path):
        return
    content, request = kubeconfig.create_request(row, context.configuration)
    context.ensure_file(path, content, mode=0o600)
    context.ensure_file(request_path, request, mode=0o600)
    show(context, row, "requested")


def judge(
    context: Context, row: KubeconfigSpec, content: bytes, authority: bytes | None
) -> tuple[str, ...]:
    """Why the file that is there can't stay; empty when it can."""
    if authority is None:
        return ("the authority that signed it isn't there",)
    files = referred(context, content)
    now = context.began
    return kubeconfig.check(row, context.configuration, content, authority, now, files)


def referred(context: Context, content: bytes) -> Mapping[str, bytes]:
    """The files that a kubeconfig points at instead of embedding, as far as they are there."""
    try:
        paths = kubeconfig.current(content).paths()
    except kubeconfig.UnreadableError:
        return {}
    found = {path: context.read(path) for path in paths}
    return {path: data for path, data in found.items() if data is not None}


def show(context: Context, row: KubeconfigSpec, state: str) -> None:
    who = kubeconfig.subject(row, context.configuration)
    context.report(
        "kubeconfig",
        row.name,
        state=state,
        path=f"{FOLDER}/{row.file}",
        user=who.common_name,
        groups=who.organizations,
        server=row.server(context.configuration),
    )


def not_ours(path: str, row: KubeconfigSpec, reasons: tuple[str, ...]) -> ForeignState:
    return ForeignState(
        "foreign-kubeconfig",
        f"{path} can't be used and isn't ours to replace",
        where=f"kubeconfig/{row.name}",
        why="; ".join(reasons),
        remedy="Move it away to have it made anew",
    )


PHASE = Phase(
    name="kubeconfig",
    title="Kubeconfigs",
    after=("certs",),
    steps=tuple(row.name for row in KUBECONFIGS),
    run=run,
)
