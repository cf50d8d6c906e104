"""Go modules to programs, by the ordinary module proxy. What is built is in versions.py."""

from __future__ import annotations

import json
import shutil
from functools import cache as once
from pathlib import Path
from typing import NotRequired, TypedDict

from . import cache, command, versions
from .errors import LabError
from .versions import GoModule

OWN = Path(__file__).parent / "programs"


class _Module(TypedDict):
    Path: str
    Version: NotRequired[str]


class _Replacement(TypedDict):
    Old: _Module
    New: _Module


class _GoMod(TypedDict):
    Go: str
    Require: list[_Module]
    Replace: list[_Replacement] | None


ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
FLAGS = ("-trimpath", "-buildvcs=false")


def binary(name: str, version: str | None = None) -> Path:
    """A built program; of Kubernetes, that of `version` (by default the newest)."""
    if (OWN / name).is_dir():
        return own_program(name)
    for module in versions.MODULES:
        if name in module.programs and version in (None, module.version):
            return module_programs(module) / name
    raise LabError(f"the lab builds no {name} of version {version}")


@once
def module_programs(module: GoModule) -> Path:
    """A folder with the module's programs."""
    recipe = (vars(module), ENVIRONMENT, FLAGS)
    return cache.artefact(module.name, recipe, lambda draft: _build(module, draft))


@once
def own_program(name: str) -> Path:
    """One of the lab's own small programs."""
    source = (OWN / name / "main.go").read_text()
    return cache.artefact(name, source, lambda draft: _build_own(name, draft))


def _build(module: GoModule, draft: Path) -> None:
    draft.mkdir()
    work = draft / "work"
    work.mkdir()
    go_mod = shadow(module)
    (work / "go.mod").write_text(go_mod)
    for name, package in module.programs.items():
        go(module.name, work, *FLAGS, *module.flags, "-o", str(draft / name), package)
    shutil.rmtree(work)


def _build_own(name: str, draft: Path) -> None:
    work = draft.with_suffix(".work")
    shutil.copytree(OWN / name, work, dirs_exist_ok=True)
    (work / "go.mod").write_text(f"module lab/{name}\ngo {versions.GO[0]}.{versions.GO[1]}\n")
    go(name, work, *FLAGS, "-ldflags", "-s -w", "-o", str(draft), ".")
    shutil.rmtree(work)


def go(name: str, work: Path, *arguments: str) -> None:
    command.logged(["go", "build", *arguments], cache.log(name), ENVIRONMENT, work)


def shadow(module: GoModule) -> str:
    """A go.mod that depends on the module with the very versions its authors built it with.

    A published module can't be built in place: its `replace` lines point to folders beside it
    that aren't published with it. So its go.mod becomes ours, plus itself, and each such line
    points to the published version instead.
    """
    upstream = _go_mod(module)
    lines = [f"module lab/{module.name}", f"go {upstream['Go']}"]
    lines.append(f"require {module.path} v{module.version}")
    lines += [f"require {need['Path']} {need['Version']}" for need in upstream["Require"]]
    lines += [_replace(module, entry) for entry in upstream["Replace"] or ()]
    return "\n".join(lines) + "\n"


def _replace(module: GoModule, entry: _Replacement) -> str:
    old, new = entry["Old"]["Path"], entry["New"]
    if "Version" in new:
        return f"replace {old} => {new['Path']} {new['Version']}"
    if new["Path"].startswith("./staging/"):
        return f"replace {old} => {old} v0.{module.version.split('.', 1)[1]}"
    return f"// {old} is published beside this module, with the same version"


def _go_mod(module: GoModule) -> _GoMod:
    where = f"{module.path}@v{module.version}"
    found = command.check("go", "mod", "download", "-json", where, cwd=Path("/"))
    path = json.loads(found.stdout)["GoMod"]
    parsed = command.check("go", "mod", "edit", "-json", path, cwd=Path("/")).stdout
    loaded: _GoMod = json.loads(parsed)
    return loaded
