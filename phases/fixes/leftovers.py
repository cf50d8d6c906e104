"""What an earlier cluster has left: set aside, from where undo brings it back, or taken out of the kernel.

Containers can't be brought back: where some run, they end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from phases.engine.context import Context
from phases.fixes.fix import Findings, command, difference, keep, set_aside
from phases.system.ports import RuntimeFailure

KUBERNETES, KUBELET = "/etc/kubernetes", "/var/lib/kubelet"
SIMPLE, TUNNEL = ("bridge", "dummy"), "vxlan"
"""Kinds of links that need nothing but a name, and the one that needs more."""

WHOLE = (KUBERNETES, KUBELET)
"""The folders that belong to a cluster as a whole: a part of one is no use to another."""


def clear(context: Context, findings: Findings) -> None:
    """The kubelet first, or it would bring everything back."""
    if context.host.probe(("systemctl", "is-active", "--quiet", "kubelet")).code == 0:
        command(context, "systemctl", "stop", "kubelet", undo=("systemctl", "start", "kubelet"))
    end_containers(context, findings)
    for path in dict.fromkeys(in_the_way(context, findings)):
        set_aside(context, path)
    remove_rules(context, findings)
    for name in (name for finding in findings for name in finding.facts.get("interfaces", ())):
        remove_link(context, name)


def in_the_way(context: Context, findings: Findings) -> Iterator[str]:
    """The paths to set aside: whole folders of a cluster, files of others, etcd's data."""
    for finding in findings:
        facts = finding.facts
        for path in (*facts.get("paths", ()), *filter(None, [facts.get("path")])):
            above = next((folder for folder in WHOLE if path.startswith(f"{folder}/")), "")
            yield from inside(context, above) if above else (path,)
        if folder := facts.get("folder"):
            yield from inside(context, str(folder))


def inside(context: Context, folder: str) -> Iterator[str]:
    """What lies in a folder; the folder itself may be a mount of its own."""
    yield from (f"{folder}/{name}" for name in context.host.list(folder))


def end_containers(context: Context, findings: Findings) -> None:
    if not any(finding.facts.get("containers") for finding in findings):
        return
    with suppress(RuntimeFailure, OSError):
        runtime = context.open_runtime()
        for pod in runtime.pods():
            runtime.remove_pod(pod)


def remove_rules(context: Context, findings: Findings) -> None:
    """kube-proxy's rules of all tables go at once; undo reads back the rules as they were."""
    if not any(finding.facts.get("chains") for finding in findings):
        return
    saved = context.host.probe(("iptables-save",)).stdout
    kept = "".join(line for line in saved.splitlines(keepends=True) if "KUBE-" not in line)
    before = keep(context, "iptables-before", saved.encode())
    restore = ("iptables-restore", keep(context, "iptables", kept.encode()))
    lines = difference(saved.encode(), kept.encode())
    context.report("difference", " ".join(restore), lines=lines)
    command(context, *restore, undo=("iptables-restore", before))


def remove_link(context: Context, link: str) -> None:
    """Undo makes it again from a file of commands, as far as its kind is known here."""
    undo: tuple[str, ...] = ()
    if commands := list(made_again(context, link)):
        text = "".join(f"{line}\n" for line in commands)
        undo = ("ip", "-batch", keep(context, f"link-{link}", text.encode()))
    command(context, "ip", "link", "delete", link, undo=undo)


def made_again(context: Context, link: str) -> Iterator[str]:
    """The commands of ip that make a link again, with its addresses; none for an unknown kind."""
    with suppress(ValueError, KeyError, IndexError, TypeError):
        said = context.host.probe(("ip", "-j", "-d", "addr", "show", "dev", link)).stdout
        found = json.loads(said)[0]
        kind, data = str(found["linkinfo"]["info_kind"]), found["linkinfo"].get("info_data", {})
        if kind not in (*SIMPLE, TUNNEL):
            return
        more = tunnel(data) if kind == TUNNEL else ()
        yield " ".join(("link add", link, f"mtu {found['mtu']}", "type", kind, *more))
        for each in found["addr_info"]:
            if each["scope"] != "link":
                yield f"addr add {each['local']}/{each['prefixlen']} dev {link}"
        if "UP" in found["flags"]:
            yield f"link set {link} up"


def tunnel(data: Mapping[str, Any]) -> Iterator[str]:
    """What a vxlan has to be told."""
    told = {"id": "id", "link": "dev", "local": "local", "port": "dstport"}
    for name, word in told.items():
        if name in data:
            yield from (word, str(data[name]))
    if data.get("learning") is False:
        yield "nolearning"
