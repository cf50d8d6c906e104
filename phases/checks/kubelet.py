"""The kubelet's unit. The name under which it will register is looked at in `identity`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phases.checks.check import Finding, error, warning
from phases.engine.context import Context

NO_COMMAND = 127
FLAGS = ("--kubeconfig", "--config")
FLAGS_FILE = "/var/lib/kubelet/kubeadm-flags.env"
DROP_IN = "Install the drop-in that comes with Kubernetes' packages (10-kubeadm.conf)"


def service(context: Context) -> Iterator[Finding]:
    """The unit is there and starts with the machine; whether it is up doesn't matter yet.

    Facts: unit, once it is there.
    """
    unit = context.host.probe(["systemctl", "cat", "kubelet"], timeout=10)
    if unit.code == NO_COMMAND:
        yield warning(
            "no systemd", "systemd: no other service manager is known here", "Use systemd"
        )
    elif unit.code != 0:
        yield warning(
            "no service kubelet", "kubelet.service", "Install Kubernetes' kubelet package"
        )
    elif context.host.probe(["systemctl", "is-enabled", "kubelet"], timeout=10).code != 0:
        needed = "enabled, so that it starts with the machine"
        remedy = "Run `systemctl enable kubelet`"
        yield warning("the service kubelet isn't enabled", needed, remedy, unit="kubelet")


def drop_in(context: Context) -> Iterator[Finding]:
    """The unit hands on what init writes; a kubelet without a kubeconfig never looks for a cluster."""
    unit = context.host.probe(["systemctl", "cat", "kubelet"], timeout=10)
    if unit.code == NO_COMMAND:
        return
    if unit.code != 0:
        yield error("no service kubelet", "one that reads what init writes", DROP_IN)
        return
    text = "\n".join((without_comments(unit.stdout), *environment_files(context, unit.stdout)))
    if missing := [flag for flag in FLAGS if not re.search(rf"{flag}[= ]", text)]:
        found = f"kubelet.service doesn't pass {' and '.join(missing)}"
        yield error(found, "a kubelet that reads what init writes", DROP_IN)
    if FLAGS_FILE not in text:
        yield warning(f"kubelet.service doesn't read {FLAGS_FILE}", "a unit that does", DROP_IN)


def without_comments(unit: str) -> str:
    return "\n".join(line for line in unit.splitlines() if not line.lstrip().startswith(("#", ";")))


def environment_files(context: Context, unit: str) -> Iterator[str]:
    """What stands in the files that a unit takes its environment from."""
    for path in re.findall(r"(?m)^EnvironmentFile=-?(/\S+)", unit):
        yield (context.read(path) or b"").decode(errors="replace")
