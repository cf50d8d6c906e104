"""The table of certificates against the real kubeadm's, and the judgement of existing ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import verification

from phases.model.types import Configuration, EncryptionAlgorithm
from phases.render import certificates, pki
from phases.render.certificates import CERTIFICATES
from tests.render import description
from tests.render.cases import NAMES, Case, plain

NOW = datetime(2027, 1, 31, 12, 0, 30, 999, UTC)
LEAVES = [row.name for row in CERTIFICATES if row.authority]


@pytest.fixture(autouse=True, scope="module")
def quick_keys() -> object:
    """RSA keys are made once per size: making them is what takes time."""
    made = pki.new_key
    patch = pytest.MonkeyPatch()
    known = cache(made)
    patch.setattr(pki, "new_key", lambda kind: known(kind) if "RSA" in kind else made(kind))
    yield
    patch.undo()


def grown(configuration: Configuration) -> dict[str, pki.Pair]:
    """All pairs that a configuration needs, by kubeadm's step names."""
    made: dict[str, pki.Pair] = {}
    for row in certificates.needed(configuration):
        if row.authority:
            signer = made[row.authority]
            made[row.name] = certificates.create(row, configuration, signer, NOW)
        else:
            made[row.name] = certificates.create_authority(row, configuration, NOW)
    return made


P256 = plain("encryptionAlgorithm: ECDSA-P256")


@cache
def tree() -> dict[str, pki.Pair]:
    """One good tree, made once."""
    return grown(P256)


@pytest.mark.parametrize("name", NAMES)
def test_certificates_say_what_kubeadms_say(name: str) -> None:
    """Names, usages, keys, signatures, validity and extensions in order are the real kubeadm's."""
    case = Case(name)
    pairs = grown(case.configuration)
    made = {
        certificates.spec(each).certificate_file: description.certificate(pair.certificate)
        for each, pair in pairs.items()
    }
    assert made == case.json("certificates.json")


@pytest.mark.parametrize("name", NAMES)
def test_requests_say_what_kubeadms_say(name: str) -> None:
    """`kubeadm certs generate-csr` writes the same requests, for leaves alone."""
    case = Case(name)
    made = {}
    for row in certificates.needed(case.configuration):
        if row.authority:
            key, request = certificates.create_request(row, case.configuration)
            made[row.request_file] = description.request(request)
            assert x509.load_pem_x509_csr(request).public_key() == pki.load_key(key).public_key()
    expected = case.json("requests.json")
    assert made == {name: expected[name] for name in made}


@pytest.mark.parametrize(
    ("algorithm", "header", "size"),
    [
        ("RSA-2048", "RSA PRIVATE KEY", 2048),
        ("RSA-3072", "RSA PRIVATE KEY", 3072),
        ("ECDSA-P256", "EC PRIVATE KEY", 256),
        ("ECDSA-P384", "EC PRIVATE KEY", 384),
    ],
)
def test_keys_are_in_gos_forms(algorithm: EncryptionAlgorithm, header: str, size: int) -> None:
    """RSA keys are PKCS#1, ECDSA keys SEC1, of the size that the algorithm names."""
    pem = pki.new_key(algorithm)
    assert pem.startswith(f"-----BEGIN {header}-----\n".encode())
    assert pki.load_key(pem).key_size == size


def test_key_identifiers_are_gos() -> None:
    """An authority's key identifier is made as the real kubeadm's own certificates have it."""
    for path in ("rsa-ca.crt", "ecdsa-ca.crt"):
        pem = (Case("plain").folder.parent / path).read_bytes()
        given = x509.load_pem_x509_certificate(pem)
        expected = given.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        assert pki.key_identifier(given.public_key()) == expected  # type: ignore[arg-type]


def test_validity_counts_from_now_and_starts_five_minutes_before() -> None:
    """Whole seconds: from five minutes ago until the configured period from now."""
    pair = tree()["apiserver"]
    loaded = pki.load_certificate(pair.certificate)
    moment = NOW.replace(microsecond=0)
    assert loaded.not_valid_before_utc == moment - timedelta(minutes=5)
    assert loaded.not_valid_after_utc == moment + timedelta(hours=8760)


def test_serials_differ_and_are_positive() -> None:
    """Every certificate has its own positive serial number."""
    serials = {pki.load_certificate(pair.certificate).serial_number for pair in tree().values()}
    assert len(serials) == len(CERTIFICATES)
    assert min(serials) > 0


def test_a_strict_verifier_accepts_the_whole_tree() -> None:
    """An independent verifier builds a path from each leaf to its authority."""
    pairs = tree()
    for name in LEAVES:
        row = certificates.spec(name)
        root = pki.load_certificate(pairs[row.authority].certificate)
        leaf = pki.load_certificate(pairs[name].certificate)
        builder = (
            verification.PolicyBuilder()
            .store(verification.Store([root]))
            .time(NOW)
            .extension_policies(
                ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
                ee_policy=verification.ExtensionPolicy.permit_all(),
            )
        )
        chain = builder.build_client_verifier().verify(leaf, []).chain
        assert chain == [leaf, root]


