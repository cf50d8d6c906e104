"""Kubeconfigs for the tests."""

from __future__ import annotations

import base64

import yaml

from tests.system.certificates import Authority


def kubeconfig(
    server: str, authority: Authority, certificate: bytes = b"", key: bytes = b""
) -> bytes:
    """One cluster, one user, one context, everything embedded."""
    user = {"client-certificate-data": b64(certificate), "client-key-data": b64(key)}
    cluster = {"server": server, "certificate-authority-data": b64(authority.certificate)}
    context = {"cluster": "kubernetes", "user": "admin"}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "kubernetes", "cluster": cluster}],
            "users": [{"name": "admin", "user": {k: v for k, v in user.items() if v}}],
            "contexts": [{"name": "admin@kubernetes", "context": context}],
            "current-context": "admin@kubernetes",
        }
    ).encode()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
