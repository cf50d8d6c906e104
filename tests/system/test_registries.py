"""A registry is asked for a manifest as a runtime without credentials would."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from phases.system.overlay import RehearsalHost
from phases.system.ports import Host
from phases.system.real_host import RealHost
from tests.fakes import FakeHost

MANIFEST = "/v2/pause/manifests/3.10"


class Registry(BaseHTTPRequestHandler):
    """What it answers is in the server's `replies`, by path; all that it is asked in `heard`."""

    server: Any

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        given = self.headers.get("Authorization", "")
        self.server.heard.append((self.command, self.path, given))
        path = self.path.partition("?")[0]
        status, headers, body = self.server.replies.get((path, given), (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


@contextmanager
def registry() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        server.replies, server.heard = {}, []  # type: ignore[attr-defined]
        server.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def status(server: Any, *, proxy: str = "") -> int:
    return RealHost().has_image(server.url + MANIFEST, proxy=proxy)


@pytest.mark.parametrize("code", [200, 404, 403, 429, 503])
def test_the_status_is_told(code: int) -> None:
    """One HEAD, and what the registry says."""
    with registry() as server:
        server.replies[MANIFEST, ""] = (code, {}, b"")
        assert status(server) == code
    assert server.heard == [("HEAD", MANIFEST, "")]


def challenge(server: Any, realm: str) -> dict[str, str]:
    asked = f'Bearer realm="{realm}",service="here",scope="repository:pause:pull"'
    return {"WWW-Authenticate": asked}


@pytest.mark.parametrize("key", ["token", "access_token"])
def test_a_token_for_anybody(key: str) -> None:
    """A registry that wants a token is shown the one that its service hands out."""
    with registry() as server:
        server.replies |= {
            (MANIFEST, ""): (401, challenge(server, f"{server.url}/token"), b""),
            ("/token", ""): (200, {}, json.dumps({key: "free"}).encode()),
            (MANIFEST, "Bearer free"): (200, {}, b""),
        }
        assert status(server) == 200
    asked = "/token?service=here&scope=repository%3Apause%3Apull"
    assert server.heard[1] == ("GET", asked, "")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"not JSON"])
def test_no_token(body: bytes) -> None:
    """Where none is given, the registry's first word stands."""
    with registry() as server:
        server.replies |= {
            (MANIFEST, ""): (401, challenge(server, f"{server.url}/token"), b""),
            ("/token", ""): (200 if body else 403, {}, body),
        }
        assert status(server) == 401


@pytest.mark.parametrize("realm", ["file:///etc/passwd", "ftp://127.0.0.1/", ""])
def test_no_service_of_another_kind(realm: str) -> None:
    """What isn't spoken to as the registry is isn't asked."""
    with registry() as server:
        server.replies[MANIFEST, ""] = (401, challenge(server, realm), b"")
        assert status(server) == 401
    assert len(server.heard) == 1


def test_redirects_are_followed() -> None:
    """As registry.k8s.io has them: it knows who keeps an image."""
    with registry() as server:
        server.replies |= {
            (MANIFEST, ""): (307, {"Location": f"{server.url}/elsewhere"}, b""),
            ("/elsewhere", ""): (200, {}, b""),
        }
        assert status(server) == 200


def test_a_proxy() -> None:
    """It is asked for the whole address."""
    with registry() as server:
        server.replies["http://registry.example" + MANIFEST, ""] = (200, {}, b"")
        host = RealHost()
        assert host.has_image("http://registry.example" + MANIFEST, proxy=server.url) == 200


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose proxy counts is for the check to say."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with registry() as server:
        server.replies[MANIFEST, ""] = (200, {}, b"")
        assert status(server) == 200


def test_no_answer() -> None:
    """Without an answer there is an OSError with plain words."""
    with registry() as server:
        url = server.url
    with pytest.raises(OSError, match=r"^Connection refused$"):
        RealHost().has_image(url + MANIFEST)


def test_another_certificate() -> None:
    """What doesn't speak TLS isn't believed over https."""
    with registry() as server, pytest.raises(OSError, match=r"SSL|wrong version"):
        RealHost().has_image(server.url.replace("http:", "https:") + MANIFEST)


def test_a_rehearsal_asks_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It changes nothing to ask."""
    base = FakeHost()
    base.manifests[""] = 404
    folder = tmp_path_factory.mktemp("rehearsal")
    host: Host = RehearsalHost(base, str(folder))
    assert host.has_image("https://registry.example/v2/x", proxy="http://proxy") == 404
    assert base.sought == [("https://registry.example/v2/x", "http://proxy")]