def test_kubelet_client_is_an_administrator_only_in_unpatched_releases() -> None:
    """1.36.1, 1.35.5 and later give the API server's kubelet client no organisation."""
    row = certificates.spec("apiserver-kubelet-client")
    admins = ("kubeadm:cluster-admins",)
    expected = {"v1.37.0": (), "v1.36.1": (), "v1.36.0": admins, "v1.35.5": (), "v1.35.4": admins}
    for version, organizations in expected.items():
        assert certificates.subject(row, plain(version=version)).organizations == organizations


def test_an_authority_without_its_key_identifier_signs_as_go_does() -> None:
    """Where an operator's authority has no key identifier, leaves don't name it."""
    key = pki.new_key("ECDSA-P256")
    private = pki.load_key(key)
    name = pki.Subject("own").name()
    pem = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, x509.load_pem_x509_certificate(ca().certificate).signature_hash_algorithm)  # type: ignore[arg-type]
        .public_bytes(serialization.Encoding.PEM)
    )
    row = certificates.spec("front-proxy-client")
    pair = certificates.create(row, P256, pki.Pair(pem, key), NOW)
    extensions = pki.load_certificate(pair.certificate).extensions
    assert not [each for each in extensions if isinstance(each.value, x509.AuthorityKeyIdentifier)]
    assert certificates.check(row, P256, pair, pem, NOW) == ()


def ca() -> pki.Pair:
    return tree()["ca"]


def test_fresh_certificates_have_no_faults() -> None:
    """What was just made passes every check."""
    pairs = tree()
    for name, pair in pairs.items():
        row = certificates.spec(name)
        if row.authority:
            signer = pairs[row.authority].certificate
            assert certificates.check(row, P256, pair, signer, NOW) == ()
        else:
            assert certificates.check_authority(pair.certificate, pair.key, NOW) == ()


def judged(
    change: Callable[[pki.Pair], pki.Pair] = lambda pair: pair,
    name: str = "apiserver",
    configuration: Configuration = P256,
    signer: str = "ca",
    now: datetime = NOW,
) -> tuple[str, ...]:
    """What is wrong with one of the good pairs after a change."""
    pairs = tree()
    row = certificates.spec(name)
    return certificates.check(
        row, configuration, change(pairs[name]), pairs[signer].certificate, now
    )


def with_key(key: bytes) -> Callable[[pki.Pair], pki.Pair]:
    return lambda pair: replace(pair, key=key)


def with_certificate(pem: bytes) -> Callable[[pki.Pair], pki.Pair]:
    return lambda pair: replace(pair, certificate=pem)


ED25519 = ed25519.Ed25519PrivateKey.generate().private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (lambda: judged(with_certificate(b"")), "certificate can't be read"),
        (lambda: judged(with_certificate(ca().certificate[:300])), "certificate can't be read"),
        (lambda: judged(with_key(b"")), "key can't be read"),
        (lambda: judged(with_key(ED25519)), "neither RSA nor ECDSA"),
        (lambda: judged(with_key(pki.new_key("ECDSA-P256"))), "doesn't belong"),
        (lambda: judged(signer="front-proxy-ca"), "isn't signed by the authority"),
        (lambda: judged(now=NOW + timedelta(days=366)), "expired on 2028-01-31 12:00:30"),
        (lambda: judged(now=NOW - timedelta(minutes=6)), "isn't valid before"),
        (
            lambda: judged(configuration=plain("apiServer: {certSANs: [new.example, 10.0.0.1]}")),
            "isn't valid for new.example, 10.0.0.1",
        ),
    ],
)
def test_a_bad_leaf_is_told_why(reasons: Callable[[], tuple[str, ...]], words: str) -> None:
    """Each way in which a certificate can be wrong gives one reason that names it."""
    found = reasons()
    assert len(found) == 1
    assert words in found[0]


def test_a_certificate_for_somebody_else_is_told_why() -> None:
    """Another name, another organisation and a missing usage are three reasons."""
    other = pki.Subject("mallory", ("system:masters",), ("client",))
    validity = pki.Validity.of(NOW, timedelta(days=1))
    pair = tree()["front-proxy-client"]
    pem = pki.signed(other, pair.key, tree()["etcd-ca"], validity)
    found = certificates.check(
        certificates.spec("etcd-healthcheck-client"),
        P256,
        pki.Pair(pem, pair.key),
        tree()["etcd-ca"].certificate,
        NOW,
    )
    assert found == (
        "its common name is mallory, not kube-etcd-healthcheck-client",
        "its organisation is system:masters, not none",
    )
    server = certificates.check(
        certificates.spec("etcd-server"),
        P256,
        pki.Pair(pem, pair.key),
        tree()["etcd-ca"].certificate,
        NOW,
    )
    assert "it may not be used as a server's" in server


