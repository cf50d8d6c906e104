"""What is demanded before a run begins: root, and the keys that are to be uploaded."""

from __future__ import annotations

import pytest

from phases.engine import demands
from phases.engine.errors import ConfigurationError
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
