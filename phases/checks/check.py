"""What a check is, and what it can find. The checks themselves stand by theme in the modules beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from phases.engine.context import Context
from phases.model.types import Configuration

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that isn't as it should be: what was found, what is needed, what to do about it.

    `facts` has what a fix needs to know as data (a port, a unit, paths), so that none has to be read
    out of a sentence; each check says which in its docstring.
    """

    level: Level
    found: str
    needed: str
    remedy: str
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)


Look = Callable[[Context], Iterable[Finding]]


def always(_configuration: Configuration) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """One check under the name by which `--ignore-preflight-errors` knows it.

    `{port}` in a name stands for the API server's port, `{data_dir}` for etcd's folder and `{pki}`
    for that of the certificates, with dashes for slashes. `needs` says in a few words what all of
    its findings ask for; `kubeadm` whether it is one of kubeadm's. `look` yields nothing when all is
    well. `applies` tells for which configurations the check is made at all. `level` is how much it
    weighs when it can't be completed, be it for an error of the system or because `seconds` have
    passed; no finding of its weighs more.
    """

    name: str
    look: Look
    needs: str
    applies: Callable[[Configuration], bool] = always
    level: Level = "error"
    seconds: float = 20.0
    kubeadm: bool = True

    def called(self, configuration: Configuration) -> str:
        """The name as this configuration makes it."""
        local = configuration.cluster.etcd.local
        return self.name.format(
            port=configuration.init.local_api_endpoint.bind_port,
            data_dir=dashed(local.data_dir) if local else "",
            pki=dashed(configuration.cluster.certificates_dir),
        )


def dashed(path: str) -> str:
    """A path as kubeadm writes it in the name of a check."""
    return path.replace("/", "-")


def error(found: str, needed: str, remedy: str, **facts: Any) -> Finding:
    return Finding("error", found, needed, remedy, facts)


def warning(found: str, needed: str, remedy: str, **facts: Any) -> Finding:
    return Finding("warning", found, needed, remedy, facts)
