"""From a request to the one configuration of a run: read, overlaid with flags, completed, checked.

The rules live in `model`; this brings them the machine's facts and turns problems into our error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from phases.engine import finished
from phases.engine.errors import ConfigurationError
from phases.engine.request import Request
from phases.model import flags, load, validate
from phases.model.checking import completed
from phases.model.defaults import Surroundings, notices
from phases.model.problem import Problem, Problems, located
from phases.model.types import Configuration
from phases.system.ports import Host
from phases.system.version_source import labels

CRI_SOCKETS = (
    "/var/run/containerd/containerd.sock",
    "/var/run/crio/crio.sock",
    "/var/run/cri-dockerd.sock",
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A complete and valid configuration, and what is worth a warning about it."""

    configuration: Configuration
    warnings: tuple[str, ...]


def resolve(request: Request, host: Host, stored: str | None = None) -> Resolved:
    """Raises ConfigurationError naming every problem with its field and line.

    `stored` is what a finished master runs with; flags may say more beside it.
    """
    try:
        return _resolve(request, host, stored)
    except Problems as problems:
        raise as_error(problems.problems) from problems


def _resolve(request: Request, host: Host, stored: str | None) -> Resolved:
    source = _source(request, stored)
    with_file = request.config is not None
    given = flags.apply(source.configuration, request.flags, config_given=with_file)
    try:
        meant = labels(request.version_source, given.cluster.kubernetes_version)
    except Problems as found:
        raise Problems(located(found.problems, source.places, source.name)) from found
    around = replace(surroundings(host), labels=meant)
    configuration = completed(given, around, source.places, source.name)
    doubts = (*notices(given, around), *validate.warnings(configuration))
    warnings = (*source.notices, *located(doubts, source.places, source.name))
    return Resolved(configuration, () if stored else tuple(map(str, warnings)))


def _source(request: Request, stored: str | None) -> load.Source:
    if request.config is not None:
        return load.read(request.config, name=request.config_name)
    return load.read(stored, name=finished.NAME) if stored else load.NOTHING


def surroundings(host: Host) -> Surroundings:
    """What defaults need to know of the machine."""
    machine = host.machine()
    return Surroundings(
        hostname=machine.hostname,
        default_address=machine.default_address,
        addresses=machine.addresses,
        cri_sockets=tuple(f"unix://{path}" for path in CRI_SOCKETS if host.answers(path)),
    )


def as_error(problems: tuple[Problem, ...]) -> ConfigurationError:
    """All problems as one error, a line each."""
    first, *others = map(str, problems)
    if not others:
        return ConfigurationError("configuration", first)
    return ConfigurationError(
        "configuration", "\n".join([f"{len(problems)} problems:", first, *others])
    )
