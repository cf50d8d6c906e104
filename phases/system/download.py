"""An operator's text from a file or from the web, within bounds: 4 MiB, 30 seconds, 5 redirects.

The web means https with the system's authorities, checked, and the proxy variables of the environment.
http is accepted from this machine's own loopback alone: there is no switch for more, because whoever
can change a manifest on its way owns the cluster. A redirect may lead to https only. What the text
means is decided elsewhere. No client library is needed, so a front end may use this too.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from phases.model.plain_file import NotPlainFile, open_plain

LIMIT = 4 << 20
SECONDS = 30.0
LONG = 3600.0
STALLED = 60.0
REDIRECTS = 5
AGENT = "kubeboot-tui"
PART = 1 << 16


class DownloadError(Exception):
    """Why a text can't be had; the sentence stands on its own behind the source's name."""


def obtain(source: str, *, digest: str = "", seconds: float = SECONDS) -> str:
    """The text at a path or URL; `digest` is the SHA-256 (hex) that it must have, if it is given."""
    content = fetched(source, seconds) if is_url(source) else from_file(source)
    found = sha256(content).hexdigest()
    wanted = digest.removeprefix("sha256:").strip().lower()
    if wanted and found != wanted:
        raise DownloadError(f"its SHA-256 is {found}, not {wanted}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DownloadError(f"it isn't UTF-8 text: byte {error.start}") from error


def save(url: str, path: Path, *, mode: int, digest: str, seconds: float = LONG) -> None:
    """A file of any size, at its path whole and with this SHA-256 (hex) or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with open(part, "xb", opener=private) as file:
            poured(url, file, digest, seconds)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def poured(url: str, file: IO[bytes], digest: str, seconds: float) -> None:
    """Writes the body of a GET into a file as it comes; a DownloadError for another digest."""
    found, deadline = sha256(), time.monotonic() + seconds
    with answered(url, STALLED) as reply:
        while part := reply.read1(PART):
            file.write(part)
            found.update(part)
            if time.monotonic() > deadline:
                raise DownloadError("it didn't come to an end in time")
    if found.hexdigest() != digest:
        raise DownloadError(f"its SHA-256 is {found.hexdigest()}, not {digest}")


def is_url(source: str) -> bool:
    return "://" in source


def from_file(path: str) -> bytes:
    """A plain file of bounded size; a pipe or a device isn't waited for."""
    try:
        with open_plain(path) as file:
            return bounded(file.read, time.monotonic() + SECONDS)
    except NotPlainFile:
        raise DownloadError("it is no plain file") from None
    except OSError as error:
        raise DownloadError(
            f"it can't be read: {(error.strerror or str(error)).lower()}"
        ) from error


def fetched(url: str, seconds: float) -> bytes:
    """The body of a GET that ended with 200."""
    deadline = time.monotonic() + seconds
    with answered(url, seconds) as reply:
        return bounded(reply.read1, deadline)


@contextmanager
def answered(url: str, seconds: float) -> Iterator[http.client.HTTPResponse]:
    """The answer to a GET, if it is 200; `seconds` is how long it may be silent."""
    refuse(url)
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310  refused above
    try:
        with opener(url).open(request, timeout=seconds) as reply:
            if reply.status != http.client.OK:
                raise DownloadError(f"the server answered {reply.status}")
            yield reply
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadError(f"the server answered {error.code} {error.reason}".strip()) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DownloadError(f"no answer: {innermost(error)}") from error


def opener(url: str) -> urllib.request.OpenerDirector:
    """Follows our rule for redirects; this machine's own loopback is never asked of a proxy."""
    direct = (urllib.request.ProxyHandler({}),) if url.startswith("http:") else ()
    return urllib.request.build_opener(Redirects(), *direct)


def refuse(url: str, *, redirected: bool = False) -> None:
    """A DownloadError for an address that isn't to be trusted."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise DownloadError(f"that is no address: {error}") from error
    if parts.scheme == "https" and host:
        return
    if redirected:
        raise DownloadError(f"it leads on to {parts.scheme}://{host}, and only https is followed")
    if parts.scheme == "http" and is_loopback(host):
        return
    raise DownloadError("only https is accepted (http from this machine alone)")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, to https alone."""

    max_redirections = REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            refuse(newurl, redirected=True)
        except DownloadError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def bounded(read: Callable[[int], bytes], deadline: float) -> bytes:
    """All that `read` gives; a DownloadError when it is too much or takes too long."""
    parts: list[bytes] = []
    size = 0
    while part := read(PART):
        parts.append(part)
        size += len(part)
        if size > LIMIT:
            raise DownloadError(f"it is larger than {LIMIT >> 20} MiB")
        if time.monotonic() > deadline:
            raise DownloadError("it didn't come to an end in time")
    return b"".join(parts)


def innermost(error: Any) -> str:
    """The words of the error at the bottom."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return innermost(reason)
    return str(getattr(error, "verify_message", "") or getattr(error, "strerror", "") or error)
