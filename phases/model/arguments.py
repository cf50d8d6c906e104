"""Which command line flags the control plane's programs know: what `extraArgs` may hold.

A flag that is known to be gone is certain to stop its program; one that is merely unknown here may
be hidden, so it only warns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from phases.model.decode import MANY
from phases.model.problem import Problem
from phases.model.types import Arg, Configuration
from phases.model.versions import release_of, releases


@dataclass(frozen=True, slots=True)
class Removed:
    """`since` is the minor release that dropped a flag, 0 when it is long gone.

    `use` is the flag that has the same values and means the same today, if there is one.
    """

    since: int
    advice: str
    use: str = ""


def extra_args(configuration: Configuration) -> Iterator[tuple[str, str, tuple[Arg, ...]]]:
    """Each program with the path of its extra flags and the flags."""
    cluster = configuration.cluster
    yield "kube-apiserver", "apiServer.extraArgs", cluster.api_server.extra_args
    yield (
        "kube-controller-manager",
        "controllerManager.extraArgs",
        (cluster.controller_manager.extra_args),
    )
    yield "kube-scheduler", "scheduler.extraArgs", cluster.scheduler.extra_args
    if cluster.etcd.local:
        yield "etcd", "etcd.local.extraArgs", cluster.etcd.local.extra_args
    node = configuration.init.node_registration
    yield "kubelet", "nodeRegistration.kubeletExtraArgs", node.kubelet_extra_args


def argument_problems(
    configuration: Configuration, minor: int, ignored: Collection[str] = ()
) -> Iterator[Problem]:
    """Flags without a usable name or value, and those the program no longer knows.

    `ignored` holds names, `program/flag`, that are let through nevertheless.
    """
    for program, path, args in extra_args(configuration):
        seen: set[Arg] = set()
        for index, arg in enumerate(args):
            yield from _malformed(arg, f"{path}[{index}]", arg in seen)
            seen.add(arg)
            gone = removed_flags(program).get(arg.name)
            if gone and gone.since <= minor and f"{program}/{arg.name}" not in ignored:
                yield Problem(
                    f"{path}[{index}].name", _epitaph(program, arg.name, gone), gone.advice
                )
            for plugin in unknown_plugins(program, arg.name, arg.value, minor):
                message = f"{program} has no admission plugin {plugin} and would exit at once"
                yield Problem(f"{path}[{index}].value", message, "Remove it")


def _epitaph(program: str, name: str, gone: Removed) -> str:
    when = f"since 1.{gone.since} " if gone.since else "any more "
    return f"{program} does not know --{name} {when}and would exit at once"


def _malformed(arg: Arg, path: str, again: bool) -> Iterator[Problem]:
    if not arg.name:
        yield Problem(f"{path}.name", "is empty", "Name a flag, without dashes")
    elif arg.name.startswith("-"):
        yield Problem(f"{path}.name", "begins with a dash", f"Write {arg.name.lstrip('-')}")
    elif not all(char.isascii() and (char.isalnum() or char in "-_.") for char in arg.name):
        message = f"{arg.name!r} can't be the name of a flag"
        yield Problem(f"{path}.name", message, "Name a flag, without dashes")
    elif again:
        yield Problem(path, f"gives {arg.name} the same value twice", "Remove one of them")
    if "\n" in arg.value:
        yield Problem(f"{path}.value", "has more than one line", "Write it in one line")


def argument_warnings(configuration: Configuration) -> Iterator[Problem]:
    """Flags that the program's help doesn't list, and repeated ones of which only the last counts."""
    minor = release_of(configuration.cluster.kubernetes_version).minor
    for program, path, args in extra_args(configuration):
        known, repeatable = known_flags(program, minor)
        last = {arg.name: index for index, arg in enumerate(args)}
        strange = {arg.name for arg in args} - known - removed_flags(program).keys()
        for index, arg in enumerate(args):
            where = f"{path}[{index}].name"
            if arg.name in strange:
                near = nearest_flag(arg.name, known, len(strange))
                advice = f"Did you mean {near}?" if near else "Look it up in the program's help"
                yield Problem(where, f"{program} does not list a flag --{arg.name}", advice)
            elif arg.name not in repeatable and index < last[arg.name]:
                message = f"--{arg.name} comes again; only the last value counts"
                yield Problem(where, message, "Remove one of them")


def nearest_flag(name: str, known: Collection[str], strangers: int) -> str:
    """What may have been meant; empty where nothing is near, or where too many ask to be worth it."""
    near = get_close_matches(name, known, n=1) if strangers < MANY else []
    return near[0] if near else ""


@cache
def known_flags(program: str, minor: int = 0) -> tuple[frozenset[str], frozenset[str]]:
    """The flags a program lists in its help, and those of them whose values add up.

    Those of a supported minor release, of the newest one without.
    """
    table = _table(f"flags-1.{minor or next(iter(releases()))}.toml")[program]
    return frozenset(table["flags"].split()), frozenset(table["repeatable"].split())


ADMISSION_FLAGS = ("admission-control", "disable-admission-plugins", "enable-admission-plugins")


def unknown_plugins(program: str, flag: str, value: str, minor: int) -> tuple[str, ...]:
    """What a flag for admission names that the API server of a release doesn't have."""
    if program != "kube-apiserver" or flag not in ADMISSION_FLAGS:
        return ()
    table = _table(f"flags-1.{minor}.toml")[program]
    known = frozenset(table["admission_plugins"].split())
    return tuple(name for name in value.split(",") if name.strip() and name.strip() not in known)


@cache
def removed_flags(program: str) -> Mapping[str, Removed]:
    """The flags a program once knew: those of the table, and those that an older list still has."""
    gone = _table("removed_flags.toml")
    table = gone[program] if program == "etcd" else gone["every"] | gone[program]
    found = {name: Removed(**facts) for name, facts in table.items()}
    return {**_dropped(program), **found}


def _dropped(program: str) -> Mapping[str, Removed]:
    """Flags that a supported release lists and the next one doesn't."""
    found: dict[str, Removed] = {}
    for older, newer in pairwise(sorted(releases())):
        listed = known_flags(program, newer)[0]
        for name in sorted(known_flags(program, older)[0] - listed):
            plain = name.removeprefix("experimental-")
            use = plain if plain in listed else ""
            found[name] = Removed(newer, f"Use {use}" if use else "Remove it", use)
    return found


@cache
def _table(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("phases.model.components").joinpath(name).read_text("utf-8"))
