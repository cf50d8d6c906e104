"""Points kubelet.conf at the client certificate that the kubelet rotates by itself."""

from __future__ import annotations

from phases.engine.context import Context
from phases.engine.phase import Phase
from phases.render.flags import value
from phases.render.kubeconfig import finalized

KUBECONFIG = "/etc/kubernetes/kubelet.conf"


def run(context: Context) -> None:
    context.step("enable-client-cert-rotation", rotate)


def rotate(context: Context) -> None:
    """As kubeadm: only where the kubelet keeps such a certificate, which means that it rotates it."""
    extra = context.configuration.init.node_registration.kubelet_extra_args
    pem = f"{value(extra, 'cert-dir') or '/var/lib/kubelet/pki'}/kubelet-client-current.pem"
    if not context.exists(pem):
        return
    wanted = finalized(context.needed(KUBECONFIG, "kubeconfig"), pem)
    if context.ensure_file(KUBECONFIG, wanted, mode=0o600):
        context.host.run(("systemctl", "restart", "kubelet"))


PHASE = Phase(
    name="kubelet-finalize",
    title="Kubelet certificate rotation",
    after=("wait-control-plane",),
    steps=("enable-client-cert-rotation",),
    run=run,
)
