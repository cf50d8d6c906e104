"""What the upload-certs phase stores for control planes that join, encrypted.

The Secret dies with a short-lived bootstrap token that owns it.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from phases.model.secret import Secret
from phases.model.types import BootstrapToken, Configuration
from phases.render import access

Object = Mapping[str, Any]

NAME = "kubeadm-certs"
READERS = "kubeadm:kubeadm-certs"
LIFETIME = timedelta(hours=2)
NONCE_BYTES = 12

_SHARED = (
    "ca.crt",
    "ca.key",
    "front-proxy-ca.crt",
    "front-proxy-ca.key",
    "sa.pub",
    "sa.key",
)
_ETCD = ("etcd/ca.crt", "etcd/ca.key")


def new_certificate_key() -> Secret:
    """32 random bytes as hex, as `kubeadm certs certificate-key` prints them."""
    return Secret(secrets.token_hex(32))


def files(configuration: Configuration) -> Mapping[str, str]:
    """What the Secret holds: its key to the path of the file, in kubeadm's order."""
    folder = configuration.cluster.certificates_dir
    external = configuration.cluster.etcd.external
    names = _SHARED if external else _SHARED + _ETCD
    own = {name.replace("/", "-"): f"{folder}/{name}" for name in names}
    if external is None:
        return own
    return {
        **own,
        "external-etcd-ca.crt": external.ca_file,
        "external-etcd.crt": external.cert_file,
        "external-etcd.key": external.key_file,
    }


def owner_token(token: Secret) -> BootstrapToken:
    """The token whose expiry takes the Secret away; it lets nobody in."""
    return BootstrapToken(
        token=token,
        description="Proxy for managing TTL for the kubeadm-certs secret",
        ttl=LIFETIME,
    )


def objects(
    contents: Mapping[str, bytes | None], certificate_key: Secret, owner: Object
) -> tuple[Object, ...]:
    """The Secret and the access to it.

    `contents` has what each key of `files` leads to, None for a file that isn't there; `owner` is
    the owner token's Secret as the cluster returned it, with its uid.
    """
    key = bytes.fromhex(certificate_key.reveal())
    data = {
        name: b64encode(b"" if content is None else encrypted(content, key)).decode()
        for name, content in contents.items()
    }
    made = {
        "apiVersion": "v1",
        "data": data,
        "kind": "Secret",
        "metadata": {
            "name": NAME,
            "namespace": "kube-system",
            "ownerReferences": [_reference(owner)],
        },
        "type": "Opaque",
    }
    joining = access.subject("Group", access.BOOTSTRAPPERS)
    return (
        made,
        access.reader(READERS, "secrets", NAME),
        access.role_binding(READERS, joining),
    )


def encrypted(content: bytes, key: bytes) -> bytes:
    """AES-GCM: a fresh nonce, then the text with its tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def decrypted(sealed: bytes, key: bytes) -> bytes:
    """What `encrypted` sealed; a cryptography InvalidTag for another key or changed bytes."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)


def _reference(owner: Object) -> Object:
    return {
        "apiVersion": "v1",
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": "Secret",
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
