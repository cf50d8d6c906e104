"""What a certificate or request says, as JSON data without keys, serials or absolute times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa


def certificate(pem: bytes) -> Mapping[str, object]:
    """Names, kinds of key and signature, validity in seconds, and every extension in order."""
    loaded = x509.load_pem_x509_certificate(pem)
    period = loaded.not_valid_after_utc - loaded.not_valid_before_utc
    return {
        "subject": loaded.subject.rfc4514_string(),
        "issuer": loaded.issuer.rfc4514_string(),
        "version": loaded.version.name,
        "serial bits": "64 at most" if 0 < loaded.serial_number < 2**63 else "more",
        "signature": loaded.signature_algorithm_oid._name,
        "key": _key(loaded.public_key()),
        "seconds": int(period.total_seconds()),
        "extensions": list(_extensions(loaded.extensions)),
    }


def request(pem: bytes) -> Mapping[str, object]:
    """The same of a certificate signing request, as far as it says so."""
    loaded = x509.load_pem_x509_csr(pem)
    return {
        "subject": loaded.subject.rfc4514_string(),
        "signature": loaded.signature_algorithm_oid._name,
        "key": _key(loaded.public_key()),
        "extensions": list(_extensions(loaded.extensions)),
    }


def _key(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}"
    return f"ECDSA-P{getattr(key, 'key_size', '?')}"


def _extensions(extensions: x509.Extensions) -> Iterator[str]:
    for extension in extensions:
        critical = " critical" if extension.critical else ""
        yield f"{extension.oid._name}{critical}: {_text(extension.value)}"


def _text(value: x509.ExtensionType) -> str:
    match value:
        case x509.SubjectKeyIdentifier():
            return f"{len(value.digest)} bytes"
        case x509.AuthorityKeyIdentifier():
            return f"{len(value.key_identifier or b'')} bytes, issuer {value.authority_cert_issuer}"
        case x509.SubjectAlternativeName():
            return ", ".join(str(name.value) for name in value)
        case x509.ExtendedKeyUsage():
            return ", ".join(usage._name for usage in value)
        case _:
            return str(value)
