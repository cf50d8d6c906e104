"""What lets a joining node trust cluster-info: a JWS (HS256) whose payload is left out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json


def detached(content: str, token_id: str, token_secret: str) -> str:
    """`header..signature` over `content`, keyed with a bootstrap token's secret."""
    header = encode(json.dumps({"alg": "HS256", "kid": token_id}, separators=(",", ":")).encode())
    signed = f"{header}.{encode(content.encode())}".encode()
    return f"{header}..{encode(hmac.digest(token_secret.encode(), signed, hashlib.sha256))}"


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
