"""Asks a registry whether it has an image: one HEAD of its manifest, no image is fetched.

As a container runtime does without credentials: a registry that asks for a token is given one that
its own service hands to anybody. Certificates are verified with the system's authorities.
"""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from urllib.parse import urlencode, urlsplit

from phases.system.download import innermost

AGENT = "kubeboot-tui"
LIMIT = 64 * 1024
ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
UNAUTHORIZED = 401


def status(url: str, proxy: str, timeout: float) -> int:
    """The status of the answer, redirects followed; `proxy` empty for a direct connection.

    Raises OSError where none comes, with the words of the error at the bottom.
    """
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else {})
    )
    try:
        code, challenge = head(opener, url, timeout)
        token = anonymous(opener, url, challenge, timeout) if code == UNAUTHORIZED else ""
        return head(opener, url, timeout, token)[0] if token else code
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OSError(innermost(error)) from error


def head(
    opener: urllib.request.OpenerDirector, url: str, timeout: float, token: str = ""
) -> tuple[int, str]:
    """The status, and how the registry wants to be authorised."""
    headers = {"Accept": ACCEPT, "User-Agent": AGENT}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, method="HEAD", headers=headers)  # noqa: S310  http(s) only
    try:
        with opener.open(request, timeout=timeout) as reply:
            return reply.status, ""
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, error.headers.get("WWW-Authenticate", "")


def anonymous(
    opener: urllib.request.OpenerDirector, url: str, challenge: str, timeout: float
) -> str:
    """A token for anybody, as the challenge says; empty without one.

    No service of another kind than the registry itself is asked: https stays https.
    """
    asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    realm = asked.pop("realm", "")
    if not challenge.lower().startswith("bearer ") or not same_scheme(realm, url):
        return ""
    request = urllib.request.Request(f"{realm}?{urlencode(asked)}", headers={"User-Agent": AGENT})  # noqa: S310
    try:
        with opener.open(request, timeout=timeout) as reply:
            said = json.loads(reply.read(LIMIT))
            return str(said.get("token") or said.get("access_token") or "")
    except (urllib.error.HTTPError, ValueError, AttributeError):
        return ""


def same_scheme(realm: str, url: str) -> bool:
    return bool(realm) and urlsplit(realm).scheme == urlsplit(url).scheme
