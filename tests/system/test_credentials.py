"""What is taken from a kubeconfig, and that nothing of it is told."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from phases.system.credentials import credentials, in_memory, tls
from phases.system.ports import ClusterError
from tests.system.certificates import Authority
from tests.system.kubeconfigs import kubeconfig


def changed(raw: bytes, **change: Any) -> bytes:
    return yaml.safe_dump({**yaml.safe_load(raw), **change}).encode()


def test_embedded_data(authority: Authority) -> None:
    """Server, authority, certificate and key of the current context."""
    certificate, key = authority.issue("kubernetes-admin")
    who = credentials(kubeconfig("https://192.0.2.1:6443/", authority, certificate, key))
    assert who.server == "https://192.0.2.1:6443"
    assert (who.authority, who.certificate, who.key) == (authority.certificate, certificate, key)


def test_the_server_can_be_replaced(authority: Authority) -> None:
    """A server address that isn't empty wins over the file's."""
    raw = kubeconfig("https://192.0.2.1:6443", authority)
    assert credentials(raw, "https://127.0.0.1:1").server == "https://127.0.0.1:1"


def test_files_are_followed(authority: Authority, tmp_path: Path) -> None:
    """A kubelet's kubeconfig names files: they are read."""
    (tmp_path / "pair.pem").write_bytes(b"".join(authority.issue("system:node:master")))
    user = {
        "client-certificate": str(tmp_path / "pair.pem"),
        "client-key": str(tmp_path / "pair.pem"),
    }
    raw = changed(kubeconfig("https://x", authority), users=[{"name": "admin", "user": user}])
    assert credentials(raw).certificate == (tmp_path / "pair.pem").read_bytes()


def test_a_token_is_proof_too(authority: Authority) -> None:
    """A user with a token needs no certificate."""
    raw = changed(
        kubeconfig("https://x", authority), users=[{"name": "admin", "user": {"token": "t"}}]
    )
    who = credentials(raw)
    assert (who.token, who.certificate) == ("t", b"")


BROKEN: list[Any] = [
    b"\xff\xfe",
    b"a: [",
    b"- list",
    b"",
    {"current-context": "gone"},
    {"contexts": None},
    {"clusters": [{"name": "kubernetes", "cluster": {}}]},
    {"users": [{"name": "admin", "user": {"client-key": "/no/such/file"}}]},
    {"users": [{"name": "admin", "user": {"client-key-data": "c2VjcmV0c2VjcmV0*"}}]},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_told_without_its_secrets(authority: Authority, broken: Any) -> None:
    """Any unusable kubeconfig is a ClusterError that quotes nothing of it."""
    raw = (
        broken
        if isinstance(broken, bytes)
        else changed(kubeconfig("https://x", authority), **broken)
    )
    with pytest.raises(ClusterError) as caught:
        credentials(raw)
    assert (caught.value.status, caught.value.reason) == (0, "Kubeconfig")
    assert "c2Vjcm" not in caught.value.message


def test_secrets_do_not_show(authority: Authority) -> None:
    """The repr names the server and nothing secret."""
    certificate, key = authority.issue("admin")
    shown = repr(credentials(kubeconfig("https://x", authority, certificate, key)))
    assert "PRIVATE" not in shown
    assert "https://x" in shown


def test_tls_refuses_what_does_not_fit(authority: Authority) -> None:
    """A key of another certificate, an empty authority and garbage are told as unusable."""
    certificate, key = authority.issue("a")
    _, other = authority.issue("b")
    fine = credentials(kubeconfig("https://x", authority, certificate, key))
    assert tls(fine).check_hostname
    for raw in (
        kubeconfig("https://x", authority, certificate, other),
        changed(
            kubeconfig("https://x", authority),
            clusters=[{"name": "kubernetes", "cluster": {"server": "https://x"}}],
        ),
        kubeconfig("https://x", authority, b"garbage", b"garbage"),
    ):
        with pytest.raises(ClusterError, match="can't be used"):
            tls(credentials(raw))


def test_a_key_is_in_no_file(tmp_path: Path) -> None:
    """The key is read through a path that is no place on a disk, and is gone afterwards."""
    with in_memory(b"key") as path:
        assert Path(path).read_bytes() == b"key"
        assert "memfd" in os.readlink(path)  # noqa: PTH115
    assert not Path(path).exists()
    assert base64.b64encode(b"key")
