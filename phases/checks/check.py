"""What a check is, and what it can find. The checks themselves stand by theme in the modules beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from phases.engine.context import Context
from phases.model.types import Configuration

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that isn't as it should be: what was found, what is needed, what to do about it."""

    level: Level
    found: str
    needed: str
    remedy: str


Look = Callable[[Context], Iterable[Finding]]


def always(_configuration: Configuration) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """One check under the name by which `--ignore-preflight-errors` knows it.

    `{port}` in a name stands for the API server's port, `{data_dir}` for etcd's folder with dashes
    for slashes. `look` yields nothing when all is well. `applies` tells for which configurations
    the check is made at all. `level` is how much it weighs when it can't be completed, be it for
    an error of the system or because `seconds` have passed.
    """

    name: str
    look: Look
    applies: Callable[[Configuration], bool] = always
    level: Level = "error"
    seconds: float = 20.0

    def called(self, configuration: Configuration) -> str:
        """The name as this configuration makes it."""
        local = configuration.cluster.etcd.local
        return self.name.format(
            port=configuration.init.local_api_endpoint.bind_port,
            data_dir=dashed(local.data_dir) if local else "",
        )


def dashed(path: str) -> str:
    """A path as kubeadm writes it in the name of a check."""
    return path.replace("/", "-")


def error(found: str, needed: str, remedy: str) -> Finding:
    return Finding("error", found, needed, remedy)


def warning(found: str, needed: str, remedy: str) -> Finding:
    return Finding("warning", found, needed, remedy)
