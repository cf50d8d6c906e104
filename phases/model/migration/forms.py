"""What a table can't say: how the value of one old field is written today.

Each function takes a Step and yields where something goes (Put), or what can't go anywhere (Lost). Those
of the API server's authorization and audit are in `forms_server`, those of joining in `forms_join`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from phases.model import yaml_source
from phases.model.defaults import CONTROL_PLANE_TAINT
from phases.model.duration import format_duration
from phases.model.images import DEFAULT_REPOSITORY
from phases.model.migration import forms_join, forms_server
from phases.model.migration.moves import gates
from phases.model.migration.step import (
    Form,
    Lost,
    Put,
    Step,
    argument_list,
    at,
    is_true,
    record,
    text,
)
from phases.model.versions import releases
from phases.model.yaml_source import Node, Scalar, Sequence

FORMER_REPOSITORIES = ("k8s.gcr.io", "gcr.io/google_containers", "gcr.io/google-containers")
FORMER_PROXY_GATE = "SupportIPVSProxyMode"
FORMER_TAINT = "node-role.kubernetes.io/master"


def arguments(step: Step) -> Iterator[Put | Lost]:
    """A map of flags as the list it became, in the order of their names."""
    yield Put(step.move.to, argument_list(step.node))


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


def lifetime(step: Step) -> Iterator[Put | Lost]:
    """A token's lifetime; a bare number meant nanoseconds."""
    given = step.node
    if isinstance(given, Scalar) and given.plain and given.text.lstrip("-").isdecimal():
        span = timedelta(microseconds=int(given.text) // 1000)
        given = text(format_duration(span), given.place)
    yield Put(step.move.to, given)


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
    "server_arguments": (forms_server.server_arguments, ""),
    "authorization": (forms_server.authorization, "Node and RBAC are always among the modes"),
    "volumes": (volumes, ""),
    "taints": (taints, f"the taint {FORMER_TAINT} has another name"),
    "no_taints": (no_taints, ""),
    "socket": (socket, ""),
    "image": (image, ""),
    "etcd_tag": (etcd_tag, ""),
    "repository": (repository, "images are no longer published at the former registry"),
    "gates": (feature_gates, ""),
    "audit_policy": (forms_server.audit_policy, ""),
    "audit_log": (forms_server.audit_log, ""),
    "audit_age": (forms_server.audit_age, ""),
    "lifetime": (lifetime, ""),
    "first": (forms_join.first, ""),
    "master": (forms_join.master, ""),
    "port": (nothing, ""),
    "both_tokens": (forms_join.both_tokens, ""),
    "control_plane": (forms_join.control_plane, ""),
    "proxy_gates": (proxy_gates, ""),
    "proxy_mode": (proxy_mode, ""),
}
"""Each function by its name in the tables, and what it says where it changes what a value means."""
