"""Bootstrap tokens as the cluster has them: which are there, and which one a node can join with."""

from __future__ import annotations

import secrets
import string
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

from phases.model.secret import Secret
from phases.system.ports import Cluster, Object

ALPHABET = string.ascii_lowercase + string.digits
TOKEN_TYPE = "bootstrap.kubernetes.io/token"  # noqa: S105  the type of a Secret, not a secret
JOINING = ("authentication", "signing")


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token in the cluster; `expires` None never does."""

    token: Secret
    description: str
    expires: datetime | None
    usages: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.token.reveal().partition(".")[0]

    def joins(self, now: datetime) -> bool:
        """Whether a node can join with it now."""
        alive = self.expires is None or self.expires > now
        return alive and set(JOINING) <= set(self.usages)


def new_token() -> Secret:
    """A fresh `id.secret` from the system's random source."""
    pick = [secrets.choice(ALPHABET) for _ in range(22)]
    return Secret("".join(pick[:6]) + "." + "".join(pick[6:]))


def live_tokens(admin: Cluster) -> tuple[LiveToken, ...]:
    """All bootstrap tokens of the cluster, those that last longest first."""
    found = admin.list("v1", "Secret", namespace="kube-system")
    tokens = [_read(secret) for secret in found if secret.get("type") == TOKEN_TYPE]
    return tuple(sorted(tokens, key=_lasting, reverse=True))


def _lasting(token: LiveToken) -> tuple[bool, float]:
    return token.expires is None, token.expires.timestamp() if token.expires else 0.0


def _read(secret: Object) -> LiveToken:
    data = {key: b64decode(value).decode() for key, value in (secret.get("data") or {}).items()}
    prefix = "usage-bootstrap-"
    usages = (key.removeprefix(prefix) for key, value in data.items() if value == "true")
    expiration = data.get("expiration", "")
    return LiveToken(
        token=Secret(f"{data.get('token-id', '')}.{data.get('token-secret', '')}"),
        description=data.get("description", ""),
        expires=datetime.fromisoformat(expiration) if expiration else None,
        usages=tuple(sorted(usages)),
        groups=tuple(filter(None, data.get("auth-extra-groups", "").split(","))),
    )
