"""Cases 1 to 33 of the fault matrix: each bad configuration is refused with its place and a remedy."""

from __future__ import annotations

import pytest

from phases.model import checking
from phases.model.load import read
from phases.model.problem import Problem, Problems
from phases.model.yaml_source import decode_text
from tests.model.faults import FAULTS, HEAD, SOUND, Fault


def checked(content: bytes) -> tuple[Problem, ...]:
    """What `config validate` does with the bytes of a file."""
    source = read(decode_text(content, name="k.yaml"), name="k.yaml")
    return checking.init(source, {})


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_bad_configuration_is_refused_with_its_place(fault: Fault) -> None:
    """What is wrong is told with file, line, column and field, and never with an escape or markup."""
    with pytest.raises(Problems) as raised:
        checked(fault.content)
    told = str(raised.value)
    assert fault.said in told
    assert all(char.isprintable() or char == "\n" for char in told)


@pytest.mark.parametrize("fault", SOUND, ids=str)
def test_a_sound_configuration_is_accepted_with_what_is_doubtful(fault: Fault) -> None:
    """Older versions, marks and line ends, a never ending token: used, and told where worth a word."""
    assert fault.said in "\n".join(map(str, checked(fault.content)))


def test_every_case_of_a_file_is_here() -> None:
    """Of the cases 1 to 33 only those of a machine and of the file itself are elsewhere."""
    elsewhere = {15, 20, 23, 30}
    assert {fault.case for fault in (*FAULTS, *SOUND)} == set(range(1, 34)) - elsewhere


def test_all_problems_are_told_at_once() -> None:
    """Mistakes in fields, values and across fields make one list, in the order of the file."""
    text = f"""{HEAD}clusterName: $(id)
certificatesDir: pki
networking: {{podSubnet: 10.96.0.0/12}}
kubernetesVersion: v1.20.0
"""
    with pytest.raises(Problems) as raised:
        checked(text.encode())
    found = {problem.path: problem.line for problem in raised.value.problems}
    assert found == {
        "kubernetesVersion": 6,
        "clusterName": 3,
        "certificatesDir": 4,
        "networking.podSubnet": 5,
    }
