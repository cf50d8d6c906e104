"""HTTP to one API server through the `kubernetes` package: one request, one whole answer.

The package costs 0.3 s and is imported when the first client is made. Paths and objects are
the business of real_cluster.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from phases.system.credentials import Credentials, tls
from phases.system.ports import ClusterError, HttpReply

LIMIT = 32 << 20
AGENT = "kubeboot-tui"
IMPORTING = threading.Lock()
"""Phases connect side by side, and the package can't be imported by two threads at once."""


class Rest:
    """No proxy, no redirect, no retry: whoever calls decides what an answer means."""

    def __init__(self, who: Credentials) -> None:
        with IMPORTING:
            from kubernetes.client import ApiClient, Configuration

        settings = Configuration(host=who.server, proxy="", retries=False)
        settings.tls_server_name = who.server_name or None
        self._client = ApiClient(settings)
        self._client.rest_client.pool_manager.connection_pool_kw["ssl_context"] = tls(who)
        self._server = who.server
        self._headers = {"User-Agent": AGENT, "Accept": "application/json"}
        if who.token:
            self._headers["Authorization"] = f"Bearer {who.token}"

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        kind: str = "application/json",
        timeout: float,
    ) -> HttpReply:
        """Any status; a ClusterError with status 0 when no whole answer came within `timeout`."""
        deadline = time.monotonic() + timeout
        headers = {**self._headers, "Content-Type": kind} if body is not None else self._headers
        with failures(self._server, timeout):
            reply = self._client.call_api(
                method,
                self._server + path,
                header_params=dict(headers),
                body=body,
                _request_timeout=timeout,
            ).response
            return HttpReply(reply.status, whole(reply, deadline).decode(errors="replace"))


def whole(reply: Any, deadline: float) -> bytes:
    """The body, read to its end in time; the connection is kept only then."""
    try:
        content = b"".join(parts(reply, deadline))
    except BaseException:
        reply.close()
        raise
    reply.release_conn()
    return content


def parts(reply: Any, deadline: float) -> Iterator[bytes]:
    """The body as it comes in."""
    size = 0
    while part := reply.read1(1 << 16):
        size += len(part)
        if size > LIMIT:
            raise ClusterError(0, "Garbled", f"an answer of more than {LIMIT} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("the answer didn't end")
        yield part


@contextmanager
def failures(server: str, timeout: float) -> Iterator[None]:
    """Whatever keeps an answer from arriving, as a ClusterError."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (OSError, HTTPError, ApiException) as error:
        reason, words = explained(error, timeout)
        raise ClusterError(0, reason, f"{server}: {words}") from error


def explained(error: BaseException, timeout: float) -> tuple[str, str]:
    """Why no answer came: the reason of a ClusterError, and the innermost words."""
    inner = cause(error)
    if isinstance(inner, TimeoutError):
        return "Timeout", f"no answer within {timeout:g} s"
    if isinstance(inner, ssl.SSLCertVerificationError):
        return "Untrusted", f"its certificate isn't to be trusted: {inner.verify_message}"
    return "Unreachable", str(inner) or type(inner).__name__


def cause(error: BaseException) -> BaseException:
    """The first error of a chain: behind __cause__, __context__ or wrapped as an argument."""
    seen = [arg for arg in error.args if isinstance(arg, BaseException)]
    deeper = error.__cause__ or error.__context__ or (seen[0] if seen else None)
    return cause(deeper) if deeper else error
