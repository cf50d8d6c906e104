"""Texts from files and from the web: bounded, checked, and from nowhere that isn't to be trusted."""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from phases.system import download
from phases.system.download import DownloadError, obtain
from tests.system.certificates import Authority


@dataclass
class Web:
    """A server on loopback; `answers` maps a path to status, headers and body."""

    port: int = 0
    scheme: str = "http"
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/a") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers as the `web` of its server says; /endless and /slow do what they say."""

    def do_GET(self) -> None:
        web: Web = self.server.web  # type: ignore[attr-defined]
        web.asked.append(self.path)
        with suppress(OSError):
            if self.path in STREAMS:
                self.send_response(200)
                self.end_headers()
                for part in STREAMS[self.path]():
                    self.wfile.write(part)
            else:
                self.answer(*web.answers.get(self.path, (404, {}, b"")))

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for key, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


def endless() -> Iterator[bytes]:
    yield from [b"x" * 100_000] * 200


def slow() -> Iterator[bytes]:
    for _ in range(100):
        yield b"x"
        time.sleep(0.05)


STREAMS = {"/endless": endless, "/slow": slow}


class Server(ThreadingHTTPServer):
    """One that says nothing of clients who hang up."""

    daemon_threads = True
    web: Web
    context: ssl.SSLContext | None = None

    def get_request(self) -> Any:
        stream, address = super().get_request()
        if self.context:
            stream = self.context.wrap_socket(stream, server_side=True)
        return stream, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silence."""


def serving(web: Web, tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    server = Server(("127.0.0.1", 0), Handler)
    server.web = web
    server.context = tls
    web.scheme = "https" if tls else "http"
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield from serving(Web())


def refused(source: str, **more: object) -> str:
    with pytest.raises(DownloadError) as caught:
        obtain(source, **more)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_file_is_read(tmp_path: Path) -> None:
    """Text without its byte order mark."""
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfkind: A\n")
    assert obtain(str(tmp_path / "a")) == "kind: A\n"


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    """Nothing there, a folder, a pipe that nobody fills, another encoding."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "wide").write_bytes("a".encode("utf-16"))
    assert "no such file" in refused(str(tmp_path / "none"))
    assert "is a directory" in refused(str(tmp_path))
    assert "no plain file" in refused(str(tmp_path / "pipe"))
    assert "UTF-8" in refused(str(tmp_path / "wide"))


def test_a_file_may_not_be_huge(tmp_path: Path) -> None:
    """4 MiB is the most."""
    (tmp_path / "most").write_bytes(b"x" * download.LIMIT)
    (tmp_path / "more").write_bytes(b"x" * (download.LIMIT + 1))
    assert len(obtain(str(tmp_path / "most"))) == download.LIMIT
    assert "larger than 4 MiB" in refused(str(tmp_path / "more"))


def test_a_digest_must_fit(tmp_path: Path) -> None:
    """The right one in any spelling; another one names both."""
    (tmp_path / "a").write_bytes(b"text")
    right = sha256(b"text").hexdigest()
    for spelled in (right, right.upper(), f"sha256:{right}", ""):
        assert obtain(str(tmp_path / "a"), digest=spelled) == "text"
    assert right in refused(str(tmp_path / "a"), digest="0" * 64)


def test_loopback_may_be_plain_http(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of this machine is asked, and no proxy gets in between."""
    web.answers["/a"] = (200, {}, b"text")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert obtain(web.url()) == "text"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a",
        "http://127.0.0.1.example.com/a",
        "ftp://127.0.0.1/a",
        "file:///etc/passwd",
        "https:///a",
        "http://[::1/a",
        "data://x,y",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    """Only https, and http from this machine; nothing is asked before that is known."""
    assert "https" in refused(url) or "no address" in refused(url)


@pytest.mark.parametrize(
    ("status", "words"), [(404, "404"), (500, "500"), (204, "204"), (403, "403")]
)
def test_only_200_counts(web: Web, status: int, words: str) -> None:
    """Any other answer is named."""
    web.answers["/a"] = (status, {}, b"")
    assert words in refused(web.url())


@pytest.mark.parametrize("target", ["http://example.com/b", "/b", "http://127.0.0.1:1/b"])
def test_a_redirect_to_http_is_not_followed(web: Web, target: str) -> None:
    """Not even within this machine: who leads on leads to https."""
    web.answers["/a"] = (302, {"Location": target}, b"")
    assert "only https is followed" in refused(web.url())
    assert web.asked == ["/a"]


@pytest.mark.parametrize("path", ["/endless", "/slow"])
def test_a_flood_and_a_trickle_end(web: Web, path: str) -> None:
    """Too much and too slow are refused, the rest isn't read."""
    words = "larger than" if path == "/endless" else "in time"
    assert words in refused(web.url(path), seconds=0.5 if path == "/slow" else 30)


def test_nobody_there(web: Web) -> None:
    """The system's own words are told."""
    assert "refused" in refused("http://127.0.0.1:1/a")


@pytest.fixture
def safe(tmp_path: Path, web: Web) -> Iterator[Web]:
    """The same over TLS, with an authority of its own."""
    authority = Authority()
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    context = authority.server("localhost", "127.0.0.1")
    yield from serving(Web(), context)


def test_https_is_verified(safe: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority that the system doesn't know is refused; one that it knows is not."""
    safe.answers["/a"] = (200, {}, b"text")
    assert "certificate" in refused(safe.url()) or "self-signed" in refused(safe.url())
    assert safe.asked == []
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert obtain(safe.url()) == "text"


def test_redirects_within_https_are_bounded(
    safe: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few are followed; a circle ends."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    safe.answers |= {"/a": (302, {"Location": "/b"}, b""), "/b": (200, {}, b"text")}
    assert obtain(safe.url()) == "text"
    for number in range(9):
        safe.answers[f"/{number}"] = (302, {"Location": f"/{number + 1}"}, b"")
    assert "302" in refused(safe.url("/0"))
    assert len(safe.asked) < 12
    safe.answers["/down"] = (302, {"Location": "http://127.0.0.1/b"}, b"")
    assert "only https is followed" in refused(safe.url("/down"))
