"""Which failures of a pull are tried again, and after which pause."""

from __future__ import annotations

import pytest

from phases.pulls.patience import TRIES, is_lasting, pause_after
from phases.system.ports import RuntimeFailure

HEAD = 'failed to pull and unpack image "r.example/etcd:1": failed to resolve reference: '
LASTING = (
    "r.example/etcd:1: not found",
    "unexpected status from HEAD request to https://r.example/v2/: 401 Unauthorized",
    "unexpected status from HEAD request to https://r.example/v2/: 403 Forbidden",
    "unexpected status from GET request to https://r.example/v2/: 404 Not Found",
    "pull access denied, repository does not exist or may require authorization",
    "authorization failed: no basic auth credentials",
    "no match for platform in manifest: not found",
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "http: server gave HTTP response to HTTPS client",
    'failed to do request: Head "https://r.example/v2/": tls: first record does not look like a TLS handshake',
    "write /var/lib/containerd/x: no space left on device",
    "manifest unknown: manifest unknown",
)
PASSING = (
    "unexpected status from HEAD request to https://r.example/v2/: 500 Internal Server Error",
    "unexpected status from GET request to https://r.example/v2/: 503 Service Unavailable",
    "unexpected status from GET request to https://r.example/v2/: 502 Bad Gateway",
    "dial tcp 203.0.113.4:443: i/o timeout",
    "dial tcp 203.0.113.4:443: connect: connection refused",
    "read tcp 203.0.113.4:443: connection reset by peer",
    "dial tcp: lookup r.example: Temporary failure in name resolution",
    "unexpected EOF",
    "net/http: TLS handshake timeout",
    "unexpected status from GET request to https://r.example/v2/: 429 Too Many Requests",
    "toomanyrequests: you have reached your pull rate limit; access is denied until then",
)


@pytest.mark.parametrize("words", LASTING)
def test_what_stays_is_not_tried_again(words: str) -> None:
    """Not there, not allowed, not trusted, not fitting: it fails at once."""
    failure = RuntimeFailure(HEAD + words, 2)
    assert is_lasting(failure)
    assert pause_after(failure, 1) is None


@pytest.mark.parametrize("words", PASSING)
def test_what_may_pass_is_tried_again(words: str) -> None:
    """Timeouts, resets, a server's own troubles and its limits."""
    failure = RuntimeFailure(HEAD + words, 2)
    assert not is_lasting(failure)
    assert pause_after(failure, 1)


@pytest.mark.parametrize(
    ("code", "lasting"), [(5, True), (16, True), (12, True), (14, False), (2, False)]
)
def test_the_status_counts_too(code: int, lasting: bool) -> None:
    """A runtime may say it by gRPC's status alone."""
    assert is_lasting(RuntimeFailure("it failed", code)) is lasting


def test_pauses_grow_and_end() -> None:
    """Twice as long each time, longer with a registry that limits; there are five tries."""
    away, limit = RuntimeFailure("i/o timeout"), RuntimeFailure("429 Too Many Requests")
    assert [pause_after(away, n) for n in range(1, TRIES + 1)] == [1, 2, 4, 8, None]
    assert [pause_after(limit, n) for n in range(1, TRIES + 1)] == [10, 20, 40, 80, None]


@pytest.mark.parametrize(
    ("words", "pause"),
    [
        ("429 Too Many Requests, Retry-After: 7", 7),
        ("503 Service Unavailable (retry after 30)", 30),
        ("503 Service Unavailable, retry-after: 0", 1),
        ("429 Too Many Requests; retry-after=299", 299),
        ("429 Too Many Requests; Retry-After: 301", None),
    ],
)
def test_the_registrys_own_time_counts(words: str, pause: float | None) -> None:
    """Where it is handed on; a time that is too long is a failure that says so."""
    assert pause_after(RuntimeFailure(words), 1) == pause
