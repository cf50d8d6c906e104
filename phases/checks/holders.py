"""Who listens on a port: the process, the unit that it belongs to, the package that brought it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass

from phases.engine.context import Context

USER = re.compile(r'\("([^"]*)",pid=(\d+)')
SERVICE = re.compile(r"/([^/\n]+\.service)(?:/|$)", re.MULTILINE)
OWNERS = (("dpkg", "-S"), ("rpm", "-qf", "--queryformat", "%{NAME}"))
"""Commands that tell which package a file is of; whichever the system has."""


@dataclass(frozen=True, slots=True)
class Holder:
    """`unit` and `package` are empty where they aren't known."""

    process: str
    pid: int
    unit: str = ""
    package: str = ""

    def __str__(self) -> str:
        told = (f"pid {self.pid}", self.unit, self.package and f"package {self.package}")
        return f"{self.process} ({', '.join(filter(None, told))})"

    def as_data(self) -> Mapping[str, str | int]:
        return asdict(self)


def holders(context: Context, number: int) -> tuple[Holder, ...]:
    """Every process that listens on a port; empty when that can't be told."""
    said = context.host.probe(["ss", "-Hltnp"], timeout=10).stdout.splitlines()
    mine = "\n".join(line for line in said if listens_on(line, number))
    found = dict.fromkeys(USER.findall(mine))
    return tuple(Holder(name, int(pid), *origin(context, pid)) for name, pid in found)


def listens_on(line: str, number: int) -> bool:
    """The fourth column is the local address with its port."""
    columns = line.split()
    return len(columns) > 3 and columns[3].rpartition(":")[2] == str(number)


def origin(context: Context, pid: str) -> tuple[str, str]:
    """Unit and package of a process; of one that ends meanwhile there is none."""
    unit = ""
    with suppress(OSError):
        groups = (context.read(f"/proc/{pid}/cgroup") or b"").decode(errors="replace")
        unit = next(iter(SERVICE.findall(groups)), "")
    program = context.host.probe(["readlink", f"/proc/{pid}/exe"]).stdout.strip()
    return unit, next(packages(context, program), "") if program.startswith("/") else ""


def packages(context: Context, program: str) -> Iterator[str]:
    """The package of a program, without its architecture."""
    for command in OWNERS:
        said = context.host.probe([*command, program], timeout=10)
        if said.code == 0 and said.stdout.strip():
            yield re.split(r"[:,\n]", said.stdout.strip())[0]
