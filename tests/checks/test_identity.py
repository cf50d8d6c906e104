"""Checks of what tells this machine from others."""

from __future__ import annotations

import pytest

from phases.model.types import NodeRegistration
from tests.checks.bench import Bench

UUID = "/sys/class/dmi/id/product_uuid"


def levels(bench: Bench, name: str) -> list[str]:
    return [finding.level for finding in bench.findings(name)]


@pytest.mark.parametrize(
    "name", ["my_host", "Master", "-a", "a..b", "", "a" * 64, "a." * 127 + "b"]
)
def test_a_name_that_no_node_can_have(bench: Bench, name: str) -> None:
    """A name that the API refuses is an error."""
    bench.init(node_registration=NodeRegistration(name=name))
    assert levels(bench, "Hostname") == ["error"]


@pytest.mark.parametrize("name", ["a", "m-1.example.org", "10.0.0.1", "a" * 63])
def test_a_name_that_a_node_can_have(bench: Bench, name: str) -> None:
    """Names of domains pass."""
    bench.init(node_registration=NodeRegistration(name=name))
    assert levels(bench, "Hostname") == []


@pytest.mark.parametrize(("code", "found"), [(2, ["warning"]), (124, ["warning"]), (127, [])])
def test_a_name_that_leads_nowhere(bench: Bench, code: int, found: list[str]) -> None:
    """A name that can't be resolved in time is worth a warning, unless nothing here can tell."""
    bench.host.answer("getent ahosts master", code=code)
    assert levels(bench, "Hostname") == found


@pytest.mark.parametrize("name", ["localhost", "localhost.localdomain"])
def test_a_name_that_every_machine_has(bench: Bench, name: str) -> None:
    """A name that says nothing is worth a warning: the second such node would take the first's place."""
    bench.init(node_registration=NodeRegistration(name=name))
    assert levels(bench, "Hostname") == ["warning"]


@pytest.mark.parametrize(
    "content",
    ["", "\n", "uninitialized\n", "0" * 32, "f" * 32, "b08dfa6083e7567a1921a715000001fb\n", "ABC"],
)
def test_a_machine_id_that_is_none(bench: Bench, content: str) -> None:
    """Empty, of one digit, or that of a manual: such an id is worth a warning."""
    bench.host.write("/etc/machine-id", content.encode(), mode=0o444)
    assert levels(bench, "MachineID") == ["warning"]


def test_no_machine_id(bench: Bench) -> None:
    """So is a file that is missing, which is said as such."""
    bench.host.remove("/etc/machine-id")
    assert bench.finding("MachineID").found == "/etc/machine-id is empty or missing"


@pytest.mark.parametrize(
    ("uuid", "warns"),
    [
        ("03000200-0400-0500-0006-000700080009", 1),
        ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", 1),
        ("4c4c4544-0042-3510-8050-b4c04f4a3632", 0),
    ],
)
def test_product_uuid(bench: Bench, uuid: str, warns: int) -> None:
    """A serial number that boards have which were never given one is worth a warning."""
    bench.plant(UUID, uuid + "\n")
    assert levels(bench, "ProductUUID") == ["warning"] * warns
