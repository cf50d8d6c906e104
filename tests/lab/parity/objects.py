"""Objects of a cluster as text: everything that two runs can agree on, nothing that is random."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import yaml
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .api import Object, title
from .facts import around
from .normal import Normal

RANDOM = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink")
PREFIX = "bootstrap-token-"


class Secrets:
    """What is known of a run's secrets: its tokens, the key of its certificates, the files behind them.

    `given` are the ids of tokens that were chosen; the others are random and told by their rank.
    """

    def __init__(
        self, things: Iterable[Object], given: frozenset[str], key: str, files: Mapping[str, bytes]
    ) -> None:
        self.key, self.files = key, files
        self.tokens: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        for thing in sorted(things, key=_rank):
            if thing.get("type") == "bootstrap.kubernetes.io/token":
                self._learn(thing, given)

    def _learn(self, thing: Object, given: frozenset[str]) -> None:
        identity = _decode(thing["data"]["token-id"]).decode()
        self.tokens[identity] = _decode(thing["data"]["token-secret"])
        rank = sum(1 for name in self.names.values() if name.startswith("<random"))
        self.names[identity] = identity if identity in given else f"<random {rank + 1}>"

    def plain(self, text: str) -> str:
        """The text with the names of random tokens in place of their ids."""
        for identity, name in self.names.items():
            text = text.replace(identity, name)
        return text


def _rank(thing: Object) -> tuple[str, str]:
    """An order that doesn't hang on a random name."""
    data = thing.get("data") or {}
    return str(data.get("description", "")), str(data.get("usage-bootstrap-signing", ""))


def normal(things: Iterable[Object], secrets: Secrets, now: datetime) -> Normal:
    """Each object's text by its title."""
    return {
        secrets.plain(title(thing)): secrets.plain(_text(thing, secrets, now)) for thing in things
    }


def _text(thing: Object, secrets: Secrets, now: datetime) -> str:
    shown = {key: item for key, item in thing.items() if key != "status" or thing["kind"] != "Node"}
    shown["metadata"] = _metadata(thing["metadata"])
    if thing["kind"] == "Secret":
        shown["data"] = _secret(thing, secrets, now)
    elif thing["metadata"]["name"] == "cluster-info":
        shown["data"] = {
            key: _signed(key, item, thing, secrets) for key, item in thing["data"].items()
        }
    return yaml.dump(shown, Dumper=_Dumper, sort_keys=True, width=10**6)


def _metadata(found: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: item for key, item in found.items() if key not in RANDOM}
    for owner in kept.get("ownerReferences", ()):
        owner["uid"] = "<uid>"
    return kept


def _secret(thing: Object, secrets: Secrets, now: datetime) -> dict[str, str]:
    opened = {key: _decode(item) for key, item in (thing.get("data") or {}).items()}
    if thing["metadata"]["name"] == "kubeadm-certs":
        return {key: _uploaded(item, secrets) for key, item in opened.items()}
    return {key: _token_field(key, item.decode(), now, secrets) for key, item in opened.items()}


def _token_field(key: str, text: str, now: datetime, secrets: Secrets) -> str:
    if key == "expiration":
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        form = "UTC seconds" if moment.strftime("%Y-%m-%dT%H:%M:%SZ") == text else "unusual form"
        return f"{around(moment - now)}, {form}"
    if key == "token-secret" and text.encode() in secrets.tokens.values():
        identity = next(name for name, secret in secrets.tokens.items() if secret == text.encode())
        random = secrets.names[identity].startswith("<random")
        return f"<random, {len(text)} characters>" if random else text
    return text


def _uploaded(sealed: bytes, secrets: Secrets) -> str:
    """Which file an uploaded value holds, once it is opened with the certificate key."""
    try:
        opened = AESGCM(bytes.fromhex(secrets.key)).decrypt(sealed[:12], sealed[12:], None)
    except (InvalidTag, ValueError):
        return "can't be opened with the certificate key"
    return next(
        (f"<{path}>" for path, content in secrets.files.items() if content == opened),
        "something else",
    )


def _signed(key: str, text: str, info: Object, secrets: Secrets) -> str:
    """A token's signature of cluster-info, checked."""
    if not key.startswith("jws-kubeconfig-"):
        return text
    head, payload, signature = text.split(".")
    secret = secrets.tokens.get(key.removeprefix("jws-kubeconfig-"), b"")
    body = _url(info["data"]["kubeconfig"].encode())
    expected = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    valid = not payload and _url(expected) == signature
    return f"{json.loads(base64.urlsafe_b64decode(head + '=='))} {'valid' if valid else 'INVALID'}"


def _url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text)


class _Dumper(yaml.SafeDumper):
    """Writes texts of many lines as such."""


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)


def now() -> datetime:
    return datetime.now(UTC)
