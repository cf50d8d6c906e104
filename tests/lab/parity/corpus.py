"""The cases: one configuration file each, and what `corpus/cases.toml` adds to some of them."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent / "corpus"
PATCHES = HERE / "patches"
MINORS = ("1.37", "1.36", "1.35")
CA_FOLDERS = ("/etc/ca-certificates", "/usr/share/ca-certificates")
"""The certificate folders that a Debian has; static pods mount those that exist."""


@dataclass(frozen=True, slots=True)
class Case:
    """One configuration and the machine that it meets; the fields are those of cases.toml."""

    name: str
    minors: tuple[str, ...] = MINORS
    why: str = ""
    config: bool = True
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    hostname: str = "master"
    active: tuple[str, ...] = ()
    sockets: tuple[str, ...] = ()
    folders: tuple[str, ...] = CA_FOLDERS
    planted: str = ""
    requests: bool = False

    @property
    def path(self) -> Path:
        return HERE / f"{self.name}.yaml"

    @property
    def purpose(self) -> str:
        """The first line of the file."""
        return self.path.read_text().partition("\n")[0].removeprefix("# ")

    def text(self, version: str) -> str:
        """The configuration for one Kubernetes version, such as 1.37.2."""
        return self.path.read_text().replace("${VERSION}", f"v{version}")

    def words(self, version: str) -> tuple[str, ...]:
        """What both command lines get to read the configuration."""
        given = tuple(word.replace("${VERSION}", f"v{version}") for word in self.arguments)
        return ("--config=/root/kubeadm.yaml", *given) if self.config else given

    @property
    def node(self) -> str:
        """The name of the node that the case is about."""
        texts = f"{self.path.read_text()} {' '.join(self.arguments)}"
        found = re.search(r"nodeRegistration: {name: ([^,}]+)", texts)
        flag = re.search(r"--node-name=(\S+)", texts)
        return (flag or found or [self.hostname] * 2)[1].strip().lower()

    @property
    def certificates(self) -> str:
        """The folder of the certificates."""
        texts = f"{self.path.read_text()} {' '.join(self.arguments)}"
        found = re.search(r"(?:certificatesDir: |--cert-dir=)(\S+)", texts)
        return found[1] if found else "/etc/kubernetes/pki"

    @property
    def refused(self) -> bool:
        """Whether ours refuses it where kubeadm doesn't."""
        return self.name.startswith("refused-")

    @property
    def skipped(self) -> tuple[str, ...]:
        """The phases that the file itself leaves out."""
        found = re.search(r"^skipPhases: (.*)$", self.path.read_text(), re.MULTILINE)
        return tuple(yaml.safe_load(found[1])) if found else ()


@cache
def cases() -> Mapping[str, Case]:
    """All cases by name."""
    extras = tomllib.loads((HERE / "cases.toml").read_text())
    names = sorted(path.stem for path in HERE.glob("*.yaml"))
    if unknown := [head for head in extras if not fnmatch.filter(names, head)]:
        raise ValueError(f"cases.toml speaks of {', '.join(unknown)}")
    return {name: Case(name, **_extra(name, extras)) for name in names}


def _extra(name: str, extras: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """What all heads that fit a name say of it."""
    fitting = (extra for head, extra in extras.items() if fnmatch.fnmatchcase(name, head))
    return frozen({key: item for extra in fitting for key, item in extra.items()})


def pairs() -> list[tuple[str, str]]:
    """Every case with every minor that it counts for."""
    return [(minor, case.name) for case in cases().values() for minor in case.minors]


def patch_files() -> dict[str, bytes]:
    """The patches, where the configurations look for them."""
    found = (path for path in PATCHES.rglob("*") if path.is_file())
    return {f"/corpus/patches/{path.relative_to(PATCHES)}": path.read_bytes() for path in found}


def frozen(extra: dict[str, Any]) -> dict[str, Any]:
    """An entry of a TOML file with tuples for its lists."""
    return {key: tuple(item) if isinstance(item, list) else item for key, item in extra.items()}
