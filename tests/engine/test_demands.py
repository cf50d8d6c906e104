"""What is demanded before a run begins: root, keys to upload, patches, and something to do."""

from __future__ import annotations

import os

import pytest

from phases.engine import demands
from phases.engine.errors import ConfigurationError, PreflightRefused
from phases.engine.request import Request
from tests.engine.bench import configured
from tests.fakes import FakeHost

PKI = "/etc/kubernetes/pki"
UPLOAD = Request(upload_certs=True)


@pytest.mark.parametrize("name", ["ca", "front-proxy-ca"])
def test_an_external_authority_has_no_key_to_upload(name: str) -> None:
    """As with kubeadm, --upload-certs is refused where an authority's certificate is without its key."""
    host = FakeHost({f"{PKI}/{name}.crt": "x"})
    with pytest.raises(ConfigurationError) as caught:
        demands.keys_to_upload(UPLOAD, configured(), host)
    error = caught.value
    assert (error.exit_code, error.code) == (2, "external-authority")
    assert f"{PKI}/{name}.crt" in error.what
    assert f"{PKI}/{name}.key" in error.why
    assert "Nothing was changed" in error.remedy


@pytest.mark.parametrize(
    ("request_", "files"),
    [
        (UPLOAD, ()),
        (UPLOAD, ("ca.crt", "ca.key")),
        (UPLOAD, ("etcd/ca.crt",)),
        (Request(), ("ca.crt",)),
    ],
    ids=["fresh", "whole", "etcd", "not asked for"],
)
def test_whole_pairs_and_none_are_fine(request_: Request, files: tuple[str, ...]) -> None:
    """On a fresh machine, with whole authorities, or without --upload-certs nothing is in the way."""
    host = FakeHost({f"{PKI}/{name}": "x" for name in files})
    demands.keys_to_upload(request_, configured(), host)


def test_root_is_demanded_unless_that_is_waived(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with kubeadm, IsPrivilegedUser or all among the ignored checks lets others begin too."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(PreflightRefused, match="root"):
        demands.root(Request(), configured())
    for name in ("isprivilegeduser", "all"):
        init = f"nodeRegistration: {{ignorePreflightErrors: [{name}]}}"
        demands.root(Request(), configured(init=init))
    demands.root(Request(mode="rehearsal"), configured())


PATCHED = "patches: {directory: /srv/patches}"


@pytest.mark.parametrize("files", [{}, {"/srv/patches": "x"}], ids=["nothing", "a file"])
def test_patches_must_be_there(files: dict[str, str]) -> None:
    """A folder of patches that isn't one is a configuration that can't be used."""
    with pytest.raises(ConfigurationError) as caught:
        demands.patches(configured(init=PATCHED), FakeHost(files))
    assert (caught.value.exit_code, caught.value.code) == (2, "no-patches")
    assert "/srv/patches" in caught.value.what


def test_patches_that_are_there_or_not_asked_for_are_fine() -> None:
    """An empty folder will do, and without patches nobody looks."""
    host = FakeHost({"/srv/patches/x": "x"})
    demands.patches(configured(init=PATCHED), host)
    demands.patches(configured(), FakeHost())
