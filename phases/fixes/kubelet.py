"""The kubelet's unit: enabled, and with the drop-in that hands on what init writes.

Its package is another module's business.
"""

from __future__ import annotations

from phases.engine.context import Context
from phases.fixes.fix import Findings, command, edit

DROP_IN = "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf"
UNIT = """\
# As in Kubernetes' packages; by kubeboot-tui.
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf \
--kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
EnvironmentFile=-/etc/sysconfig/kubelet
ExecStart=
ExecStart={program} $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
"""


def no_unit(context: Context, _findings: Findings) -> str | None:
    found = context.host.probe(("systemctl", "cat", "kubelet")).code == 0
    return None if found else "there is no service kubelet: its package comes first"


def enable(context: Context, _findings: Findings) -> None:
    undo = ("systemctl", "disable", "kubelet")
    command(context, "systemctl", "enable", "kubelet", undo=undo)


def drop_in(context: Context, _findings: Findings) -> None:
    """Units are read anew afterwards, and once more after undo has taken the file away."""
    reload = ("systemctl", "daemon-reload")
    command(context, *reload, undo=reload)
    edit(context, DROP_IN, UNIT.format(program=program(context)).encode())
    command(context, *reload)


def program(context: Context) -> str:
    """Where the kubelet lies."""
    places = ("/usr/bin/kubelet", "/usr/local/bin/kubelet", "/opt/bin/kubelet")
    return next((path for path in places if context.exists(path)), places[0])
