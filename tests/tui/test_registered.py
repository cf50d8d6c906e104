"""Names of phases and checks that the form knows: those of the registries, and of phases dropped in.

After a change of either, `UPDATE_NAMES=1 pytest tests/tui/test_registered.py` writes the table anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import phases
from phases.checks import table
from phases.engine import plan
from phases.engine.registry import discover
from phases.model.types import APIEndpoint, Configuration, InitConfiguration, NodeRegistration
from tui.fields import registered

TABLE = Path(registered.__file__).with_name("registered.toml")


def names() -> dict[str, list[str]]:
    """What the registries hold today."""
    found = discover()
    members = {phase.name: phase for phase in found if "init" in phase.workflows}
    return {
        "phases": sorted(plan._all_names(members)),
        "elsewhere": sorted({phase.name for phase in found} - members.keys()),
        "checks": sorted(
            {*(check.name for check in (table.IS_ROOT, *table.INIT_CHECKS)), *asked()}
        ),
    }


def asked() -> list[str]:
    """What phases ask by its name whether it is waived, beside the table of checks."""
    sources = [path.read_text() for path in Path(phases.__path__[0]).glob("*.py")]
    return re.findall(r'waived\("(\w+)"\)', "".join(sources))


def written(found: dict[str, list[str]]) -> str:
    lists = (
        f"{key} = [\n" + "".join(f'  "{one}",\n' for one in v) + "]\n" for key, v in found.items()
    )
    return "# Written by tests/tui/test_registered.py.\n\n" + "\n".join(lists)


def test_the_table_is_that_of_the_registries() -> None:
    """Every phase, step, alias and check is known by name, and no other."""
    wanted = written(names())
    if os.environ.get("UPDATE_NAMES"):
        TABLE.write_text(wanted)
    assert TABLE.read_text() == wanted


def configured(skip: str = "", ignore: str = "") -> Configuration:
    node = NodeRegistration(ignore_preflight_errors=tuple(ignore.split()))
    init = InitConfiguration(
        skip_phases=tuple(skip.split()),
        node_registration=node,
        local_api_endpoint=APIEndpoint(bind_port=6443),
    )
    return Configuration(init=init)


def test_a_phase_is_known_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was dropped in can be skipped like any other; those of other workflows can't."""
    (tmp_path / "my_phase.py").write_text("")
    (tmp_path / "addon_mine.py").write_text("")
    (tmp_path / "nodes.py").write_text("")
    monkeypatch.setattr(registered, "files", {"phases": tmp_path, "tui.fields": TABLE.parent}.get)
    registered.phase_names.cache_clear()
    found = list(registered.problems(configured("my-phase addon/mine nodes certs/ca addon")))
    registered.phase_names.cache_clear()
    assert [problem.path for problem in found] == ["skipPhases[2]"]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("addon/kubeproxy", "Did you mean addon/kube-proxy?"),
        ("zzz", "`kubeboot-tui phases` lists them"),
    ],
)
def test_an_unknown_phase_is_a_problem(name: str, remedy: str) -> None:
    """The engine would refuse it; the nearest name is proposed."""
    (found,) = registered.problems(configured(f"preflight {name}"))
    assert (found.message, found.remedy) == (f"no phase is called {name}", remedy)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("Swpa", "Did you mean Swap?"), ("port-6444", "Did you mean Port-6443?"),
     ("zzz", "Use a name such as NumCPU")],
)  # fmt: skip
def test_an_unknown_check_is_warned_of(name: str, remedy: str) -> None:
    """Case doesn't count, and names follow the port in use; kubeadm passes over what it doesn't know."""
    (found,) = registered.warnings(configured(ignore=f"all swap Port-6443 {name}"))
    assert (found.message, found.remedy) == (f"no check is called {name}", remedy)
