"""What an operator left on the machine before: authorities, key pairs, finished certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from .tree import Tree

Files: TypeAlias = dict[str, bytes]
Key: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PKI = "/etc/kubernetes/pki"
AUTHORITIES = ("ca", "front-proxy-ca", "etcd/ca")


def authorities() -> Files:
    """Three authorities of an operator's own: other names, key types and ages than kubeadm's."""
    keys: tuple[Key, ...] = (
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
    )
    forms = dict.fromkeys(AUTHORITIES, PrivateFormat.TraditionalOpenSSL)
    forms["etcd/ca"] = PrivateFormat.PKCS8
    files: Files = {}
    for name, key in zip(AUTHORITIES, keys, strict=True):
        files[f"{PKI}/{name}.crt"] = _authority(f"Example {name}", key)
        files[f"{PKI}/{name}.key"] = _private(key, forms[name])
    return files


def certificates_of_authorities() -> Files:
    return {path: content for path, content in authorities().items() if path.endswith(".crt")}


def service_account() -> Files:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {f"{PKI}/sa.key": _private(key, PrivateFormat.PKCS8), f"{PKI}/sa.pub": public}


def external(finished: Tree) -> Files:
    """What a whole run has left, without the keys of its authorities and what isn't signed."""
    keys = {f"{PKI}/{name}.key" for name in AUTHORITIES}
    wanted = (".crt", ".key", ".pub", ".conf")
    return {
        path: entry.content
        for path, entry in finished.items()
        if path.startswith("/etc/kubernetes/") and path.endswith(wanted) and path not in keys
    }


def stale_socket() -> Files:
    """A file where a runtime's socket was; for who dials it, it is the same as one left behind."""
    return {"/var/run/crio/crio.sock": b""}


def rotated() -> Files:
    """Where a kubelet keeps its rotated certificate, in its usual folder and in an operator's own."""
    folders = ("/var/lib/kubelet/pki", "/var/lib/kubelet/certificates")
    return {f"{folder}/kubelet-client-current.pem": b"" for folder in folders}


def files(kind: str, finished: Callable[[], Tree]) -> Files:
    """What a case wants planted; `finished` brings the files of a whole plain run."""
    if kind == "external":
        return external(finished())
    makers = {
        "": dict,
        "authorities": authorities,
        "rotated": rotated,
        "stale-socket": stale_socket,
        "service-account": service_account,
        "certificates-of-authorities": certificates_of_authorities,
    }
    return dict(makers[kind]())


def _authority(name: str, key: Key) -> bytes:
    subject = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ])  # fmt: skip
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=1000))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def _private(key: Key, form: PrivateFormat) -> bytes:
    return key.private_bytes(Encoding.PEM, form, NoEncryption())
