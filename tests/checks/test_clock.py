"""Checks of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from phases.render import pki
from tests.checks.bench import Bench

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CA = "/etc/kubernetes/pki/ca.crt"
TRACKING = "A29FC87B,192.0.2.1,3,1764,{},0.0,0.0,-1,0,0,0,0,64.3,{}\n"


@pytest.mark.parametrize(
    ("in_step", "states", "found"),
    [
        (True, "inactive inactive", []),
        (None, "inactive inactive", []),
        (False, "inactive active", ["the clock isn't synchronised"]),
        (
            False,
            "inactive inactive",
            ["the clock isn't synchronised, and no time service is on"],
        ),
        (False, "", ["the clock isn't synchronised, and no time service is on"]),
    ],
)
def test_synchronized(bench: Bench, in_step: bool | None, states: str, found: list[str]) -> None:
    """A clock that nobody keeps is worth a warning; a machine that can't tell isn't blamed."""
    bench.facts(in_step=in_step)
    bench.host.answer("systemctl is-active systemd-timesyncd", stdout=states.replace(" ", "\n"))
    assert [each.found for each in bench.findings("ClockSync")] == found


@pytest.mark.parametrize(
    ("offset", "found"),
    [("0.49", []), ("-2.5", ["the clock is 2.5 s off"]), ("0.000013", []), ("nonsense", [])],
)
def test_chrony(bench: Bench, offset: str, found: list[str]) -> None:
    """chrony tells by how much the clock is off, in either direction."""
    bench.host.answer("chronyc -c tracking", stdout=TRACKING.format(offset, "Normal"))
    assert [each.found for each in bench.findings("ClockSync")] == found


def test_chrony_that_knows_nothing_yet(bench: Bench) -> None:
    """A chrony without a source has nothing to say of the clock; the system is asked."""
    bench.host.answer("chronyc -c tracking", stdout=TRACKING.format("99.0", "Not synchronised"))
    bench.facts(in_step=False)
    assert bench.finding("ClockSync").found.startswith("the clock isn't synchronised")


@pytest.mark.parametrize(("ahead", "warns"), [(60, 0), (119, 0), (121, 1), (86400, 1)])
def test_a_file_from_the_future(bench: Bench, ahead: int, warns: int) -> None:
    """A clock that is behind a file of this machine by more than two minutes is worth a warning."""
    bench.plant("/etc/hostname", "master\n")
    bench.host.date("/etc/hostname", NOW + timedelta(seconds=ahead))
    bench.host.date("/etc/machine-id", NOW)
    found = bench.findings("Clock")
    assert [each.level for each in found] == ["warning"] * warns
    assert all(each.facts == {"path": "/etc/hostname"} for each in found)


@pytest.mark.parametrize(("begins", "fails"), [(timedelta(0), 0), (timedelta(hours=1), 1)])
def test_an_authority_from_the_future(bench: Bench, begins: timedelta, fails: int) -> None:
    """An authority that isn't valid yet is an error: nothing would trust what it signs."""
    validity = pki.Validity.of(NOW + begins + timedelta(minutes=5), timedelta(days=1))
    bench.plant(CA, pki.self_signed("kubernetes", pki.new_key("ECDSA-P256"), validity).decode())
    assert [each.level for each in bench.findings("Clock")] == ["error"] * fails


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_an_authority_that_is_none(bench: Bench, content: str) -> None:
    """What is no certificate tells no time."""
    bench.plant(CA, content)
    assert not bench.findings("Clock")
