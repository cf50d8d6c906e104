"""Flags in `extraArgs` that today's programs no longer know: called by their new name, or left out.

Which flags are gone, and what replaces them, is data: components/removed_flags.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from phases.model import yaml_source
from phases.model.arguments import (
    Removed,
    known_flags,
    nearest_flag,
    removed_flags,
    unknown_plugins,
)
from phases.model.migration.report import Line
from phases.model.migration.step import at
from phases.model.yaml_source import Node, Scalar, Sequence

Items = tuple[Node, ...]

PROGRAMS: Mapping[tuple[str, str], str] = {
    ("ClusterConfiguration", "apiServer.extraArgs"): "kube-apiserver",
    ("ClusterConfiguration", "controllerManager.extraArgs"): "kube-controller-manager",
    ("ClusterConfiguration", "scheduler.extraArgs"): "kube-scheduler",
    ("ClusterConfiguration", "etcd.local.extraArgs"): "etcd",
    ("InitConfiguration", "nodeRegistration.kubeletExtraArgs"): "kubelet",
    ("JoinConfiguration", "nodeRegistration.kubeletExtraArgs"): "kubelet",
}
"""Where each program's flags stand in today's documents."""


def renew(nodes: Mapping[str, Node], minor: int, file: str) -> tuple[dict[str, Node], list[Line]]:
    """Today's documents with flags that the programs of a release know, and a line for each change."""
    renewed, lines = dict(nodes), list[Line]()
    for (kind, path), program in PROGRAMS.items():
        found = at(nodes[kind], path) if kind in nodes else None
        if isinstance(found, Sequence):
            where = f"{kind}.{path}"
            kept, told = _renewed(found.items, program, minor, where)
            lines += [replace(line, file=file) for line in told]
            renewed[kind] = put(renewed[kind], path.split("."), replace(found, items=kept))
    return renewed, lines


def _renewed(items: Items, program: str, minor: int, where: str) -> tuple[Items, list[Line]]:
    gone, (known, _) = removed_flags(program), known_flags(program, minor)
    kept, lines = list[Node](), list[Line]()
    names = {name_of(item).text for item in items}
    strangers = len(names - known - gone.keys())
    for item in items:
        name = name_of(item)
        former = gone.get(name.text)
        item, lost = _without_plugins(item, program, minor)
        lines += [
            _line(name, "gone", "", f"Remove {plugin} from it; there is no such plugin")
            for plugin in lost
        ]
        if lost and not value_of(item).text:
            continue
        if former is None or former.since > minor:
            kept.append(item)
            lines += (
                []
                if name.text in known
                else [_unlisted(name, program, where, nearest_flag(name.text, known, strangers))]
            )
        elif former.use and former.use not in names:
            kept.append(_called(item, former.use))
            lines.append(
                _line(name, "changed", f"{where} ({former.use})", f"it is {former.use} now")
            )
        else:
            lines.append(_line(name, "gone", "", _advice(former, names)))
    return tuple(kept), lines


def _without_plugins(item: Node, program: str, minor: int) -> tuple[Node, tuple[str, ...]]:
    """A flag for admission without the plugins that are gone, and their names."""
    given = value_of(item)
    gone = unknown_plugins(program, name_of(item).text, given.text, minor)
    if not gone:
        return item, ()
    kept = ",".join(name for name in given.text.split(",") if name not in gone)
    return put(item, ["value"], replace(given, text=kept)), gone


def _advice(former: Removed, names: set[str]) -> str:
    return f"Remove it; {former.use} is given" if former.use in names else former.advice


def _unlisted(name: Scalar, program: str, where: str, near: str) -> Line:
    note = f"{program} does not list it" + (f"; did you mean {near}?" if near else "")
    return _line(name, "changed", where, note)


def _line(name: Scalar, fate: str, to: str, note: str) -> Line:
    place = name.place
    path = place.path.removesuffix(".name") or name.text
    shown = path if path.endswith(name.text) else f"{path} ({name.text})"
    return Line(fate, shown, to, note, fate == "gone", place.line, place.column)  # type: ignore[arg-type]


def name_of(item: Node) -> Scalar:
    """The name of a flag; an item without one has an empty one."""
    found = at(item, "name")
    return found if isinstance(found, Scalar) else Scalar("", False, item.place)


def value_of(item: Node) -> Scalar:
    """The value of a flag; an item without one has an empty one."""
    found = at(item, "value")
    return found if isinstance(found, Scalar) else Scalar("", False, item.place)


def _called(item: Node, name: str) -> Node:
    return put(item, ["name"], replace(name_of(item), text=name))


def put(node: Node, path: list[str], value: Node) -> Node:
    """The same document with another value at a path; what holds nothing any more is left out."""
    key, *below = path
    return _edited(node, key, lambda child: put(child, below, value) if below else value)


def _edited(node: Node, key: str, change: Callable[[Node], Node]) -> Node:
    entries = node.entries if isinstance(node, yaml_source.Mapping) else ()
    return yaml_source.Mapping(tuple(_each(entries, key, change)), node.place)


def _each(
    entries: tuple[tuple[Scalar, Node], ...], key: str, change: Callable[[Node], Node]
) -> Iterator[tuple[Scalar, Node]]:
    for name, value in entries:
        changed = change(value) if name.text == key else value
        bare = isinstance(changed, Sequence) and not changed.items
        if changed is value or not (bare or _is_bare(changed)):
            yield name, changed


def _is_bare(node: Node) -> bool:
    return isinstance(node, yaml_source.Mapping) and not node.entries
