"""What a table can't say: how the value of one old field is written today.

Each function takes a Step and yields where something goes (Put), or what can't go anywhere (Lost).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from phases.model import yaml_source
from phases.model.defaults import CONTROL_PLANE_TAINT
from phases.model.duration import format_duration
from phases.model.images import DEFAULT_REPOSITORY
from phases.model.migration.moves import Move, gates
from phases.model.network import join_host_port
from phases.model.problem import Place
from phases.model.versions import releases
from phases.model.yaml_source import Node, Scalar, Sequence

FORMER_REPOSITORIES = ("k8s.gcr.io", "gcr.io/google_containers", "gcr.io/google-containers")
FORMER_PROXY_GATE = "SupportIPVSProxyMode"
FORMER_TAINT = "node-role.kubernetes.io/master"
ALWAYS_AUTHORIZED_BY = ("Node", "RBAC")
AUTHORIZERS = ("ABAC", "Webhook")
AUDIT_POLICY = "/etc/kubernetes/audit/audit.yaml"
AUDIT_LOGS = "/var/log/kubernetes/audit"
AUDIT_DAYS = "2"
SERVER_ARGS, SERVER_VOLUMES = "cluster.apiServer.extraArgs", "cluster.apiServer.extraVolumes"


@dataclass(frozen=True, slots=True)
class Step:
    """One field on its way: its value, its path and the old document that it stands in."""

    node: Node
    move: Move
    path: str
    whole: yaml_source.Mapping

    def other(self, path: str) -> Node | None:
        """The value of another field of the old document; None where it isn't given."""
        return at(self.whole, path)


@dataclass(frozen=True, slots=True)
class Put:
    """`below` follows the field's path where only a part of it goes there."""

    to: str
    node: Node
    below: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """`below` follows the field's path; `advice` is what to do now."""

    below: str
    place: Place
    advice: str
    stops: bool = True


Form = Callable[[Step], Iterator[Put | Lost]]


def at(whole: Node, path: str) -> Node | None:
    """The value at a dotted path, None where there is none or nothing is said."""
    node: Node | None = whole
    for key in path.split("."):
        entries = node.entries if isinstance(node, yaml_source.Mapping) else ()
        node = next((value for name, value in entries if name.text == key), None)
    return None if node is None or is_empty(node) else node


def is_empty(node: Node) -> bool:
    """Whether a value says nothing: null, an empty text, list or map."""
    if isinstance(node, Scalar):
        return node.text == "" or (node.plain and node.text in ("null", "~", "Null", "NULL"))
    return not (node.items if isinstance(node, Sequence) else node.entries)


