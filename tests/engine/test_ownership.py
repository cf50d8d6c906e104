"""What is ours: what the ledger tells, unless another authority stands in place of the one we made."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from phases.engine.ledger import Entry, Ledger
from phases.engine.ownership import ours
from tests.fakes import FakeHost

CA = "/etc/kubernetes/pki/ca.crt"
MADE = b"-----BEGIN CERTIFICATE-----\nours\n-----END CERTIFICATE-----\n"
OTHER = b"-----BEGIN CERTIFICATE-----\ntheirs\n-----END CERTIFICATE-----\n"
MANIFEST = "/etc/kubernetes/manifests/etcd.yaml"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """The ledger of a machine on which we made an authority and a manifest."""
    made = Ledger(tmp_path)
    for path, content in ((CA, b"an earlier one"), (CA, MADE), (MANIFEST, b"pod")):
        after = {"kind": "file", "sha256": sha256(content).hexdigest(), "mode": 0o644}
        made.enter(Entry("run", "phase", "write", path, None, after))
    return made


@pytest.mark.parametrize(
    ("there", "is_ours"),
    [
        ({CA: MADE}, True),
        ({}, True),
        ({CA: b"torn"}, True),
        ({CA: OTHER[:40]}, True),
        ({CA: OTHER}, False),
    ],
)
def test_whose_machine(ledger: Ledger, there: dict[str, bytes], is_ours: bool) -> None:
    """Ours while our authority is there, damaged or gone; nothing is once it is somebody else's."""
    found = ours(ledger, FakeHost(there))
    assert found == (frozenset({CA, MANIFEST}) if is_ours else frozenset())
