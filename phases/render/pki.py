"""Keys, certificates and requests as PEM bytes, in the form that kubeadm's Go libraries give them.

Which certificates a control plane needs is in `certificates`; judging existing ones is in
`inspection`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from phases.model.types import EncryptionAlgorithm

Usage = Literal["server", "client"]
Address = IPv4Address | IPv6Address
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

BACKDATE = timedelta(minutes=5)
"""How far a certificate's start lies before its making, for clocks that differ between nodes."""

USAGES: Mapping[Usage, x509.ObjectIdentifier] = MappingProxyType(
    {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}
)

_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")


def _rsa(bits: int) -> Callable[[], PrivateKey]:
    return lambda: rsa.generate_private_key(public_exponent=65537, key_size=bits)


_NEW_KEYS: Mapping[EncryptionAlgorithm, Callable[[], PrivateKey]] = MappingProxyType(
    {
        "RSA-2048": _rsa(2048),
        "RSA-3072": _rsa(3072),
        "RSA-4096": _rsa(4096),
        "ECDSA-P256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ECDSA-P384": lambda: ec.generate_private_key(ec.SECP384R1()),
    }
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, both PEM. A front end never sees one."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "Pair(***)"


@dataclass(frozen=True, slots=True)
class Names:
    """Subject alternative names: `dns` sorted and `addresses` in order, neither with duplicates."""

    dns: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()

    @classmethod
    def of(cls, dns: tuple[str, ...], addresses: tuple[Address, ...]) -> Names:
        """As kubeadm arranges them before signing."""
        return cls(tuple(sorted(set(dns))), tuple(dict.fromkeys(addresses)))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is for and what it may be used as."""

    common_name: str
    organizations: tuple[str, ...] = ()
    usages: tuple[Usage, ...] = ()
    names: Names = Names()

    def name(self) -> x509.Name:
        organizations = [_part(NameOID.ORGANIZATION_NAME, each) for each in self.organizations]
        return x509.Name([*organizations, _part(NameOID.COMMON_NAME, self.common_name)])


def _part(kind: x509.ObjectIdentifier, text: str) -> x509.NameAttribute[str]:
    """A part of a name, as a PrintableString wherever the text allows that, as Go does."""
    plain = _PRINTABLE.fullmatch(text) is not None
    return x509.NameAttribute(
        kind, text, _ASN1Type.PrintableString if plain else _ASN1Type.UTF8String
    )


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when, both UTC, whole seconds."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, now: datetime, period: timedelta) -> Validity:
        """Backdated by five minutes; the period counts from `now`."""
        moment = now.replace(microsecond=0)
        return cls(moment - BACKDATE, moment + period)


def new_key(algorithm: EncryptionAlgorithm) -> bytes:
    """A fresh private key as PEM: PKCS#1 for RSA, SEC1 for ECDSA."""
    return _NEW_KEYS[algorithm]().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


@lru_cache(maxsize=32)
def load_key(pem: bytes) -> PrivateKey:
    """Reads an unencrypted RSA or ECDSA key in any of the usual PEM forms; else a ValueError.

    Remembered, because checking an RSA key takes as long as making one, and an authority's signs often.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ValueError("the private key is encrypted") from error
    except ValueError as error:
        raise ValueError(lacking(pem, b"PRIVATE KEY", "private key")) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("the private key is neither RSA nor ECDSA")  # noqa: TRY004
    return key


def _fresh_key(pem: bytes) -> Any:
    """Reads a key that was made here a moment ago, in which there is nothing to check."""
    return serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)


def load_certificate(pem: bytes) -> x509.Certificate:
    """The first certificate of a PEM file, the one that counts; else a ValueError."""
    return load_certificates(pem)[0]


def load_certificates(pem: bytes) -> list[x509.Certificate]:
    """All certificates of a PEM file, one at least; else a ValueError."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise ValueError(lacking(pem, b"CERTIFICATE", "PEM certificate")) from error


def lacking(pem: bytes, label: bytes, name: str) -> str:
    """Why nothing of that name was found in a file: it isn't there, or it is damaged."""
    begun = re.search(rb"-----BEGIN [A-Z ]*" + label + rb"-----", pem)
    return f"its {name} is damaged" if begun else f"it holds no {name}"


def first(pem: bytes) -> bytes:
    """The first certificate of a PEM file written anew, which is all that kubeadm embeds of it."""
    return _pem(load_certificate(pem))


def public_key(key: bytes) -> bytes:
    """The public half of a PEM private key, as `sa.pub` holds it."""
    return (
        load_key(key)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def self_signed(common_name: str, key: bytes, validity: Validity) -> bytes:
    """A certificate authority's own certificate for a fresh key; its common name is its DNS name too."""
    private = _fresh_key(key)
    name = Subject(common_name).name()
    identifier = x509.SubjectKeyIdentifier(key_identifier(private.public_key()))
    builder = (
        _certificate(name, private, validity, authority=True)
        .issuer_name(name)
        .add_extension(identifier, critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(common_name)]), critical=False)
    )
    return _pem(builder.sign(private, _digest(private)))


