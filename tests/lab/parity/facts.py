"""Certificates, keys and requests as lines of text that say everything but what is random.

Two files with equal lines serve equally; a line that differs names what differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

Lines: TypeAlias = Iterator[str]
FORMS = (("traditional", PrivateFormat.TraditionalOpenSSL), ("PKCS8", PrivateFormat.PKCS8))
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """The certificates and keys of one machine, by path, for saying what belongs to what."""

    certificates: dict[str, x509.Certificate]
    keys: dict[str, bytes]

    def signer(self, certificate: x509.Certificate) -> str:
        """The path of the certificate that signed this one."""
        for path, candidate in self.certificates.items():
            try:
                certificate.verify_directly_issued_by(candidate)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return "itself" if candidate == certificate else path
        return "somebody unknown"

    def owner(self, public: bytes) -> str:
        """The paths of the keys that a public key belongs to."""
        return (
            " ".join(path for path, known in self.keys.items() if known == public) or "no known key"
        )


def blocks(pem: bytes) -> list[bytes]:
    """The PEM blocks of a file, each with its last newline."""
    found, current = [], b""
    for line in pem.splitlines(keepends=True):
        current += line
        if line.startswith(b"-----END"):
            found.append(current)
            current = b""
    return found


def describe(pem: bytes, known: Known, moment: float, *, own: str = "") -> Lines:
    """The lines of a whole PEM file that was written at `moment` (seconds) at the path `own`."""
    parts = blocks(pem)
    if b"".join(parts) != pem:
        yield "text outside of its PEM blocks"
    for part in parts:
        label = part.split(b"-----")[1].decode().removeprefix("BEGIN ")
        yield f"PEM {label}"
        yield from (f"  {line}" for line in _block(label, part, known, moment, own))


def _block(label: str, pem: bytes, known: Known, moment: float, own: str) -> Lines:
    if label == "CERTIFICATE":
        found = x509.load_pem_x509_certificate(pem)
        same = [
            path for path, other in known.certificates.items() if other == found and path != own
        ]
        return iter(same) if same else certificate(found, known, moment)
    if label == "CERTIFICATE REQUEST":
        return request(x509.load_pem_x509_csr(pem), known)
    if label == "PUBLIC KEY":
        return public_key(pem, known)
    return private_key(pem, known, own)


def certificate(found: x509.Certificate, known: Known, moment: float) -> Lines:
    yield f"version {found.version.name}"
    yield f"serial {_serial(found.serial_number)}"
    yield f"signature {_algorithm(found)}"
    yield f"signed by {known.signer(found)}"
    yield f"issuer {_name(found.issuer)}"
    yield f"subject {_name(found.subject)}"
    yield from _validity(found, known, moment)
    yield f"key {_key(found.public_key())} of {known.owner(public_bytes(found.public_key()))}"
    yield from _extensions(found.extensions, found, known)


def request(found: x509.CertificateSigningRequest, known: Known) -> Lines:
    yield f"signature {_algorithm(found)} {'valid' if found.is_signature_valid else 'INVALID'}"
    yield f"subject {_name(found.subject)}"
    yield f"key {_key(found.public_key())} of {known.owner(public_bytes(found.public_key()))}"
    yield f"attributes {len(list(found.attributes))}"
    yield from _extensions(found.extensions, None, known)


def public_key(pem: bytes, known: Known) -> Lines:
    key = load_pem_public_key(pem)
    yield f"key {_key(key)} of {known.owner(public_bytes(key))}"
    yield _form(pem, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def private_key(pem: bytes, known: Known, own: str) -> Lines:
    key = load_private_key(pem)
    public = public_bytes(key.public_key())
    others = [path for path, other in known.keys.items() if other == public and path != own]
    yield f"key {_key(key.public_key())}" + (f", the same as {' '.join(others)}" if others else "")
    forms = {key.private_bytes(Encoding.PEM, form, NoEncryption()): name for name, form in FORMS}
    yield f"form {forms.get(pem, 'unusual')}"


@lru_cache(maxsize=256)
def load_private_key(pem: bytes) -> Any:
    """Read without the search for primes in it, which would take as long as making it."""
    return load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)


def public_bytes(key: object) -> bytes:
    """A public key in the one form that keys are compared in."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]


