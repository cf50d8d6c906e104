"""What a kubeconfig says about one server and about who we are to it; and TLS made from that.

Keys stay in memory. Writing kubeconfigs is the render side's business.
"""

from __future__ import annotations

import base64
import binascii
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from phases.system.ports import ClusterError


@dataclass(frozen=True, slots=True)
class Credentials:
    """A server, the authority (PEM) that must have signed its certificate, and a client's proof."""

    server: str
    authority: bytes = field(repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    token: str = field(default="", repr=False)
    server_name: str = ""


def credentials(kubeconfig: bytes, server: str = "") -> Credentials:
    """The current context's cluster and user; `server`, if not empty, replaces the file's own."""
    whole = parsed(kubeconfig)
    try:
        context = named(whole, "context", whole["current-context"])
        cluster = named(whole, "cluster", context["cluster"])
        user = named(whole, "user", context["user"])
        return Credentials(
            server=(server or cluster["server"]).rstrip("/"),
            authority=data(cluster, "certificate-authority"),
            certificate=data(user, "client-certificate"),
            key=data(user, "client-key"),
            token=user.get("token", ""),
            server_name=cluster.get("tls-server-name", ""),
        )
    except (KeyError, TypeError, AttributeError, binascii.Error, OSError) as error:
        raise unusable(f"{type(error).__name__} {error}") from None


def parsed(kubeconfig: bytes) -> Mapping[str, Any]:
    """The document; what is wrong with it is never quoted, since it holds a key."""
    try:
        whole = yaml.safe_load(kubeconfig)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise unusable("not YAML") from None
    if not isinstance(whole, Mapping):
        raise unusable("not a mapping")
    return whole


def named(whole: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    """The entry of that name in the list of that kind. Raises KeyError."""
    for entry in whole.get(f"{kind}s") or ():
        if entry["name"] == name:
            return entry[kind] or {}
    raise KeyError(f"{kind} {name}")


def data(entry: Mapping[str, Any], key: str) -> bytes:
    """PEM that is embedded, or lies in a file; empty when neither is given."""
    if embedded := entry.get(f"{key}-data"):
        return base64.b64decode(embedded, validate=True)
    return Path(entry[key]).read_bytes() if entry.get(key) else b""


def tls(who: Credentials) -> ssl.SSLContext:
    """Trusts that authority alone, as strictly as Go does (and so kubeadm): no X509_STRICT."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=who.authority.decode())
        if who.certificate:
            with in_memory(who.certificate + b"\n" + who.key) as path:
                context.load_cert_chain(path)
    except (ssl.SSLError, ValueError):
        raise unusable("a certificate or key can't be used") from None
    return context


@contextmanager
def in_memory(secret: bytes) -> Iterator[str]:
    """A file that no disk has: OpenSSL takes a client's key from a path only."""
    descriptor = os.memfd_create("kubeboot", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, secret)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def unusable(why: str) -> ClusterError:
    return ClusterError(0, "Kubeconfig", f"this kubeconfig can't be used: {why}")
