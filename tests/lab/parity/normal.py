"""A tree of files as text: everything that two runs can agree on, nothing that is random."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from . import facts
from .facts import Known
from .tree import Entry, Tree

Normal: TypeAlias = dict[str, str]
"""What is at each path: a head line with kind, mode and owner, then the content, indented."""

EMBEDDED = re.compile(r"^( *[a-z-]+-data: )([A-Za-z0-9+/]{60,}=*)$", re.MULTILINE)
BEGIN = b"-----BEGIN "
UNTOUCHED = 0.0


def normal(tree: Tree) -> Normal:
    known = learn(tree)
    return {
        path: _entry(path, entry, known)
        for path, entry in sorted(tree.items())
        if entry.time != UNTOUCHED or path.startswith("/etc/kubernetes/")
    }


def learn(tree: Tree) -> Known:
    """Who is who on this machine."""
    certificates: dict[str, x509.Certificate] = {}
    keys: dict[str, bytes] = {}
    for path, entry in sorted(tree.items()):
        for pem in _pems(entry):
            label = pem.split(b"-----", 2)[1]
            if label == b"BEGIN CERTIFICATE" and path.endswith(".crt"):
                certificates[path] = x509.load_pem_x509_certificate(pem)
            elif label.endswith(b"PRIVATE KEY"):
                keys[path] = facts.public_bytes(facts.load_private_key(pem).public_key())
            elif label == b"BEGIN PUBLIC KEY":
                keys[path] = facts.public_bytes(load_pem_public_key(pem))
    return Known(certificates, keys)


def _pems(entry: Entry) -> Iterator[bytes]:
    if entry.content.startswith(BEGIN):
        yield from facts.blocks(entry.content)
    elif b"-data: " in entry.content:
        for found in EMBEDDED.finditer(entry.content.decode()):
            yield from facts.blocks(base64.b64decode(found[2]))


def _entry(path: str, entry: Entry, known: Known) -> str:
    head = f"{entry.kind} {entry.mode:04o} {entry.owner}"
    if entry.kind == "directory":
        return head
    if entry.time == UNTOUCHED:
        return f"{head} untouched"
    return f"{head}\n{_content(path, entry, known)}"


def _content(path: str, entry: Entry, known: Known) -> str:
    if entry.content.startswith(BEGIN):
        return "\n".join(facts.describe(entry.content, known, entry.time, own=path))
    return EMBEDDED.sub(lambda found: _embedded(found, entry, known, path), _text(entry.content))


def _embedded(found: re.Match[str], entry: Entry, known: Known, path: str) -> str:
    indent = " " * (len(found[1]) - len(found[1].lstrip()))
    pem = base64.b64decode(found[2])
    lines = facts.describe(pem, known, entry.time, own=path)
    return found[1] + "|\n" + "\n".join(f"{indent}    {line}" for line in lines)


def _text(content: bytes) -> str:
    """The text without its last newline, with a mark where that is missing."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content.hex()
    return text.removesuffix("\n") if text.endswith("\n") else f"{text}\n\\ no newline at the end"


def without(tree: Normal, ignored: Mapping[str, str]) -> Normal:
    """The tree without what lies at or under these paths."""
    return {path: text for path, text in tree.items() if not _under(path, ignored)}


def _under(path: str, ignored: Mapping[str, str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in ignored)
