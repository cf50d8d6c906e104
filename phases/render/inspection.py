"""Judges keys and certificates that already exist; every judgement is a tuple of reasons.

A reason is a short clause such as `it expired on 2027-11-23`; none means that the thing is good.
Nothing is made or mended here (see `pki`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from phases.render import pki

Reasons = tuple[str, ...]
E = TypeVar("E", bound=x509.ExtensionType)


def leaf(pair: pki.Pair, expected: pki.Subject, authority: bytes, now: datetime) -> Reasons:
    """Why a certificate and its key aren't what `expected` says, signed by that authority.

    Intermediates that follow the certificate in its file count; more names and usages than
    expected are fine, other organisations are not.
    """
    try:
        chain = load(pair.certificate)
        root = load(authority)[0]
    except ValueError as error:
        return (f"its certificate can't be read ({_short(error)})",)
    return (
        *_key(pair.certificate, pair.key),
        *_signature(chain, root),
        *_subject(chain[0], expected),
        *_names(chain[0], expected.names),
        *_usages(chain[0], expected.usages),
        *_period(chain[0], now),
    )


def authority(certificate: bytes, key: bytes | None, now: datetime) -> Reasons:
    """Why a certificate can't be an authority; `key` None is an authority kept elsewhere."""
    try:
        loaded = load(certificate)[0]
    except ValueError as error:
        return (f"its certificate can't be read ({_short(error)})",)
    return (
        *(() if key is None else _key(certificate, key)),
        *_may_sign(loaded),
        *_period(loaded, now),
    )


def service_account(key: bytes, public: bytes) -> Reasons:
    """Why a signing key and the public key that the API server verifies with aren't one pair."""
    try:
        derived = pki.public_key(key)
    except ValueError as error:
        return (f"its key can't be read ({_short(error)})",)
    try:
        given = serialization.load_pem_public_key(public)
    except ValueError:
        why = pki.lacking(public, b"PUBLIC KEY", "public key")
        return (f"its public key can't be read ({why})",)
    same = given == serialization.load_pem_public_key(derived)
    return () if same else ("its public key doesn't belong to its private key",)


def load(pem: bytes) -> list[x509.Certificate]:
    """All certificates of a PEM file, with extensions that can be read; else a ValueError."""
    chain = pki.load_certificates(pem)
    try:
        for certificate in chain:
            _ = certificate.extensions
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError(str(error)) from error
    return chain


def certificate_period(certificate: bytes) -> tuple[datetime, datetime]:
    """From when until when a PEM certificate holds, UTC; a ValueError where it can't be read."""
    loaded = pki.load_certificate(certificate)
    return loaded.not_valid_before_utc, loaded.not_valid_after_utc


def _short(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _key(certificate: bytes, key: bytes) -> Reasons:
    try:
        private = pki.load_key(key)
    except ValueError as error:
        return (f"its key can't be read ({_short(error)})",)
    if pki.load_certificate(certificate).public_key() != private.public_key():
        return ("its key doesn't belong to its certificate",)
    return ()


def _signature(chain: list[x509.Certificate], root: x509.Certificate) -> Reasons:
    current, *others = chain
    for _ in chain:
        if _issued(current, root):
            return ()
        parent = next((each for each in others if _issued(current, each)), None)
        if parent is None:
            break
        current = parent
    return ("it isn't signed by the authority",)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    named = _extension(certificate, x509.AuthorityKeyIdentifier)
    own = _extension(issuer, x509.SubjectKeyIdentifier)
    if named is None or named.key_identifier is None or own is None:
        return True
    return named.key_identifier == own.digest


def _subject(certificate: x509.Certificate, expected: pki.Subject) -> Iterator[str]:
    common = _attributes(certificate, NameOID.COMMON_NAME)
    if common != [expected.common_name]:
        yield f"its common name is {', '.join(common) or 'empty'}, not {expected.common_name}"
    organizations = _attributes(certificate, NameOID.ORGANIZATION_NAME)
    if set(organizations) != set(expected.organizations):
        wanted = ", ".join(expected.organizations) or "none"
        yield f"its organisation is {', '.join(organizations) or 'none'}, not {wanted}"


def _attributes(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(each.value) for each in certificate.subject.get_attributes_for_oid(oid)]


def _names(certificate: x509.Certificate, expected: pki.Names) -> Iterator[str]:
    found = _extension(certificate, x509.SubjectAlternativeName)
    dns = {name.lower() for name in found.get_values_for_type(x509.DNSName)} if found else set()
    addresses = set(found.get_values_for_type(x509.IPAddress)) if found else set()
    missing = [name for name in expected.dns if not _covers(dns, name.lower())]
    missing += [str(each) for each in expected.addresses if each not in addresses]
    if missing:
        yield f"it isn't valid for {', '.join(missing)}"


def _covers(names: Iterable[str], name: str) -> bool:
    _, _, parent = name.partition(".")
    return name in names or (bool(parent) and f"*.{parent}" in names)


def _usages(certificate: x509.Certificate, expected: Iterable[pki.Usage]) -> Iterator[str]:
    found = _extension(certificate, x509.ExtendedKeyUsage) or ()
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in found:
        return
    for usage in expected:
        if pki.USAGES[usage] not in found:
            yield f"it may not be used as a {usage}'s"


def _may_sign(certificate: x509.Certificate) -> Iterator[str]:
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if constraints is None or not constraints.ca:
        yield "it isn't a certificate authority"
    if usage is not None and not usage.key_cert_sign:
        yield "it may not sign certificates"


def _period(certificate: x509.Certificate, now: datetime) -> Iterator[str]:
    moment = now.astimezone(UTC)
    if moment < certificate.not_valid_before_utc:
        yield f"it isn't valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M:%S}"
    if moment > certificate.not_valid_after_utc:
        yield f"it expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%S}"


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
