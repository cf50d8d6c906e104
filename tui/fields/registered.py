"""What fields may name that is registered elsewhere: the phases with their steps, and the checks.

The registries can't be asked beside a screen, as phases bring the cluster's client along. Their names
stand in `registered.toml`, which a test holds against them; a phase that was dropped in is known by its file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from phases.model.problem import Problem
from phases.model.types import Configuration

ALL = "all"
SKIP, IGNORE = "skipPhases", "nodeRegistration.ignorePreflightErrors"


def problems(configuration: Configuration) -> Iterator[Problem]:
    """Phases to skip that there aren't: the engine refuses a plan with such a name."""
    known = phase_names()
    for index, name in enumerate(configuration.init.skip_phases):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            remedy = f"Did you mean {near[0]}?" if near else "`kubeboot-tui phases` lists them"
            yield Problem(f"{SKIP}[{index}]", f"no phase is called {name}", remedy)


def warnings(configuration: Configuration) -> Iterator[Problem]:
    """Checks to waive that there aren't: such a name is passed over, as kubeadm does."""
    known = {name.lower(): name for name in (*check_names(configuration), ALL)}
    for index, name in enumerate(configuration.init.node_registration.ignore_preflight_errors):
        if name.lower() not in known:
            near = get_close_matches(name.lower(), known, n=1)
            advice = f"Did you mean {known[near[0]]}?" if near else ""
            message = f"no check is called {name}"
            yield Problem(f"{IGNORE}[{index}]", message, advice or "Use a name such as NumCPU")


@cache
def phase_names() -> frozenset[str]:
    """Every name that an operator may use for a phase or a step of one."""
    table = _table()
    found = (path.name for path in files("phases").iterdir() if path.name.endswith(".py"))
    stems = (name.removesuffix(".py").replace("_", "-") for name in found if name[0] != "_")
    own = {stem.replace("addon-", "addon/", 1) for stem in stems}
    return frozenset(table["phases"]) | (own - frozenset(table["elsewhere"]))


def check_names(configuration: Configuration) -> Iterator[str]:
    """The names of all checks as this configuration makes them."""
    local = configuration.cluster.etcd.local
    values = {
        "port": configuration.init.local_api_endpoint.bind_port,
        "data_dir": local.data_dir.replace("/", "-") if local else "",
    }
    return (name.format(**values) for name in _table()["checks"])


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads(files("tui.fields").joinpath("registered.toml").read_text("utf-8"))
