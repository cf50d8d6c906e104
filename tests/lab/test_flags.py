"""The lists of flags that come with the model, against the programs they were made from."""

from __future__ import annotations

import pytest

from phases.model.arguments import removed_flags

from . import build, command, flags, versions
from .lab import Lab

NEWEST = versions.KUBERNETES.rpartition(".")[0]


def test_the_newest_list_is_what_the_programs_say(lab: Lab) -> None:
    """Recording it again would change nothing."""
    assert lab
    found = flags.as_toml(NEWEST, flags.listed(NEWEST), flags.admission_plugins(NEWEST))
    assert found == flags.path_of(NEWEST).read_text()


@pytest.mark.parametrize("program", flags.PROGRAMS)
def test_a_removed_flag_is_unknown_to_its_program(lab: Lab, program: str) -> None:
    """Whoever passes one sees the program end at once: that is why it is refused."""
    assert lab
    known = [name for name in removed_flags(program) if not _refuses(program, name)]
    assert removed_flags(program)
    assert known == []


def _refuses(program: str, name: str) -> bool:
    words = (build.binary(program), f"--{name}=1", "--version")
    said = command.run(*words, timeout=60)
    return "unknown flag" in said.stderr + said.stdout or "not defined" in said.stderr + said.stdout


@pytest.mark.parametrize("program", flags.PROGRAMS)
def test_a_flag_that_replaces_another_is_known(lab: Lab, program: str) -> None:
    """What takes over a removed flag's value is in the program's help."""
    listed = flags.flags_of(command.run(build.binary(program), "--help", timeout=60).stdout)
    assert lab
    assert {gone.use for gone in removed_flags(program).values() if gone.use} <= set(listed)
