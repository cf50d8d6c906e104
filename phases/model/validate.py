"""All checks of a completed configuration in one place: what can't work, and what is a doubtful choice.

kubeadm's own rules are all here, and those that it leaves to fail later. Nothing asks the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from phases.model import tables
from phases.model.arguments import argument_problems, argument_warnings
from phases.model.check_cluster import cluster_problems, cluster_warnings
from phases.model.check_components import component_problems
from phases.model.check_init import init_problems, init_warnings
from phases.model.check_liveness import liveness_warnings
from phases.model.check_network import network_problems, network_warnings
from phases.model.component_defaults import component_warnings
from phases.model.problem import Problem, Problems
from phases.model.schema import Record
from phases.model.types import Configuration, Document
from phases.model.versions import Release, release_of


def problems(
    configuration: Configuration, *, ignored_flags: Collection[str] = ()
) -> tuple[Problem, ...]:
    """Everything that can't work; the configuration must have been completed by `defaults.complete`.

    `ignored_flags` holds flags, as `kube-apiserver/name`, that may be passed though they are gone.
    """
    try:
        release = release_of(configuration.cluster.kubernetes_version)
    except Problems as found:
        return found.problems
    except ValueError as error:
        return (Problem("kubernetesVersion", str(error)),)
    return tuple(_problems(configuration, release, ignored_flags))


def _problems(
    configuration: Configuration, release: Release, ignored: Collection[str]
) -> Iterator[Problem]:
    yield from init_problems(configuration)
    yield from network_problems(configuration)
    yield from cluster_problems(configuration, release)
    yield from argument_problems(configuration, release.minor, ignored)
    yield from component_problems(configuration)
    for kind, document in (
        ("KubeletConfiguration", configuration.kubelet),
        ("KubeProxyConfiguration", configuration.kube_proxy),
    ):
        yield from _later_fields(document or {}, tables.record(kind), release.minor, kind)


def _later_fields(document: Document, shape: Record, minor: int, path: str) -> Iterator[Problem]:
    for field in shape.fields:
        if field.since > minor and field.key in document:
            message = f"is not known before release 1.{field.since}"
            yield Problem(f"{path}.{field.key}", message, "Remove it")


def warnings(configuration: Configuration) -> tuple[Problem, ...]:
    """Doubtful choices in a configuration that has no problems."""
    return (
        *init_warnings(configuration),
        *network_warnings(configuration),
        *cluster_warnings(configuration),
        *argument_warnings(configuration),
        *component_warnings(configuration),
        *liveness_warnings(configuration),
    )
