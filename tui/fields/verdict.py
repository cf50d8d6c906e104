"""What the model says of a draft: problems with their lines, warnings, and what defaults would fill in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from phases.model import load, validate
from phases.model.component_defaults import kubelet_settings, proxy_settings
from phases.model.defaults import Surroundings, complete
from phases.model.encode import encode
from phases.model.hints import record_of
from phases.model.images import dns_image, etcd_image
from phases.model.load import Source
from phases.model.problem import Problem, Problems, located
from phases.model.types import ClusterConfiguration, Configuration, InitConfiguration
from phases.model.versions import releases, resolve_version
from tui.fields import registered
from tui.fields.documents import Documents, parse, steps, without, write

NAME = "kubeadm.yaml"
ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """`configuration` is complete where there are no problems, else as much of it as is sound."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    configuration: Configuration
    defaults: Mapping[str, Any]

    def default(self, path: str) -> Any:
        """What would stand at a path if nothing were given; None where that is nothing."""
        value: Any = self.defaults
        for step in steps(path):
            value = value.get(step) if isinstance(value, Mapping) else None
        return value


def judge(text: str, documents: Documents, surroundings: Surroundings) -> Verdict:
    """Reads, completes and checks; a field that can't be read doesn't hide what else is wrong."""
    problems, source = _read(text, documents)
    completed, faults = _completed(source.configuration, surroundings)
    places = source.places
    if problems:
        with suppress(Problems):
            places = parse(text, NAME)[1]
    wrong = (*faults, *validate.problems(completed), *registered.problems(completed))
    found = (*problems, *located(wrong, places, NAME))
    warnings = () if found else (*validate.warnings(completed), *registered.warnings(completed))
    notices = (*source.notices, *_version_notice(source.configuration))
    return Verdict(
        problems=_once(found),
        warnings=located((*notices, *warnings), places, NAME),
        configuration=completed,
        defaults=_defaults(source.configuration, surroundings),
    )


def _read(text: str, documents: Documents) -> tuple[tuple[Problem, ...], Source]:
    """What can't be read, and the rest: fields are left out until the rest can be read."""
    first: tuple[Problem, ...] = ()
    for _ in range(ATTEMPTS):
        try:
            return first, load.read(text, name=NAME)
        except Problems as found:
            first = first or found.problems
            remaining = without(documents, [one.path for one in found.problems if one.path])
            if remaining == documents:
                break
            documents, text = remaining, write(remaining)
    return first, load.NOTHING


def _completed(
    configuration: Configuration, surroundings: Surroundings
) -> tuple[Configuration, tuple[Problem, ...]]:
    """Complete as far as can be; a version that isn't one is told and replaced by the newest."""
    try:
        return complete(configuration, surroundings), ()
    except Problems as found:
        cluster = replace(configuration.cluster, kubernetes_version="")
        return complete(replace(configuration, cluster=cluster), surroundings), found.problems


def _version_notice(configuration: Configuration) -> tuple[Problem, ...]:
    given = configuration.cluster.kubernetes_version
    with suppress(Problems):
        notice = resolve_version(given).notice if given else None
        return (notice,) if notice else ()
    return ()


def _once(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))


def _defaults(given: Configuration, surroundings: Surroundings) -> Mapping[str, Any]:
    """What the fields would hold by themselves, beside what is given."""
    bare = Configuration(
        cluster=ClusterConfiguration(networking=given.cluster.networking),
    )
    completed, _ = _completed(bare, surroundings)
    plain: dict[str, Any] = {
        **encode(completed.init, record_of(InitConfiguration)),
        **encode(_blank_networking(completed.cluster), record_of(ClusterConfiguration)),
    }
    plain.pop("bootstrapTokens", None)
    plain["KubeletConfiguration"] = _nested({**kubelet_settings(completed), **KUBELET_SELF})
    plain["KubeProxyConfiguration"] = _nested({**proxy_settings(completed), "mode": "iptables"})
    plain["dns"] = {"imageTag": dns_image(completed.cluster).tag, "disabled": False}
    plain["proxy"] = {"disabled": False}
    plain["dryRun"] = False
    plain["etcd"]["local"]["imageTag"] = etcd_image(completed.cluster).tag
    return plain


KUBELET_SELF = {"maxPods": 110, "failSwapOn": True, "readOnlyPort": 0, "rotateCertificates": True}
"""What the kubelet itself takes where kubeadm says nothing."""


def _blank_networking(cluster: ClusterConfiguration) -> ClusterConfiguration:
    networking = complete(Configuration(), Surroundings("node")).cluster.networking
    return replace(cluster, networking=networking)


def _nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in settings.items():
        inner = nested
        *parents, last = path.split(".")
        for key in parents:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return nested


@cache
def known_versions() -> tuple[str, ...]:
    """The newest version of each supported release, newest first."""
    return tuple(str(release.newest) for release in releases().values())
