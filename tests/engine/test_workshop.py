"""Where an engine keeps its own files, and what a dry run's files begin with."""

from __future__ import annotations

from pathlib import Path

from phases.engine.ledger import Entry, Ledger
from phases.engine.workshop import LEDGER, new_place, take_over_ledger
from tests.fakes import FakeHost


def test_a_dry_run_knows_what_is_ours(tmp_path: Path) -> None:
    """Its own ledger begins with the machine's, which stays as it is."""
    (tmp_path / "machine").mkdir()
    machine = Ledger(tmp_path / "machine")
    machine.enter(Entry("run", "certs", "write", "/etc/kubernetes/pki/ca.crt"))
    content = (tmp_path / "machine/ledger.jsonl").read_bytes()
    host, place = FakeHost({LEDGER: content}), new_place(tmp_path / "aside")
    take_over_ledger(host, place)
    ledger = Ledger(place.state)
    ledger.enter(Entry("run", "etcd", "write", "/etc/kubernetes/manifests/etcd.yaml"))
    assert ledger.targets() == {
        "/etc/kubernetes/pki/ca.crt",
        "/etc/kubernetes/manifests/etcd.yaml",
    }
    assert host.effects == []
    assert host.files == {LEDGER: content}


def test_a_machine_without_a_ledger_has_nothing_of_ours(tmp_path: Path) -> None:
    """On a fresh machine a dry run begins with an empty ledger."""
    place = new_place(tmp_path)
    take_over_ledger(FakeHost(), place)
    assert Ledger(place.state).targets() == frozenset()
