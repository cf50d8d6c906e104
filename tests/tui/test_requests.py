"""Signing requests instead of certificates: `init --csr-only`, whoever signs them, and init after that."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import yaml

from phases.render.certificates import CERTIFICATES
from phases.render.kubeconfig import KUBECONFIGS
from tests.system.certificates import Authority
from tests.tui.program import Place


def written(place: Place) -> set[str]:
    """The files of the rehearsal but for the engine's own."""
    found = (path for path in place.rehearsal.rglob("*") if path.is_file())
    names = {f"/{path.relative_to(place.rehearsal)}" for path in found}
    return {name for name in names if not name.startswith("/var/lib/kubeboot/")}


def sign_everything(etc: Path) -> None:
    """What an operator does with the requests, by the words that --csr-only ends with."""
    authorities = {name: Authority(name) for name in ("ca", "etcd-ca", "front-proxy-ca")}
    for row in CERTIFICATES:
        target = etc / "pki" / row.certificate_file
        if row.authority:
            request = (etc / "pki" / row.request_file).read_bytes()
            target.write_bytes(authorities[row.authority].sign(request))
        else:
            target.write_bytes(authorities[row.name].certificate)
    for user in KUBECONFIGS:
        path = etc / user.file
        config = yaml.safe_load(path.read_text())
        signed = authorities["ca"].sign((etc / user.request_file).read_bytes())
        config["users"][0]["user"]["client-certificate-data"] = encoded(signed)
        trusted = encoded(authorities["ca"].certificate)
        config["clusters"][0]["cluster"]["certificate-authority-data"] = trusted
        path.write_text(yaml.safe_dump(config))


def encoded(pem: bytes) -> str:
    return base64.b64encode(pem).decode()


def test_requests_are_all_that_is_written(place: Place) -> None:
    """Bare --csr-only makes a key and a request of each leaf and user, and the service account's pair."""
    ended = place.rehearse("--csr-only")
    assert (ended.code, ended.err) == (0, "")
    pairs = {f"/etc/kubernetes/pki/{row.key_file}" for row in CERTIFICATES if row.authority}
    pairs |= {f"/etc/kubernetes/pki/{row.request_file}" for row in CERTIFICATES if row.authority}
    users = {
        f"/etc/kubernetes/{name}" for row in KUBECONFIGS for name in (row.file, row.request_file)
    }
    account = {"/etc/kubernetes/pki/sa.key", "/etc/kubernetes/pki/sa.pub"}
    assert written(place) == pairs | users | account
    assert "Then run the same without --csr-only." in ended.out


def test_a_second_run_leaves_the_requests_alone(place: Place) -> None:
    """Asked for again, the requests that were sent away stay good."""
    place.rehearse("--csr-only")
    before = {name: (place.rehearsal / name[1:]).read_bytes() for name in written(place)}
    again = place.rehearse("--csr-only")
    assert again.code == 0
    assert "Nothing to do: the part that was asked for is as it should be." in again.out
    assert {name: (place.rehearsal / name[1:]).read_bytes() for name in written(place)} == before


def test_signed_elsewhere_init_goes_its_whole_way(place: Place) -> None:
    """With what came back in place, init makes a control plane that has no authority's key."""
    place.rehearse("--csr-only")
    sign_everything(place.rehearsal / "etc/kubernetes")
    ended = place.rehearse("--skip-phases", "preflight")
    assert ended.code == 0, ended.out + ended.err
    assert "/etc/kubernetes/manifests/kube-apiserver.yaml" in written(place)
    keys = {
        f"/etc/kubernetes/pki/{name}" for name in ("ca.key", "etcd/ca.key", "front-proxy-ca.key")
    }
    assert written(place).isdisjoint(keys)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--only", "etcd"), "etcd"),
        (("--only", "certs,control-plane"), "control-plane"),
        (("--upload-certs",), "--upload-certs"),
        (("--kubeconfig-for", "root"), "--kubeconfig-for"),
    ],
)
def test_what_requests_leave_no_room_for_is_refused(
    place: Place, words: tuple[str, ...], named: str
) -> None:
    """Asked for beside --csr-only, anything else ends with 2 before anything is made."""
    ended = place.rehearse("--csr-only", *words)
    assert (ended.code, ended.out) == (2, "")
    assert f"--csr-only leaves no room for {named}" in ended.err
    assert not written(place)


def test_a_part_of_the_requests_may_be_asked_for(place: Place) -> None:
    """--only narrows them down to certificates, or to one of them."""
    assert place.rehearse("--csr-only", "--only", "certs/apiserver").code == 0
    assert {name.rpartition("/")[2] for name in written(place)} == {
        "apiserver.key",
        "apiserver.csr",
    }
