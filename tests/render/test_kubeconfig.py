"""The five kubeconfigs against the real kubeadm's, and the judgement of existing ones."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import yaml
from cryptography import x509

from phases.render import certificates, endpoints, inspection, kubeconfig, pki
from phases.render.kubeconfig import KUBECONFIGS
from tests.render import description
from tests.render.cases import NAMES, Case, plain

NOW = datetime(2027, 1, 31, 12, 0, 30, tzinfo=UTC)
P256 = plain("encryptionAlgorithm: ECDSA-P256\ncontrolPlaneEndpoint: lb.example")


@cache
def authority(age_in_days: int = 0) -> pki.Pair:
    born = NOW - timedelta(days=age_in_days)
    return certificates.create_authority(certificates.spec("ca"), P256, born)


@cache
def made(name: str) -> bytes:
    return kubeconfig.create(kubeconfig.spec(name), P256, authority(), NOW)


def hidden(content: bytes) -> str:
    return re.sub(r"(-data: ).*", r"\1...", content.decode())


@pytest.mark.parametrize("row", KUBECONFIGS, ids=lambda row: row.name)
@pytest.mark.parametrize("name", NAMES)
def test_kubeconfigs_are_kubeadms_to_the_byte(
    name: str, row: kubeconfig.KubeconfigSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Apart from certificates and keys each file equals what the real kubeadm wrote."""
    case = Case(name)
    monkeypatch.setattr(certificates, "algorithm", lambda _: "ECDSA-P256")
    content = kubeconfig.create(row, case.configuration, authority(), NOW)
    assert hidden(content) == case.bytes(f"kubeconfig/{row.file}").decode()


def test_client_certificates_start_with_their_authority() -> None:
    """The user's certificate holds from its authority's start until the period from now."""
    content = kubeconfig.create(kubeconfig.spec("admin"), P256, authority(age_in_days=9), NOW)
    start, end = inspection.certificate_period(kubeconfig.current(content).certificate)
    assert start == NOW - timedelta(days=9, minutes=5)
    assert end == NOW + timedelta(hours=8760)


def test_users_and_groups() -> None:
    """Each file's user and group are those that Kubernetes' roles are bound to."""
    found = {row.name: kubeconfig.subject(row, P256) for row in KUBECONFIGS}
    assert {name: (each.common_name, *each.organizations) for name, each in found.items()} == {
        "admin": ("kubernetes-admin", "kubeadm:cluster-admins"),
        "super-admin": ("kubernetes-super-admin", "system:masters"),
        "kubelet": ("system:node:node1", "system:nodes"),
        "controller-manager": ("system:kube-controller-manager",),
        "scheduler": ("system:kube-scheduler",),
    }
    assert {each.usages for each in found.values()} == {("client",)}


@pytest.mark.parametrize(
    ("endpoint", "address", "port", "expected"),
    [
        ("", "10.0.0.1", 6443, "https://10.0.0.1:6443"),
        ("", "fd00::0:1", 8443, "https://[fd00::1]:8443"),
        ("lb.example", "10.0.0.1", 8443, "https://lb.example:8443"),
        ("lb.example:443", "10.0.0.1", 8443, "https://lb.example:443"),
        ("'[fd00::2]:443'", "10.0.0.1", 6443, "https://[fd00::2]:443"),
        ("10.0.0.9", "10.0.0.1", 6443, "https://10.0.0.9:6443"),
    ],
)
def test_control_plane_endpoint(endpoint: str, address: str, port: int, expected: str) -> None:
    """The given endpoint with its port or bindPort; without one this node's own address."""
    configuration = plain(
        f"controlPlaneEndpoint: {endpoint}" if endpoint else "",
        f"localAPIEndpoint: {{advertiseAddress: '{address}', bindPort: {port}}}",
    )
    assert endpoints.control_plane_endpoint(configuration) == expected


def test_requests_leave_room_for_the_signed_certificate() -> None:
    """Without an authority's key a kubeconfig holds server and key, and a request goes beside it."""
    for row in KUBECONFIGS:
        content, request = kubeconfig.create_request(row, P256)
        expected = Case("patched").json("requests.json")[row.request_file]
        assert description.request(request) == expected
        found = kubeconfig.current(content)
        assert found.server == row.server(P256)
        assert found.authority == found.certificate == b""
        key = pki.load_key(found.key).public_key()
        assert x509.load_pem_x509_csr(request).public_key() == key


