"""Mirrors of the registries that a cluster's images come from, by name, from mirrors.toml.

A mirror is a choice of repositories. Telling a container runtime to ask it first for other registries is
another way to use one, and no business of a kubeadm.yaml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Mirror:
    """`dns` is empty where CoreDNS lies beside the others; `hosts` maps a registry to its copy."""

    name: str
    title: str
    holds: str
    repository: str
    dns: str = ""
    hosts: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, str]:
        """The fields of a kubeadm.yaml by which images come from here; an empty one is taken out."""
        return MappingProxyType(
            {"imageRepository": self.repository, "dns.imageRepository": self.dns}
        )


@cache
def mirrors() -> Mapping[str, Mirror]:
    """All mirrors by name."""
    text = files("phases.model").joinpath("mirrors.toml").read_text("utf-8")
    return MappingProxyType(
        {name: Mirror(name, **told) for name, told in tomllib.loads(text).items()}
    )
