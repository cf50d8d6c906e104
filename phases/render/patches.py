"""kubeadm's patches folder: which files count, what they change, and the change itself.

A file is named `target[suffix][+type].ext`; files work in the order of their paths. How a patch
works on data is in `strategic_merge` and `json_patch`; reading the folder is the phases' business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from phases.model import go_yaml
from phases.model.problem import Problems
from phases.model.yaml_source import Node, Scalar, Sequence, decode_text, parse_documents
from phases.render import json_patch, strategic_merge

Kind = Literal["strategic", "merge", "json"]
Target = Literal[
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubeletconfiguration",
    "corednsdeployment",
    "kubeproxydaemonset",
]

TARGETS: Mapping[Target, strategic_merge.Keys] = MappingProxyType(
    {
        "etcd": strategic_merge.POD_KEYS,
        "kube-apiserver": strategic_merge.POD_KEYS,
        "kube-controller-manager": strategic_merge.POD_KEYS,
        "kube-scheduler": strategic_merge.POD_KEYS,
        "kubeletconfiguration": strategic_merge.NO_KEYS,
        "corednsdeployment": strategic_merge.POD_KEYS,
        "kubeproxydaemonset": strategic_merge.POD_KEYS,
    }
)
"""What can be patched, and how its lists merge."""

_NAME = re.compile(rf"({'|'.join(TARGETS)})[^.+\n]*(\+)?(json|merge|strategic)?")
_ENDING = re.compile(r".+\.(json|yaml)")


class PatchError(ValueError):
    """A patch that can't be read or can't be applied; the text names its file."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One document of one file."""

    file: str
    target: Target
    kind: Kind
    change: Any


@dataclass(frozen=True, slots=True)
class PatchSet:
    """All patches of a folder in order; `ignored` are other files, each with the reason."""

    patches: tuple[Patch, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()

    def apply(self, target: Target, original: Mapping[str, Any]) -> Mapping[str, Any]:
        """The original with every patch for that target; a PatchError names one that can't."""
        result: Mapping[str, Any] = original
        for patch in self.of(target):
            result = _apply(patch, result)
        return result

    def of(self, target: Target) -> tuple[Patch, ...]:
        """The patches for one target, in order."""
        return tuple(patch for patch in self.patches if patch.target == target)


NONE = PatchSet()
"""For where no patches folder is given."""


def read(files: Mapping[str, bytes]) -> PatchSet:
    """The patches in a folder's files: relative path to content, folders below it included.

    As kubeadm: other endings, unknown targets and empty files are ignored with a reason; an unknown
    type behind `+` is an error, as is text that isn't YAML.
    """
    patches: list[Patch] = []
    ignored: list[tuple[str, str]] = []
    for path in sorted(files, key=lambda each: each.split("/")):
        reason = _reason_to_ignore(path, files[path])
        if reason:
            ignored.append((path, reason))
        else:
            patches.extend(_patches(path, files[path]))
    return PatchSet(tuple(patches), tuple(ignored))


def _reason_to_ignore(path: str, content: bytes) -> str:
    name = path.rpartition("/")[2]
    if not _ENDING.fullmatch(name):
        return "its ending is neither .yaml nor .json"
    found = _NAME.match(name)
    if not found:
        return f"its name begins with none of {', '.join(sorted(TARGETS))}"
    if found[2] and not found[3]:
        raise PatchError(f"{path}: behind + comes json, merge or strategic")
    return "" if content else "it is empty"


def _patches(path: str, content: bytes) -> Iterator[Patch]:
    found = _NAME.match(path.rpartition("/")[2])
    if found is None:
        return
    target: Target = found[1]  # type: ignore[assignment]
    kind: Kind = found[3] or "strategic"  # type: ignore[assignment]
    for document in _documents(path, content):
        yield Patch(path, target, kind, document)


def _documents(path: str, content: bytes) -> Iterator[Any]:
    try:
        text = decode_text(content, name=path)
        yield from (plain(node) for node in parse_documents(text, name=path))
    except Problems as error:
        raise PatchError(str(error)) from error


def plain(node: Node) -> Any:
    """YAML as plain data, bare words taken for what Go's reader takes them for."""
    if isinstance(node, Scalar):
        return _value(node)
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def _value(scalar: Scalar) -> Any:
    text = scalar.text
    match go_yaml.meaning(text) if scalar.plain else "string":
        case "null":
            return None
        case "bool":
            return text.lower() in ("y", "yes", "true", "on")
        case "int":
            return _whole(text.replace("_", ""))
        case "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        case _:
            return text


def _whole(digits: str) -> int:
    octal = re.fullmatch(r"([-+]?)0([0-7]+)", digits)
    return int(octal[1] + octal[2], 8) if octal else int(digits, 0)


def _apply(patch: Patch, original: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        result = _WORKERS[patch.kind](original, patch.change, TARGETS[patch.target])
    except (strategic_merge.MergeError, json_patch.OperationError) as error:
        raise PatchError(f"{patch.file}: {error}") from error
    if not isinstance(result, Mapping):
        raise PatchError(f"{patch.file}: it leaves no object")
    return result


def _strategic(original: Any, change: Any, keys: strategic_merge.Keys) -> Any:
    if not isinstance(change, Mapping):
        raise strategic_merge.MergeError("a strategic merge patch is a map")
    return strategic_merge.merge(original, change, keys)


def _merge(original: Any, change: Any, _: strategic_merge.Keys) -> Any:
    return json_patch.merge(original, change)


def _json(original: Any, change: Any, _: strategic_merge.Keys) -> Any:
    return json_patch.apply(original, change)


_WORKERS: Mapping[Kind, Callable[[Any, Any, strategic_merge.Keys], Any]] = MappingProxyType(
    {"strategic": _strategic, "merge": _merge, "json": _json}
)
