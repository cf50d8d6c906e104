"""The four static pods of a control plane, as Pod objects and as the bytes of their manifests.

A component's flags and parts have a module of its name; putting them together is in `pod`.
Writing the files is the phases' business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from phases.model.go_yaml import to_yaml
from phases.model.types import Configuration
from phases.render import patches
from phases.render.static_pods import api_server, controller_manager, etcd, scheduler
from phases.render.static_pods.pod import Parts, Pod, Surroundings, as_api_writes, assembled

__all__ = ["COMPONENTS", "Component", "Surroundings", "manifest", "pod"]

Component = Literal["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]

COMPONENTS: Mapping[Component, Callable[[Configuration, Surroundings], Parts]] = MappingProxyType(
    {
        "etcd": etcd.parts,
        "kube-apiserver": api_server.parts,
        "kube-controller-manager": controller_manager.parts,
        "kube-scheduler": scheduler.parts,
    }
)


def manifest(
    component: Component,
    configuration: Configuration,
    surroundings: Surroundings,
    patch_set: patches.PatchSet = patches.NONE,
) -> bytes:
    """A component's manifest, patched; a patches.PatchError when a patch can't apply."""
    made = patch_set.apply(component, pod(component, configuration, surroundings))
    return to_yaml(as_api_writes(made)).encode()


def pod(component: Component, configuration: Configuration, surroundings: Surroundings) -> Pod:
    """A component's Pod, not patched. etcd's needs a local etcd in the configuration."""
    return assembled(component, COMPONENTS[component](configuration, surroundings))
