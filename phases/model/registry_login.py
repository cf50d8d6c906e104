"""Logins of private registries, as Docker's config.json holds them, and which of them an image needs.

They are handed to the container runtime with each pull, and are part of no kubeadm.yaml. Messages here
name registries and never quote what stands beside them.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from phases.model.images import full_name
from phases.model.problem import Problem, Problems
from phases.model.secret import Secret

FLAG = "--registry-auth"
NOTHING = Secret("")
REMEDY = "Give a config.json as `docker login` writes it, with user and password in it"
HUB = "docker.io"
ALIASES = {"index.docker.io": HUB, "registry-1.docker.io": HUB}


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are to a registry: a name with a password, or an identity token."""

    username: str = ""
    password: Secret = NOTHING
    identity_token: Secret = NOTHING


@dataclass(frozen=True, slots=True)
class Logins:
    """`places` are registries, with a path where a login is only for what lies below it."""

    places: Mapping[str, Login] = field(default_factory=dict)

    def of(self, image: str) -> Login | None:
        """The login for an image: that of the longest place that it comes from, as the kubelet chooses."""
        name = full_name(image)
        fitting = [place for place in self.places if _lies_in(name, place)]
        return self.places[max(fitting, key=len)] if fitting else None


NONE = Logins()


def read(text: Secret, name: str = FLAG) -> Logins:
    """What a config.json holds; none for an empty text. Raises Problems about `name`."""
    if not text:
        return NONE
    try:
        found = json.loads(text.reveal())
        entries = found.get("auths", found)
        logins = {_place(key): login for key, one in entries.items() if (login := _login(key, one))}
    except (ValueError, AttributeError, TypeError):
        # the cause would quote what it couldn't read
        raise Problems([Problem(name, "can't be read as a config.json", REMEDY)]) from None
    if not logins:
        raise Problems([Problem(name, _why_none(found), REMEDY)])
    return Logins(MappingProxyType(logins))


def written(registries: Iterator[str], username: str, password: Secret) -> Secret:
    """A config.json with one login for these registries."""
    pair = base64.b64encode(f"{username}:{password.reveal()}".encode()).decode()
    return Secret(json.dumps({"auths": {one: {"auth": pair} for one in registries}}))


def _login(key: str, entry: Mapping[str, Any]) -> Login | None:
    """None for an entry without a login, such as one whose login a helper keeps."""
    if token := entry.get("identitytoken"):
        return Login(identity_token=Secret(str(token)))
    if packed := entry.get("auth"):
        username, _colon, password = _unpacked(key, str(packed)).partition(":")
        return Login(username, Secret(password.rstrip("\0")))
    username, password = entry.get("username", ""), entry.get("password", "")
    return Login(str(username), Secret(str(password))) if username else None


def _unpacked(key: str, packed: str) -> str:
    try:
        return base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError(f"the login for {key} isn't base64") from None


def _why_none(found: Mapping[str, Any]) -> str:
    helpers = [key for key in ("credsStore", "credHelpers") if found.get(key)]
    return f"its logins are kept by {helpers[0]}, not in it" if helpers else "holds no login"


def _place(key: str) -> str:
    """A registry as images name it: without scheme, without the API's version, Docker's hub as docker.io."""
    bare = key.partition("://")[2] or key
    bare = bare.removesuffix("/").removesuffix("/v1").removesuffix("/v2")
    host, slash, path = bare.partition("/")
    return f"{ALIASES.get(host, host)}{slash}{path}"


def _lies_in(name: str, place: str) -> bool:
    """Each part of a host may be a pattern; a path counts in whole parts."""
    host, _slash, path = place.partition("/")
    here, _slash, below = name.partition("/")
    labels, wanted = here.split("."), host.split(".")
    same = len(labels) == len(wanted) and all(map(fnmatchcase, labels, wanted))
    return same and (not path or f"{below}/".startswith((f"{path}/", f"{path}:")))
