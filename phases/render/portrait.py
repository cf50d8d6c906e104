"""What a panel shows of a certificate or a kubeconfig: plain words and times, never a key.

Making and judging them lives in `pki`, `inspection` and `kubeconfig`.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from phases.render import pki


def certificate(pem: bytes) -> Mapping[str, object]:
    """Subject, issuer, names, period (ISO 8601, UTC) and kind of key of a PEM certificate."""
    loaded = pki.load_certificate(pem)
    return {
        "subject": loaded.subject.rfc4514_string(),
        "issuer": loaded.issuer.rfc4514_string(),
        "names": _names(loaded),
        "not_before": loaded.not_valid_before_utc.isoformat(),
        "not_after": loaded.not_valid_after_utc.isoformat(),
        "key": _key(loaded),
    }


def _names(loaded: x509.Certificate) -> tuple[str, ...]:
    try:
        names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names)


def _key(loaded: x509.Certificate) -> str:
    key = loaded.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}"
    return f"ECDSA-P{getattr(key, 'key_size', '?')}"