def signed(subject: Subject, key: bytes, authority: Pair, validity: Validity) -> bytes:
    """A certificate for the owner of the fresh `key`, signed by an authority.

    As kubeadm's, it names the authority's key and carries no key identifier of its own.
    """
    issuer, signer = load_certificate(authority.certificate), load_key(authority.key)
    usages = x509.ExtendedKeyUsage([USAGES[usage] for usage in subject.usages])
    builder = _certificate(
        subject.name(), _fresh_key(key), validity, authority=False, usages=usages
    ).issuer_name(issuer.subject)
    for extension in (*_authority_identifier(issuer), *_alternative_names(subject)):
        builder = builder.add_extension(extension, critical=False)
    return _pem(builder.sign(signer, _digest(signer)))


def request(subject: Subject, key: bytes) -> bytes:
    """A certificate signing request: subject and names alone, as `kubeadm certs generate-csr`."""
    private = _fresh_key(key)
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.name())
    for extension in _alternative_names(subject):
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(private, _digest(private)).public_bytes(serialization.Encoding.PEM)


def public_key_hash(certificate: bytes) -> str:
    """`sha256:<hex>` over the subject's public key, as `kubeadm join` pins an authority."""
    return public_key_hashes(certificate)[0]


def public_key_hashes(bundle: bytes) -> tuple[str, ...]:
    """The same for each certificate of a PEM file."""
    return tuple(
        f"sha256:{hashlib.sha256(_public_info(each)).hexdigest()}"
        for each in load_certificates(bundle)
    )


def _public_info(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _certificate(
    name: x509.Name,
    key: PrivateKey,
    validity: Validity,
    *,
    authority: bool,
    usages: x509.ExtendedKeyUsage | None = None,
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(1 + secrets.randbelow(2**63 - 2))
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
        .add_extension(_key_usage(authority=authority), critical=True)
    )
    if usages is not None:
        builder = builder.add_extension(usages, critical=False)
    constraints = x509.BasicConstraints(ca=authority, path_length=None)
    return builder.add_extension(constraints, critical=True)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=True,
        key_cert_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def key_identifier(public: PublicKey) -> bytes:
    """The first 160 bits of a SHA-256 over the bare public key (RFC 7093), as Go makes it."""
    if isinstance(public, rsa.RSAPublicKey):
        bits = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    else:
        bits = public.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    return hashlib.sha256(bits).digest()[:20]


def _authority_identifier(issuer: x509.Certificate) -> list[x509.AuthorityKeyIdentifier]:
    """None for an authority that doesn't name its own key, as Go does."""
    try:
        own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return []
    return [x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)]


def _alternative_names(subject: Subject) -> list[x509.SubjectAlternativeName]:
    dns = [x509.DNSName(name) for name in subject.names.dns]
    addresses = [x509.IPAddress(address) for address in subject.names.addresses]
    return [x509.SubjectAlternativeName([*dns, *addresses])] if dns or addresses else []


def _digest(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    wide = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size > 256
    return hashes.SHA384() if wide else hashes.SHA256()


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
