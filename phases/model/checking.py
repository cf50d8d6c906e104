"""Whole files judged and shown without a machine: what the verb `config` asks of the model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from phases.model import component_defaults, flags, validate
from phases.model.check_join import join_problems
from phases.model.defaults import Surroundings, complete
from phases.model.defaults_join import complete_join
from phases.model.dump import join_yaml, to_documents, to_yaml
from phases.model.images import Image, control_plane_images
from phases.model.load import JoinSource, Source
from phases.model.network import families
from phases.model.problem import Place, Problem, Problems, located
from phases.model.types import (
    BootstrapTokenDiscovery,
    Configuration,
    Discovery,
    JoinConfiguration,
)
from phases.model.versions import release_of, resolve_version

PLACEHOLDERS = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses that stand for a machine's own where it isn't known yet."""

IMAGE_FLAGS = ("kubernetes-version", "image-repository", "feature-gates")
EXAMPLE = Surroundings("node", "1.2.3.4")
"""What kubeadm shows its defaults with."""


def anywhere(configuration: Configuration, labels: Mapping[str, str] | None = None) -> Surroundings:
    """A machine that could be any, with an address of the services' family."""
    try:
        family = families(configuration.cluster.networking.service_subnet or "10.0.0.0/8")[0]
    except ValueError:
        family = 4
    return Surroundings("node", PLACEHOLDERS[family], labels=labels or {})


def completed(
    configuration: Configuration, surroundings: Surroundings, places: Mapping[str, Place], name: str
) -> Configuration:
    """The configuration with every default, when nothing is wrong with it.

    Raises Problems: everything at once, also where the version is none that can be installed.
    """
    refused: tuple[Problem, ...] = ()
    try:
        found = complete(configuration, surroundings)
    except Problems as problems:
        refused = problems.problems
        anyone = replace(configuration.cluster, kubernetes_version="")
        found = complete(replace(configuration, cluster=anyone), surroundings)
    if wrong := (*refused, *validate.problems(found)):
        raise Problems(located(wrong, places, name))
    return found


def init(source: Source, labels: Mapping[str, str]) -> tuple[Problem, ...]:
    """What is doubtful in a file for `init`. Raises Problems for what can't work on any machine."""
    around = anywhere(source.configuration, labels)
    found = completed(source.configuration, around, source.places, source.name)
    doubts = located(validate.warnings(found), source.places, source.name)
    notice = resolve_version(source.configuration.cluster.kubernetes_version, labels).notice
    told = located([notice] if notice else [], source.places, source.name)
    return (*source.notices, *told, *doubts)


def join(source: JoinSource) -> tuple[Problem, ...]:
    """The same of a file for `join`."""
    joining = complete_join(source.configuration, anywhere(Configuration()))
    if found := tuple(join_problems(joining)):
        raise Problems(located(found, source.places, source.name))
    return source.notices


def defaults(what: str, components: Collection[str] = ()) -> str:
    """What `kubeadm config print init-defaults` and `join-defaults` show, but no token to copy."""
    if what == "join-defaults":
        discovery = Discovery(BootstrapTokenDiscovery(None, "kube-apiserver:6443", (), True))
        return join_yaml(complete_join(JoinConfiguration(discovery=discovery), EXAMPLE))
    found = complete(Configuration(), EXAMPLE)
    return "---\n".join((to_documents(found), *_component_defaults(found, components)))


def _component_defaults(found: Configuration, wanted: Collection[str]) -> Iterator[str]:
    minor = release_of(found.cluster.kubernetes_version).minor
    known = {
        "KubeProxyConfiguration": lambda: component_defaults.kube_proxy_configuration(found, minor),
        "KubeletConfiguration": lambda: component_defaults.kubelet_configuration(
            found, minor, resolv_conf="", cri_socket=None
        ),
    }
    for kind in wanted:
        if kind not in known:
            remedy = f"Use {' or '.join(known)}"
            raise Problems([Problem("--component-configs", f"{kind!r} is no component's", remedy)])
        yield to_yaml(known[kind]())


def images(
    source: Source, given: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[Image, ...]:
    """The images that `init` would need; flags overrule the file. Raises Problems."""
    laid = flags.apply(source.configuration, given, config_given=False)
    try:
        return control_plane_images(complete(laid, anywhere(laid, labels)))
    except Problems as found:
        raise Problems(located(found.problems, source.places, source.name)) from found