def test_a_look_alike_authority_doesnt_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same name and a copied key identifier don't replace the signature."""
    row = certificates.spec("apiserver")
    monkeypatch.setattr(pki, "key_identifier", lambda _: b"same")
    first, second = (
        certificates.create_authority(certificates.spec("ca"), P256, NOW) for _ in range(2)
    )
    pair = certificates.create(row, P256, first, NOW)
    assert certificates.check(row, P256, pair, first.certificate, NOW) == ()
    assert certificates.check(row, P256, pair, second.certificate, NOW) == (
        "it isn't signed by the authority",
    )


def test_an_authority_with_another_key_identifier_doesnt_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A leaf that names another key identifier isn't accepted, though its signature holds."""
    pair = tree()["apiserver"]
    monkeypatch.setattr(pki, "key_identifier", lambda _: b"other")
    validity = pki.Validity.of(NOW, timedelta(days=1))
    renamed = pki.self_signed("kubernetes", ca().key, validity)
    assert certificates.check(certificates.spec("apiserver"), P256, pair, renamed, NOW) == (
        "it isn't signed by the authority",
    )


def test_wildcards_and_intermediates_count() -> None:
    """A wildcard covers one label; a chain through an intermediate in the same file is followed."""
    root = tree()["ca"]
    key = pki.new_key("ECDSA-P256")
    middle = pki.load_certificate(
        pki.self_signed("middle", key, pki.Validity.of(NOW, timedelta(days=9)))
    )
    signer = pki.load_key(root.key)
    crossed = (
        x509.CertificateBuilder(
            extensions=[each for each in middle.extensions]  # noqa: C416
        )
        .subject_name(middle.subject)
        .issuer_name(pki.load_certificate(root.certificate).subject)
        .public_key(middle.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=9))
        .sign(signer, pki.load_certificate(root.certificate).signature_hash_algorithm)  # type: ignore[arg-type]
        .public_bytes(serialization.Encoding.PEM)
    )
    configuration = plain("encryptionAlgorithm: ECDSA-P256\napiServer: {certSANs: ['*.x.example']}")
    row = certificates.spec("apiserver")
    pair = certificates.create(row, configuration, pki.Pair(crossed, key), NOW)
    bundle = replace(pair, certificate=pair.certificate + crossed)
    wanted = plain("apiServer: {certSANs: [api.x.example]}")
    assert certificates.check(row, wanted, bundle, root.certificate, NOW) == ()
    assert certificates.check(row, wanted, pair, root.certificate, NOW) == (
        "it isn't signed by the authority",
    )
    deeper = plain("apiServer: {certSANs: [a.b.x.example]}")
    assert certificates.check(row, deeper, bundle, root.certificate, NOW) == (
        "it isn't valid for a.b.x.example",
    )


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        (lambda: tree()["apiserver"], None, "isn't a certificate authority"),
        (lambda: pki.Pair(b"nothing", b""), None, "can't be read"),
        (ca, b"nothing", "key can't be read"),
        (ca, pki.new_key("ECDSA-P256"), "doesn't belong"),
    ],
)
def test_a_bad_authority_is_told_why(
    certificate: Callable[[], pki.Pair], key: bytes | None, words: str
) -> None:
    """A certificate that may not sign, or with another's key, is refused as an authority."""
    assert words in " ".join(certificates.check_authority(certificate().certificate, key, NOW))


def test_an_authority_may_be_without_its_key() -> None:
    """An authority whose key is kept elsewhere is fine."""
    assert certificates.check_authority(ca().certificate, None, NOW) == ()


def test_service_account_pair_is_one_pair() -> None:
    """sa.pub is the public half of sa.key, and anything else is told why."""
    key, public = certificates.create_service_account(P256)
    assert public.startswith(b"-----BEGIN PUBLIC KEY-----\n")
    assert certificates.check_service_account(key, public) == ()
    other, _ = certificates.create_service_account(P256)
    assert "doesn't belong" in certificates.check_service_account(other, public)[0]
    assert "public key can't be read" in certificates.check_service_account(key, b"")[0]
    assert "its key can't be read" in certificates.check_service_account(key[:60], public)[0]


@pytest.mark.parametrize("content", [b"", b"nothing", bytes(range(256))])
def test_what_is_no_pem_is_told_in_plain_words(content: bytes) -> None:
    """A file without a certificate or key says so, without a library's words."""
    (certificate,) = certificates.check_authority(content, None, NOW)
    (key,) = certificates.check_authority(ca().certificate, content, NOW)
    (public,) = certificates.check_service_account(ca().key, content)
    assert certificate == "its certificate can't be read (it holds no PEM certificate)"
    assert key == "its key can't be read (it holds no private key)"
    assert public == "its public key can't be read (it holds no public key)"


def test_damaged_pem_is_told_apart() -> None:
    """A certificate or key that was cut short is there, but damaged."""
    cut = ca().certificate[:300], ca().key[:80]
    assert "(its PEM certificate is damaged)" in certificates.check_authority(cut[0], None, NOW)[0]
    assert "(its private key is damaged)" in " ".join(
        certificates.check_authority(ca().certificate, cut[1], NOW)
    )


def test_pairs_dont_show_themselves() -> None:
    """Printing a pair shows no key."""
    assert "KEY" not in repr(ca())
