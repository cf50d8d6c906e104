"""Keys and kubeconfigs that stay are root's alone; a key of ours that is gone is missed."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases import certs, kubeconfig
from phases.engine import events as e
from tests.engine.bench import Bench

PKI = "/etc/kubernetes/pki"
SECRET_FILES = [
    *(f"{PKI}/{name}.key" for name in ("ca", "apiserver", "etcd/ca", "etcd/peer", "sa")),
    *(f"/etc/kubernetes/{name}.conf" for name in ("admin", "super-admin", "kubelet")),
]


@pytest.fixture
def made(tmp_path: Path) -> Bench:
    """A machine on which both phases have run."""
    bench = Bench(tmp_path)
    bench.run(certs.PHASE)
    bench.run(kubeconfig.PHASE)
    return bench


@pytest.mark.parametrize("path", SECRET_FILES)
def test_an_open_one_of_ours_is_closed(made: Bench, path: str) -> None:
    """A secret file of ours that others may read gets its mode back, with the same content."""
    host = made.fakes.host
    content = host.read(path)
    host.write(path, content, mode=0o666)
    assert made.run(certs.PHASE) + made.run(kubeconfig.PHASE) == 1
    fact = host.stat(path)
    assert fact is not None
    assert (fact.mode, host.read(path)) == (0o600, content)
    assert made.run(certs.PHASE) + made.run(kubeconfig.PHASE) == 0


def test_an_open_one_of_others_is_warned_of(made: Bench, tmp_path: Path) -> None:
    """An operator's own key is left as it is, and that others can read it is said."""
    other = Bench(tmp_path / "other")
    other.fakes = made.fakes
    key = other.fakes.host.read(f"{PKI}/ca.key")
    other.fakes.host.write(f"{PKI}/ca.key", key, mode=0o644)
    assert other.run(certs.PHASE) == 0
    assert any("ca.key can be read by others" in told.text for told in other.told(e.Warned))


def test_a_lost_key_of_ours_is_missed(made: Bench) -> None:
    """That the key of an authority of ours is gone is said; it may have been moved away on purpose."""
    made.fakes.host.remove(f"{PKI}/ca.key")
    assert made.run(certs.PHASE) == 0
    assert [
        "ca.key, which an earlier run made, is gone" in w.text for w in made.told(e.Warned)
    ] == [True]