def is_true(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.text not in ("false", "0")


def text(value: str, place: Place) -> Scalar:
    return Scalar(value, False, place)


def record(place: Place, **fields: Node) -> yaml_source.Mapping:
    entries = ((Scalar(key, True, place), node) for key, node in fields.items())
    return yaml_source.Mapping(tuple(entries), place)


def argument(name: Scalar, value: Scalar) -> yaml_source.Mapping:
    """One flag of a list."""
    return record(name.place, name=replace(name, plain=False), value=value)


def arguments(step: Step) -> Iterator[Put | Lost]:
    """A map of flags as the list it became, in the order of their names."""
    yield Put(step.move.to, _argument_list(step.node))


def _argument_list(node: Node, *without: str) -> Sequence:
    entries = node.entries if isinstance(node, yaml_source.Mapping) else ()
    found = [(k, v) for k, v in entries if isinstance(v, Scalar) and k.text not in without]
    ordered = sorted(found, key=lambda entry: entry[0].text)
    return Sequence(tuple(argument(key, value) for key, value in ordered), node.place)


def server_arguments(step: Step) -> Iterator[Put | Lost]:
    """The API server's flags; kubeadm of that time added Node and RBAC to any authorization-mode."""
    given = step.other(f"{step.path}.authorization-mode")
    yield Put(step.move.to, _argument_list(step.node, "authorization-mode"))
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


def volumes(step: Step) -> Iterator[Put | Lost]:
    """`writable`, false by default, became its contrary `readOnly`."""
    items = step.node.items if isinstance(step.node, Sequence) else ()
    yield Put(step.move.to, Sequence(tuple(map(_volume, items)), step.node.place))


def _volume(item: Node) -> Node:
    if not isinstance(item, yaml_source.Mapping):
        return item
    kept = tuple(entry for entry in item.entries if entry[0].text != "writable")
    if is_true(at(item, "writable")):
        return yaml_source.Mapping(kept, item.place)
    read_only = (Scalar("readOnly", True, item.place), Scalar("true", True, item.place))
    return yaml_source.Mapping((*kept, read_only), item.place)


def taints(step: Step) -> Iterator[Put | Lost]:
    """The master's taint has the name of a control plane's."""
    items = step.node.items if isinstance(step.node, Sequence) else ()
    named = {_effect(renamed): renamed for renamed in map(_taint, items)}
    yield Put(step.move.to, Sequence(tuple(named.values()), step.node.place))


def _effect(item: Node) -> tuple[str, ...]:
    """What makes two taints the same; for a time both names were given side by side."""
    found = (at(item, key) for key in ("key", "value", "effect"))
    return tuple(part.text if isinstance(part, Scalar) else "" for part in found)


def _taint(item: Node) -> Node:
    if not isinstance(item, yaml_source.Mapping):
        return item
    return yaml_source.Mapping(tuple(_renamed(*entry) for entry in item.entries), item.place)


def _renamed(key: Scalar, value: Node) -> tuple[Scalar, Node]:
    if key.text == "key" and isinstance(value, Scalar) and value.text == FORMER_TAINT:
        return key, replace(value, text=CONTROL_PLANE_TAINT.key)
    return key, value


def no_taints(step: Step) -> Iterator[Put | Lost]:
    """True asked for no taint at all, false for the usual one."""
    if is_true(step.node):
        yield Put(step.move.to, Sequence((), step.node.place))
    else:
        yield Lost("", step.node.place, "Remove it; the usual taint is set anyway", stops=False)


def socket(step: Step) -> Iterator[Put | Lost]:
    """A path became an address; Docker is reached through a program of its own now."""
    given = step.node
    if not isinstance(given, Scalar):
        return
    if given.text.endswith("dockershim.sock"):
        advice = "Install cri-dockerd for Docker, or leave it out to use the runtime that is found"
        yield Lost("", given.place, advice)
    else:
        address = given.text if "://" in given.text else f"unix://{given.text}"
        yield Put(step.move.to, replace(given, text=address))


def image(step: Step) -> Iterator[Put | Lost]:
    """The name of etcd's image in two parts."""
    given = step.node
    if not isinstance(given, Scalar):
        return
    repository, slash, name = given.text.rpartition("/")
    name, colon, tag = name.partition(":")
    if not (slash and colon and name in ("etcd", "etcd-amd64")):
        advice = "Name the image in two parts: etcd.local.imageRepository and etcd.local.imageTag"
        yield Lost("", given.place, advice)
        return
    if repository not in FORMER_REPOSITORIES:
        yield Put(f"{step.move.to}.imageRepository", replace(given, text=repository))
    yield from etcd_tag(replace(step, node=replace(given, text=tag)), ".imageTag")


def etcd_tag(step: Step, below: str = "") -> Iterator[Put | Lost]:
    """An etcd of that time doesn't know the flags that it is started with today."""
    given = step.node
    numbers = (
        [int(part) for part in re.findall(r"\d+", given.text)] if isinstance(given, Scalar) else []
    )
    if numbers and numbers[:2] < [3, 5]:
        advice = "Remove it; each release brings an etcd of its own, and this one is too old"
        yield Lost("", given.place, advice)
    else:
        yield Put(f"{step.move.to}{below}", given)


def repository(step: Step) -> Iterator[Put | Lost]:
    """The registry that Kubernetes' images moved away from has none of today's."""
    given = step.node
    if isinstance(given, Scalar) and given.text in FORMER_REPOSITORIES:
        given = replace(given, text=DEFAULT_REPOSITORY)
    yield Put(step.move.to, given)


def feature_gates(step: Step) -> Iterator[Put | Lost]:
    """Gates that are gone: harmless ones are left out, of others it is told what replaces them."""
    entries = step.node.entries if isinstance(step.node, yaml_source.Mapping) else ()
    kept = []
    for key, value in entries:
        gone = gates().get(key.text)
        if gone is None or _minor(step) <= gone.get("until", 0):
            kept.append((key, value))
        elif "algorithm" in gone and is_true(value):
            algorithm = text(gone["algorithm"], value.place)
            yield Put("cluster.encryptionAlgorithm", algorithm, f".{key.text}")
        elif is_true(value) is not gone["harmless"] and not _is_audited(key, step):
            yield Lost(f".{key.text}", key.place, gone["advice"])
        else:
            yield Lost(f".{key.text}", key.place, gone["advice"], stops=False)
    if kept:
        yield Put(step.move.to, yaml_source.Mapping(tuple(kept), step.node.place))


def _minor(step: Step) -> int:
    """The release that is asked for by number, the newest one otherwise."""
    given = step.other("kubernetesVersion")
    named = re.fullmatch(r"v?1\.(\d+)\..*", given.text) if isinstance(given, Scalar) else None
    return int(named[1]) if named and int(named[1]) in releases() else next(iter(releases()))


def _is_audited(key: Scalar, step: Step) -> bool:
    return key.text == "Auditing" and step.other("auditPolicy.path") is not None


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


def lifetime(step: Step) -> Iterator[Put | Lost]:
    """A token's lifetime; a bare number meant nanoseconds."""
    given = step.node
    if isinstance(given, Scalar) and given.plain and given.text.lstrip("-").isdecimal():
        span = timedelta(microseconds=int(given.text) // 1000)
        given = text(format_duration(span), given.place)
    yield Put(step.move.to, given)


def first(step: Step) -> Iterator[Put | Lost]:
    """The first of several; the others have no place any more."""
    items = step.node.items if isinstance(step.node, Sequence) else ()
    yield from (Put(step.move.to, item) for item in items[:1])
    for index, item in enumerate(items[1:], 1):
        advice = "Remove it; there is one address, so let it lead to all control planes"
        yield Lost(f"[{index}]", item.place, advice, stops=False)


def master(step: Step) -> Iterator[Put | Lost]:
    """The address of a master, with the port that stood beside it."""
    port = step.other("apiPort")
    number = port.text if isinstance(port, Scalar) and port.text.isdecimal() else "6443"
    for found in first(step):
        if isinstance(found, Put) and isinstance(found.node, Scalar):
            address = join_host_port(found.node.text, int(number))
            yield Put(found.to, replace(found.node, text=address))
        else:
            yield found


def both_tokens(step: Step) -> Iterator[Put | Lost]:
    """One token for finding the cluster and for joining it, where neither has one of its own."""
    finding = step.other("discoveryToken") is not None or step.other("discoveryFile") is not None
    if not finding:
        yield Put("join.discovery.bootstrapToken.token", step.node)
    elif step.other("tlsBootstrapToken") is None:
        yield Put("join.discovery.tlsBootstrapToken", step.node)
    else:
        advice = "Remove it; it had no effect beside the tokens that have a field of their own"
        yield Lost("", step.node.place, advice, stops=False)


def control_plane(step: Step) -> Iterator[Put | Lost]:
    """True made the node a control plane; a block of its own does so now."""
    if is_true(step.node):
        yield Put(step.move.to, yaml_source.Mapping((), step.node.place))


def proxy_gates(step: Step) -> Iterator[Put | Lost]:
    """kube-proxy's gates, once in one text, `A=true,B=false`; without the one for IPVS."""
    given = step.node
    if isinstance(given, Scalar):
        pairs = (word.partition("=")[::2] for word in given.text.split(",") if word)
        named = {name.strip(): value.strip() for name, value in pairs}
        fields = {name: Scalar(value, True, given.place) for name, value in named.items()}
        given = record(given.place, **fields)
    if not isinstance(given, yaml_source.Mapping):
        yield Put(step.move.to, given)
        return
    kept = tuple(entry for entry in given.entries if entry[0].text != FORMER_PROXY_GATE)
    if len(kept) < len(given.entries):
        advice = "Remove it; IPVS needs no gate"
        yield Lost(f".{FORMER_PROXY_GATE}", given.place, advice, stops=False)
    if kept:
        yield Put(step.move.to, replace(given, entries=kept))


def proxy_mode(step: Step) -> Iterator[Put | Lost]:
    """kube-proxy works in the kernel now."""
    if isinstance(step.node, Scalar) and step.node.text == "userspace":
        yield Lost("", step.node.place, "Use nftables, or leave it out for iptables")
    else:
        yield Put(step.move.to, step.node)


def nothing(_step: Step) -> Iterator[Put | Lost]:
    """For a field that another one takes with it."""
    yield from ()


FORMS: Mapping[str, tuple[Form, str]] = {
    "arguments": (arguments, ""),
    "server_arguments": (server_arguments, ""),
    "authorization": (authorization, "Node and RBAC are always among the modes"),
    "volumes": (volumes, ""),
    "taints": (taints, f"the taint {FORMER_TAINT} has another name"),
    "no_taints": (no_taints, ""),
    "socket": (socket, ""),
    "image": (image, ""),
    "etcd_tag": (etcd_tag, ""),
    "repository": (repository, "images are no longer published at the former registry"),
    "gates": (feature_gates, ""),
    "audit_policy": (audit_policy, ""),
    "audit_log": (audit_log, ""),
    "audit_age": (audit_age, ""),
    "lifetime": (lifetime, ""),
    "first": (first, ""),
    "master": (master, ""),
    "port": (nothing, ""),
    "both_tokens": (both_tokens, ""),
    "control_plane": (control_plane, ""),
    "proxy_gates": (proxy_gates, ""),
    "proxy_mode": (proxy_mode, ""),
}
"""Each function by its name in the tables, and what it says where it changes what a value means."""
