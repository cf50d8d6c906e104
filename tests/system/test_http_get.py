"""Health endpoints are asked plainly, once, and for a bounded time."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from phases.system import http_get
from tests.system.certificates import Authority

Talk = Callable[[socket.socket], None]


@contextmanager
def serving(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server for one connection that does as `talk` says; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            stream, _ = server.accept()
            try:
                with closing(
                    context.wrap_socket(stream, server_side=True) if context else stream
                ) as s:
                    talk(s)
            except OSError:
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def says(reply: bytes) -> Talk:
    def talk(stream: socket.socket) -> None:
        stream.recv(65536)
        stream.sendall(reply)

    return talk


def test_a_reply() -> None:
    """Status and body come back as they are."""
    with serving(says(b"HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nbad")) as port:
        reply = http_get.get(f"http://127.0.0.1:{port}/healthz?verbose", 5)
    assert (reply.status, reply.body) == (500, "bad")


def test_the_request_is_for_that_path() -> None:
    """The path and the query go out, and nothing that tells who we are."""
    heard: list[bytes] = []

    def talk(stream: socket.socket) -> None:
        heard.append(stream.recv(65536))
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with serving(talk) as port:
        http_get.get(f"http://127.0.0.1:{port}/livez?verbose", 5)
    assert heard[0].startswith(b"GET /livez?verbose HTTP/1.1\r\n")
    assert b"Authorization" not in heard[0]


def test_any_certificate_will_do(authority: Authority) -> None:
    """TLS to a name that the certificate doesn't have works: only life is asked for."""
    context = authority.server("elsewhere.example")
    with serving(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), context) as port:
        reply = http_get.get(f"https://127.0.0.1:{port}/livez", 5)
    assert (reply.status, reply.body) == (200, "ok")


def test_a_redirect_is_not_followed() -> None:
    """Nobody sends us elsewhere."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
    with serving(says(moved)) as port:
        assert http_get.get(f"http://127.0.0.1:{port}/", 5).status == 302


def test_proxies_are_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy variables have no effect."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port:
        assert http_get.get(f"http://127.0.0.1:{port}/", 5).status == 200


def test_a_huge_body_is_cut() -> None:
    """Not more than 256 KiB of a body is read."""

    def talk(stream: socket.socket) -> None:
        stream.recv(65536)
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (1 << 20))

    with serving(talk) as port:
        assert len(http_get.get(f"http://127.0.0.1:{port}/", 5).body) == http_get.LIMIT


def drip(stream: socket.socket) -> None:
    """A reply that comes a byte at a time and never ends."""
    stream.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Filler: x\r\n" * 100:
        stream.sendall(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.parametrize("talk", [drip, lambda _stream: time.sleep(1)])
def test_the_time_limit_covers_everything(talk: Talk) -> None:
    """Neither silence nor a trickle holds us longer than the limit."""
    with serving(talk) as port:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            http_get.get(f"http://127.0.0.1:{port}/", 0.4)
        assert time.monotonic() - began < 1


def test_what_is_no_http_is_an_os_error() -> None:
    """Garbage, and a connection closed without a word, are failures like any other."""
    for reply in (b"SSH-2.0-nothing\r\n", b""):
        with serving(says(reply)) as port, pytest.raises(OSError):
            http_get.get(f"http://127.0.0.1:{port}/", 5)


def test_nobody_listens() -> None:
    """A refused connection is an OSError."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        http_get.get(f"http://127.0.0.1:{port}/", 5)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "livez"])
def test_other_addresses_are_refused(url: str) -> None:
    """Only http and https with a host are asked."""
    with pytest.raises(OSError, match="not an http"):
        http_get.get(url, 5)
