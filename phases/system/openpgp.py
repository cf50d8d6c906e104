"""The fingerprint of an OpenPGP key, read from the key itself: no tool need be there for it.

Signatures are the package managers' to check; this only tells whose key they are given (RFC 9580, for
keys of version 4 and 6).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

ARMOUR = re.compile(rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\s(.*?)-----END PGP", re.DOTALL)
PRIMARY_KEY = 6
OLD_LENGTHS = (1, 2, 4)


def fingerprints(content: bytes) -> tuple[str, ...]:
    """The fingerprints of the primary keys, in capital hex. A ValueError for what isn't a key."""
    try:
        found = tuple(
            fingerprint(body) for tag, body in packets(bare(content)) if tag == PRIMARY_KEY
        )
    except (IndexError, binascii.Error) as error:
        raise ValueError("it is no OpenPGP key") from error
    if not found:
        raise ValueError("it is no OpenPGP key")
    return found


def bare(content: bytes) -> bytes:
    """The packets of a key, with or without armour; several armoured keys stand one after the other."""
    blocks = ARMOUR.findall(content)
    if not blocks:
        return content
    return b"".join(base64.b64decode(b"".join(body(block))) for block in blocks)


def body(block: bytes) -> Iterator[bytes]:
    """The lines of an armoured block behind its headers, without the checksum."""
    lines = [line.strip() for line in block.splitlines()]
    start = lines.index(b"") + 1 if b"" in lines else 0
    yield from (line for line in lines[start:] if not line.startswith(b"="))


def packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each packet."""
    while data:
        if not data[0] & 0x80:
            raise ValueError("it is no OpenPGP key")
        tag, head, length = new_header(data) if data[0] & 0x40 else old_header(data)
        if len(data) < head + length:
            raise ValueError("it is cut short")
        yield tag, data[head : head + length]
        data = data[head + length :]


def new_header(data: bytes) -> tuple[int, int, int]:
    """Tag, length of the header, length of the body."""
    tag, first = data[0] & 0x3F, data[1]
    if first < 192:
        return tag, 2, first
    if first < 224:
        return tag, 3, ((first - 192) << 8) + data[2] + 192
    if first == 255:
        return tag, 6, int.from_bytes(data[2:6], "big")
    raise ValueError("a key comes in one piece")


def old_header(data: bytes) -> tuple[int, int, int]:
    tag, kind = (data[0] & 0x3C) >> 2, data[0] & 0x03
    if kind == len(OLD_LENGTHS):
        raise ValueError("a key comes in one piece")
    size = OLD_LENGTHS[kind]
    return tag, 1 + size, int.from_bytes(data[1 : 1 + size], "big")


def fingerprint(key: bytes) -> str:
    """SHA-1 of a key of version 4, SHA-256 of one of version 6, each with its prefix."""
    if key[0] == 4:
        prefix = b"\x99" + len(key).to_bytes(2, "big")
        return hashlib.sha1(prefix + key, usedforsecurity=False).hexdigest().upper()
    if key[0] == 6:
        return hashlib.sha256(b"\x9b" + len(key).to_bytes(4, "big") + key).hexdigest().upper()
    raise ValueError(f"a key of version {key[0]} isn't known")