def test_fresh_kubeconfigs_have_no_faults() -> None:
    """What was just made passes every check."""
    for row in KUBECONFIGS:
        assert kubeconfig.check(row, P256, made(row.name), authority().certificate, NOW) == ()


def changed(change: Callable[[dict[str, dict[str, Any]]], object], name: str = "admin") -> bytes:
    config = yaml.safe_load(made(name))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    change({"cluster": cluster, "user": user, "config": config})
    return yaml.safe_dump(config).encode()


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: b"", "isn't a kubeconfig"),
        (lambda: b"{", "isn't YAML"),
        (lambda: made("admin")[: made("admin").index(b"current-context")], "isn't a kubeconfig"),
        (lambda: changed(lambda c: c["cluster"].update(server="https://x")), "its server is"),
        (
            lambda: changed(lambda c: c["user"].update({"client-key-data": "?"})),
            "client-key-data isn't base64",
        ),
        (
            lambda: changed(
                lambda c: c["cluster"].update(
                    {"certificate-authority-data": encoded(authority(1).certificate)}
                )
            ),
            "trusts another authority",
        ),
        (
            lambda: changed(
                lambda c: c["cluster"].update({"certificate-authority-data": encoded(b"x")})
            ),
            "authority can't be read",
        ),
        (
            lambda: changed(
                lambda c: c["user"].update(
                    {"client-key-data": encoded(kubeconfig.current(made("scheduler")).key)}
                )
            ),
            "key doesn't belong",
        ),
        (lambda: changed(lambda c: c["user"].clear()), "can't be read"),
        (lambda: changed(lambda c: c["config"].update({"contexts": None})), "leads to no context"),
        (
            lambda: changed(lambda c: c["user"].update({"client-key-data": ""})),
            "key can't be read",
        ),
    ],
)
def test_a_bad_kubeconfig_is_told_why(content: Callable[[], bytes], words: str) -> None:
    """Each way in which a kubeconfig can be wrong or torn gives a reason that names it."""
    row = kubeconfig.spec("admin")
    found = kubeconfig.check(row, P256, content(), authority().certificate, NOW)
    assert words in "; ".join(found)


def test_no_prefix_of_a_kubeconfig_is_taken_for_whole() -> None:
    """A file torn anywhere before its end is refused."""
    whole = made("admin")
    row, signer = kubeconfig.spec("admin"), authority().certificate
    for length in [*range(0, len(whole) - 2, 37), len(whole) - 2]:
        assert kubeconfig.check(row, P256, whole[:length], signer, NOW), length


def test_another_users_kubeconfig_is_told_why() -> None:
    """The scheduler's credentials in admin.conf's place are refused."""
    row = kubeconfig.spec("super-admin")
    found = kubeconfig.check(row, P256, made("admin"), authority().certificate, NOW)
    assert any("common name" in reason for reason in found)
    assert any("organisation" in reason for reason in found)


def test_finalized_kubelet_conf_is_kubeadms_and_is_judged_by_the_file_it_names() -> None:
    """The rotating certificate's path stands twice; the file behind it is what gets judged."""
    content = kubeconfig.finalized(made("kubelet"))
    found = kubeconfig.current(content)
    path = "/var/lib/kubelet/pki/kubelet-client-current.pem"
    assert found.paths() == (path,)
    assert b"-data" not in content.split(b"users:")[1]
    row, before = kubeconfig.spec("kubelet"), kubeconfig.current(made("kubelet"))
    files = {path: before.certificate + before.key}
    signer = authority().certificate
    assert kubeconfig.check(row, P256, content, signer, NOW, files) == ()
    assert kubeconfig.check(row, P256, content, signer, NOW) == (
        f"it refers to {path}, which isn't there",
    )
    assert kubeconfig.finalized(content) == content


def test_cluster_info_has_the_cluster_and_nobody() -> None:
    """cluster-info carries admin.conf's authority and server under an empty name, as bytes of Go's."""
    text = hidden(kubeconfig.cluster_info(made("admin")))
    assert text == (
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: ...\n"
        '    server: https://lb.example:6443\n  name: ""\ncontexts: null\n'
        'current-context: ""\nkind: Config\nusers: null\n'
    )
