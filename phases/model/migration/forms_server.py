"""Forms for the API server of old: who authorized requests, and the audit log that kubeadm set up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from phases.model.migration.step import Lost, Put, Step, argument, argument_list, record, text
from phases.model.problem import Place
from phases.model.yaml_source import Node, Scalar, Sequence

ALWAYS_AUTHORIZED_BY = ("Node", "RBAC")
AUTHORIZERS = ("ABAC", "Webhook")
AUDIT_POLICY = "/etc/kubernetes/audit/audit.yaml"
AUDIT_LOGS = "/var/log/kubernetes/audit"
AUDIT_DAYS = "2"
SERVER_ARGS, SERVER_VOLUMES = "cluster.apiServer.extraArgs", "cluster.apiServer.extraVolumes"


def server_arguments(step: Step) -> Iterator[Put | Lost]:
    """The API server's flags; kubeadm of that time added Node and RBAC to any authorization-mode."""
    given = step.other(f"{step.path}.authorization-mode")
    yield Put(step.move.to, argument_list(step.node, "authorization-mode"))
    beside = step.other("authorizationModes") or step.other("authorizationMode")
    if isinstance(given, Scalar) and beside is None:
        yield from _authorized_by(given.text.split(","), given.place)


def authorization(step: Step) -> Iterator[Put | Lost]:
    """Modes beside Node and RBAC, which kubeadm always added."""
    items = step.node.items if isinstance(step.node, Sequence) else (step.node,)
    modes = [item.text for item in items if isinstance(item, Scalar)]
    yield from _authorized_by(modes, step.node.place)


def _authorized_by(modes: list[str], place: Place) -> Iterator[Put | Lost]:
    more = [mode for mode in AUTHORIZERS if mode in modes]
    for mode in modes:
        if mode not in (*ALWAYS_AUTHORIZED_BY, *AUTHORIZERS):
            yield Lost("", place, f"Remove {mode}; use Node, RBAC, ABAC or Webhook", stops=True)
    if more:
        value = text(",".join((*ALWAYS_AUTHORIZED_BY, *more)), place)
        items = (argument(text("authorization-mode", place), value),)
        yield Put(SERVER_ARGS, Sequence(items, place))


def audit_policy(step: Step) -> Iterator[Put | Lost]:
    """The policy is mounted where kubeadm mounted it; the logs have their usual place and lifetime."""
    place = step.node.place
    yield from _audit_argument(step, "audit-policy-file", text(AUDIT_POLICY, place))
    yield from _audit_volume(step.node, "audit", AUDIT_POLICY, "File", read_only=True)
    log = f"{AUDIT_LOGS}/audit.log"
    yield from _audit_argument(step, "audit-log-path", text(log, place))
    if step.other("auditPolicy.logMaxAge") is None:
        yield from _audit_argument(step, "audit-log-maxage", text(AUDIT_DAYS, place))
    if step.other("auditPolicy.logDir") is None:
        folder = text(AUDIT_LOGS, place)
        yield from _audit_volume(folder, "audit-log", AUDIT_LOGS, "DirectoryOrCreate")


def audit_log(step: Step) -> Iterator[Put | Lost]:
    """The folder of the audit logs."""
    yield from _audit_volume(step.node, "audit-log", AUDIT_LOGS, "DirectoryOrCreate")


def audit_age(step: Step) -> Iterator[Put | Lost]:
    """How many days audit logs are kept."""
    if isinstance(step.node, Scalar):
        yield from _audit_argument(step, "audit-log-maxage", replace(step.node, plain=False))


def _audit_argument(step: Step, name: str, value: Scalar) -> Iterator[Put]:
    """A flag that kubeadm set itself; one that was given beside it won."""
    if step.other(f"apiServerExtraArgs.{name}") is None:
        yield Put(SERVER_ARGS, Sequence((argument(text(name, value.place), value),), value.place))


def _audit_volume(
    host_path: Node, name: str, mount: str, kind: str, *, read_only: bool = False
) -> Iterator[Put]:
    place = host_path.place
    more = {"readOnly": Scalar("true", True, place)} if read_only else {}
    fields: Mapping[str, Node] = {
        "name": text(name, place),
        "hostPath": host_path,
        "mountPath": text(mount, place),
        "pathType": text(kind, place),
        **more,
    }
    yield Put(SERVER_VOLUMES, Sequence((record(place, **fields),), place))
