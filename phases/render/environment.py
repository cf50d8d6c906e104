"""Environment variables of containers: the machine's proxy settings and the operator's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phases.model.types import EnvVar


def proxy_variables(environment: Mapping[str, str]) -> tuple[EnvVar, ...]:
    """Every variable whose name ends in `_proxy`, in any case, and that isn't empty."""
    return tuple(
        EnvVar(name, value)
        for name, value in environment.items()
        if value and name.lower().endswith("_proxy")
    )


def merged(*groups: Iterable[EnvVar]) -> list[Mapping[str, Any]]:
    """As a container's `env`, sorted by name; a later group's replaces an earlier one's."""
    by_name = {variable.name: variable for group in groups for variable in group}
    return [_entry(by_name[name]) for name in sorted(by_name)]


def _entry(variable: EnvVar) -> Mapping[str, Any]:
    value = {"value": variable.value} if variable.value else {}
    source = {"valueFrom": _source(variable.value_from)} if variable.value_from else {}
    return {"name": variable.name, **value, **source}


def _source(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the API's own defaults, which kubeadm writes out."""
    defaults: Mapping[str, Mapping[str, Any]] = {
        "fieldRef": {"apiVersion": "v1"},
        "fileKeyRef": {"optional": False},
    }
    return {kind: {**defaults.get(kind, {}), **value} for kind, value in given.items()}
