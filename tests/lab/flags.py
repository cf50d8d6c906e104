"""Which flags each program lists in its own --help, as the data under phases/model/components.

    python -m tests.lab.flags record          # asks the programs of every supported minor
    python -m tests.lab.flags record 1.37

What a program hides from its help isn't known here. Building the programs of a minor takes some minutes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import starmap
from pathlib import Path
from textwrap import fill

from . import build, command, versions

FOLDER = Path(__file__).parents[2] / "phases/model/components"
PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "etcd")
ADDING = [
    "colonSeparatedMultimapStringString",
    "int32Slice",
    "mapStringBool",
    "mapStringString",
    "namedCertKey",
    "stringArray",
    "strings",
    "stringToString",
]
"""Types of flags whose values add up when they are given again."""

GATES = "feature-gates"
ETCD = {"1.37": versions.ETCD, "1.36": "3.6.8", "1.35": "3.6.6"}
"""The etcd of each minor, as versions.toml of the model has it or the lab runs it."""

NO_SETTINGS = ("help", "version", "config-file")
_FLAG = re.compile(r"^ +(?:-\w, )?--([a-z0-9][-a-z0-9.]*)(?:\[=\S*\])?(?: (\S+))?", re.MULTILINE)
_PLUGINS = re.compile(r"--enable-admission-plugins.*list of admission plugins: ([^.]+)\.")
HEAD = """\
# The flags that the components of release {minor} list in their own --help, hidden ones aside:
# made by `python -m tests.lab.flags record` from {programs}.
# `repeatable` names those whose values add up when they are given more than once, `admission_plugins`
# what the flags for admission may name.
"""


def minors() -> Mapping[str, str]:
    """The supported minors, each with the release that is asked."""
    newest = {versions.KUBERNETES.rpartition(".")[0]: versions.KUBERNETES}
    return {**newest, **versions.OLDER_KUBEADM}


def flags_of(help_text: str) -> Mapping[str, str]:
    """The flags in a help text, each with the name of its type, empty for a switch."""
    found = dict(_FLAG.findall(help_text))
    return {name: kind for name, kind in sorted(found.items()) if name not in NO_SETTINGS}


def listed(minor: str) -> Mapping[str, Mapping[str, str]]:
    """What each program of a minor lists."""
    return {name: flags_of(_help(program(name, minor))) for name in PROGRAMS}


def program(name: str, minor: str) -> Path:
    """A program of a minor; what the lab doesn't boot is built for this alone."""
    version = minors()[minor]
    if version == versions.KUBERNETES:
        return build.binary(name)
    if name == "etcd":
        module = next(module for module in versions.MODULES if module.name == "etcd")
        etcd = replace(module, name=f"help-etcd-{ETCD[minor]}", version=ETCD[minor])
        return build.module_programs(etcd) / name
    module = versions.kubernetes(version, *(name for name in PROGRAMS if name != "etcd"))
    return build.module_programs(replace(module, name=f"help-{version}")) / name


def admission_plugins(minor: str) -> list[str]:
    """The admission plugins that the API server of a minor has."""
    found = _PLUGINS.search(_help(program("kube-apiserver", minor)))
    return found[1].split(", ") if found else []


def _help(binary: Path) -> str:
    found = command.run(binary, "--help", timeout=60)
    return found.stdout + found.stderr


def as_toml(minor: str, programs: Mapping[str, Mapping[str, str]], plugins: Iterable[str]) -> str:
    """The data file of a minor."""
    sources = f"Kubernetes {minors()[minor]} and etcd {ETCD[minor]}"
    parts = [HEAD.format(minor=minor, programs=sources)]
    for name, flags in programs.items():
        adding = (flag for flag, kind in flags.items() if kind in ADDING or flag == GATES)
        lists: dict[str, Iterable[str]] = {"flags": flags, "repeatable": adding}
        if name == "kube-apiserver":
            lists["admission_plugins"] = plugins
        parts.append(f'["{name}"]\n' + "".join(starmap(_list, lists.items())))
    return "\n".join(parts)


def _list(key: str, words: Iterable[str]) -> str:
    return f'{key} = """\n{_words(words)}\n"""\n'


def _words(names: Iterable[str]) -> str:
    return fill(" ".join(names), 96, break_on_hyphens=False)


def path_of(minor: str) -> Path:
    return FOLDER / f"flags-{minor}.toml"


def main(words: list[str]) -> int:
    if words[:1] != ["record"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for minor in words[1:] or minors():
        path_of(minor).write_text(as_toml(minor, listed(minor), admission_plugins(minor)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
