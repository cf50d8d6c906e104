"""The configurations whose results the real kubeadm 1.37.2 left under goldens/render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from phases.model import defaults
from phases.model.load import load
from phases.model.types import Configuration
from phases.render import patches
from phases.render.environment import proxy_variables
from phases.render.static_pods import Surroundings

GOLDENS = Path(__file__).parents[1] / "goldens" / "render"
NAMES = tuple(sorted(path.parent.name for path in GOLDENS.glob("*/kubeadm.yaml")))


@dataclass(frozen=True)
class Case:
    """One configuration and the folder of what kubeadm made of it."""

    name: str

    @property
    def folder(self) -> Path:
        return GOLDENS / self.name

    def bytes(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def json(self, path: str, default: Any = None) -> Any:
        file = self.folder / path
        return json.loads(file.read_text()) if file.exists() else default

    @property
    def configuration(self) -> Configuration:
        return configured((self.folder / "kubeadm.yaml").read_text())

    @property
    def environment(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.json("environment.json", {})
        return found

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            ca_directories=tuple(self.json("ca_directories.json")),
            proxies=proxy_variables(self.environment),
            external_ca=self.name == "external_ca",
        )

    @property
    def patches(self) -> patches.PatchSet:
        folder = self.folder / "patches"
        files = (path for path in folder.rglob("*") if path.is_file())
        return patches.read({str(path.relative_to(folder)): path.read_bytes() for path in files})


@cache
def configured(text: str) -> Configuration:
    """A completed configuration, on a machine named node1 at 172.30.99.11."""
    return defaults.complete(
        load(text, name="kubeadm.yaml"), defaults.Surroundings("node1", "172.30.99.11")
    )


def plain(cluster: str = "", init: str = "", version: str = "v1.37.2") -> Configuration:
    """A completed configuration with a few lines of YAML added to its two documents."""
    return configured(
        f"""apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
{init}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: {version}
{cluster}
"""
    )