def _serial(number: int) -> str:
    return "positive, up to 63 bits" if 0 < number < 1 << 63 else f"of {number.bit_length()} bits"


def _algorithm(found: x509.Certificate | x509.CertificateSigningRequest) -> str:
    return found.signature_algorithm_oid._name


def _key(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size} exponent {key.public_numbers().e}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__


def _name(name: x509.Name) -> str:
    """Each part with its string type: Go writes PrintableString wherever that can be."""
    return ", ".join(
        f"{part.rfc4514_attribute_name}={part.value!s} ({part._type.name})" for part in name
    )


def _form(pem: bytes, usual: bytes) -> str:
    return "form usual" if pem == usual else "form unusual"


def _validity(found: x509.Certificate, known: Known, moment: float) -> Lines:
    written = datetime.fromtimestamp(moment, UTC)
    begin, end = found.not_valid_before_utc, found.not_valid_after_utc
    signer = known.certificates.get(known.signer(found))
    fresh = abs(begin - written) < timedelta(hours=1)
    if signer is not None and signer.not_valid_before_utc == begin and not fresh:
        yield "valid from the same moment as its authority"
    else:
        yield f"valid from {around(begin - written)}"
    yield f"valid until {around(end - written)}"


def around(distance: timedelta) -> str:
    """A distance to the time of writing, to five minutes: long keys take their time on both sides."""
    minutes = round(distance.total_seconds() / 300) * 5
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}h{rest}m"


def _extensions(extensions: x509.Extensions, owner: x509.Certificate | None, known: Known) -> Lines:
    """In the order that they have in the certificate."""
    for extension in extensions:
        critical = " critical" if extension.critical else ""
        yield f"{extension.oid._name}{critical}: {_value(extension.value, owner, known)}"


def _value(value: x509.ExtensionType, owner: x509.Certificate | None, known: Known) -> str:
    if isinstance(value, x509.SubjectAlternativeName):
        return ", ".join(f"{type(name).__name__} {name.value}" for name in value)
    if isinstance(value, x509.KeyUsage):
        return ", ".join(usage for usage in USAGES if getattr(value, usage))
    if isinstance(value, x509.ExtendedKeyUsage):
        return ", ".join(usage._name for usage in value)
    if isinstance(value, x509.BasicConstraints):
        return f"ca {value.ca} path length {value.path_length}"
    if isinstance(value, x509.SubjectKeyIdentifier) and owner is not None:
        return _identifier(value.digest, owner)
    if isinstance(value, x509.AuthorityKeyIdentifier) and owner is not None:
        return _authority(value, owner, known)
    return value.public_bytes().hex()


def _identifier(digest: bytes, owner: x509.Certificate) -> str:
    """How the key's identifier was computed."""
    key = owner.public_key()
    if digest == x509.SubjectKeyIdentifier.from_public_key(key).digest:
        return "SHA-1 of the key"
    bits = _bit_string(public_bytes(key))
    if digest == hashlib.sha256(bits).digest()[:20]:
        return "SHA-256 of the key, cut to 20 bytes"
    return f"unusual, {len(digest)} bytes"


def _bit_string(spki: bytes) -> bytes:
    """The key's own bytes inside a SubjectPublicKeyInfo: what follows the algorithm."""
    body = _content(spki)
    bits = body[len(body) - len(_rest(body)) :]
    return _content(bits)[1:]


def _rest(der: bytes) -> bytes:
    head, length = _length(der)
    return der[head + length :]


def _content(der: bytes) -> bytes:
    head, length = _length(der)
    return der[head : head + length]


def _length(der: bytes) -> tuple[int, int]:
    if der[1] < 0x80:
        return 2, der[1]
    size = der[1] & 0x7F
    return 2 + size, int.from_bytes(der[2 : 2 + size], "big")


def _authority(value: x509.AuthorityKeyIdentifier, owner: x509.Certificate, known: Known) -> str:
    signer = known.certificates.get(known.signer(owner), owner)
    try:
        theirs = signer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        theirs = b""
    whose = "its authority's" if theirs == value.key_identifier else "somebody else's"
    more = " with issuer and serial" if value.authority_cert_serial_number is not None else ""
    return whose + more
