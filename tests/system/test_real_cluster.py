"""The real cluster against a small API server on TLS: what goes out, what comes back, what fails how."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from phases.system import real_cluster
from phases.system.ports import ClusterError, Object, Ref
from phases.system.real_cluster import RealCluster
from tests.system.certificates import Authority
from tests.system.kubeconfigs import kubeconfig

SETTINGS = Ref("v1", "ConfigMap", "settings", "kube-system")
THING: Object = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "kube-system"},
    "data": {"a": "1"},
}


@dataclass
class Heard:
    method: str
    path: str
    kind: str
    body: Any
    client: str


Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """Answers each request with the next reply, the last one again and again."""

    port: int = 0
    replies: list[Reply] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    talk: Callable[[BaseHTTPRequestHandler], None] | None = None

    def will_say(self, status: int, body: Any, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.replies.append((status, headers, raw))


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            certificate: Any = self.connection.getpeercert()
            client = dict(one[0] for one in certificate["subject"])["commonName"]
            kind = self.headers.get("Content-Type", "")
            server.heard.append(Heard(self.command, self.path, kind, body, client))
            if server.talk:
                server.talk(self)
                return
            reply = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
            self.send_response(reply[0])
            for name, value in {"Content-Length": str(len(reply[2])), **reply[1]}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply[2])

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    return Handler


class Quiet(ThreadingHTTPServer):
    """A server that keeps refused handshakes to itself."""

    daemon_threads = True
    context: ssl.SSLContext

    def get_request(self) -> Any:
        stream, address = super().get_request()
        return self.context.wrap_socket(stream, server_side=True), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


@pytest.fixture
def server(authority: Authority) -> Iterator[Server]:
    found = Server()
    with Quiet(("127.0.0.1", 0), handler(found)) as http:
        http.context = authority.server("kubernetes", "127.0.0.1", mutual=True)
        found.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield found
        http.shutdown()
        thread.join(5)


@pytest.fixture
def cluster(server: Server, authority: Authority) -> RealCluster:
    raw = kubeconfig("https://192.0.2.1:1", authority, *authority.issue("kubernetes-admin"))
    return RealCluster(raw, f"https://127.0.0.1:{server.port}")


def test_get(server: Server, cluster: RealCluster) -> None:
    """An object comes back as the server gave it; our certificate is shown."""
    server.will_say(200, THING)
    assert cluster.get(SETTINGS) == THING
    heard = server.heard[0]
    assert (heard.method, heard.path) == (
        "GET",
        "/api/v1/namespaces/kube-system/configmaps/settings",
    )
    assert heard.client == "kubernetes-admin"


def test_list(server: Server, cluster: RealCluster) -> None:
    """The items of a list are objects with their kind, chosen by a selector."""
    server.will_say(200, {"items": [{"metadata": {"name": "a"}}]})
    found = cluster.list("v1", "Pod", namespace="kube-system", selector="tier=control-plane,a!=b")
    assert found == ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},)
    assert server.heard[0].path == (
        "/api/v1/namespaces/kube-system/pods?labelSelector=tier%3Dcontrol-plane%2Ca%21%3Db"
    )


def test_changes(server: Server, cluster: RealCluster) -> None:
    """Create, replace, patch and delete are a POST, PUT, PATCH and DELETE with the object or the change."""
    server.will_say(201, THING)
    server.will_say(200, THING)
    assert cluster.create(THING) == THING
    cluster.replace(THING)
    cluster.patch(SETTINGS, {"data": {"a": None, "list": ("x",)}})
    cluster.delete(SETTINGS)
    one = "/api/v1/namespaces/kube-system/configmaps/settings"
    assert [(heard.method, heard.path, heard.kind) for heard in server.heard] == [
        ("POST", one.rpartition("/")[0], "application/json"),
        ("PUT", one, "application/json"),
        ("PATCH", one, "application/merge-patch+json"),
        ("DELETE", one, ""),
    ]
    assert [heard.body for heard in server.heard] == [
        THING,
        THING,
        {"data": {"a": None, "list": ["x"]}},
        None,
    ]


def test_a_refusal_has_the_servers_words(server: Server, cluster: RealCluster) -> None:
    """Status, reason and message are those of the Status object."""
    server.will_say(403, {"kind": "Status", "reason": "Forbidden", "message": "webhook says no"})
    with pytest.raises(ClusterError) as caught:
        cluster.create(THING)
    error = caught.value
    assert (error.status, error.reason, error.message) == (403, "Forbidden", "webhook says no")


def test_a_missing_object_is_none(server: Server, cluster: RealCluster) -> None:
    """Not found by name is an answer; a path that isn't served is an error."""
    server.will_say(404, {"kind": "Status", "reason": "NotFound", "message": "no"})
    server.will_say(404, b"404 page not found")
    assert cluster.get(SETTINGS) is None
    with pytest.raises(ClusterError, match="404 page not found"):
        cluster.get(SETTINGS)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_nothing_is_retried_here(server: Server, cluster: RealCluster, status: int) -> None:
    """Retry-After or not, one call is one request; patience belongs to the caller."""
    server.will_say(status, b"busy", **{"Retry-After": "0"})
    with pytest.raises(ClusterError) as caught:
        cluster.get(SETTINGS)
    assert caught.value.status == status
    assert len(server.heard) == 1


def test_redirects_are_not_followed(server: Server, cluster: RealCluster) -> None:
    """Nobody sends our credentials elsewhere."""
    server.will_say(302, b"", Location=f"https://127.0.0.1:{server.port}/elsewhere")
    with pytest.raises(ClusterError) as caught:
        cluster.get(SETTINGS)
    assert caught.value.status == 302
    assert len(server.heard) == 1


@pytest.mark.parametrize("body", [b"<html>hello</html>", b'{"kind": "Conf', b"[]", b""])
def test_what_is_no_object_is_garbled(server: Server, cluster: RealCluster, body: bytes) -> None:
    """A page, half an object and nothing at all count as no answer."""
    server.will_say(200, body)
    with pytest.raises(ClusterError) as caught:
        cluster.get(SETTINGS)
    assert (caught.value.status, caught.value.reason) == (0, "Garbled")


def test_a_connection_that_breaks_off(server: Server, cluster: RealCluster) -> None:
    """An answer that ends in the middle is unreachable, not half an object."""

    def talk(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"kind":')
        request.close_connection = True

    server.talk = talk
    with pytest.raises(ClusterError) as caught:
        cluster.get(SETTINGS)
    assert (caught.value.status, caught.value.reason) == (0, "Unreachable")


def silence(_request: BaseHTTPRequestHandler) -> None:
    time.sleep(1.0)


def trickle(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(20):
        time.sleep(0.05)
        request.wfile.write(b" ")


@pytest.mark.parametrize("talk", [silence, trickle])
def test_a_hung_server(
    server: Server,
    cluster: RealCluster,
    talk: Callable[[BaseHTTPRequestHandler], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Silence and a trickle both end with the time limit."""
    monkeypatch.setattr(real_cluster, "TIMEOUT", 0.3)
    server.talk = talk
    began = time.monotonic()
    with pytest.raises(ClusterError) as caught:
        cluster.get(SETTINGS)
    assert time.monotonic() - began < 0.9
    assert (caught.value.status, caught.value.reason) == (0, "Timeout")


def test_nobody_listens(authority: Authority) -> None:
    """A refused connection is told with the server's address."""
    raw = kubeconfig("https://127.0.0.1:1", authority, *authority.issue("admin"))
    with pytest.raises(ClusterError, match=r"https://127\.0\.0\.1:1: .*refused") as caught:
        RealCluster(raw).get(SETTINGS)
    assert (caught.value.status, caught.value.reason) == (0, "Unreachable")


def test_a_wrong_server_gets_nothing(server: Server, authority: Authority) -> None:
    """A server of another authority is not to be trusted, and hears no request."""
    other = Authority("another cluster")
    raw = kubeconfig(f"https://127.0.0.1:{server.port}", other, *authority.issue("admin"))
    with pytest.raises(ClusterError) as caught:
        RealCluster(raw).get(SETTINGS)
    assert (caught.value.status, caught.value.reason) == (0, "Untrusted")
    assert server.heard == []


def test_a_server_under_another_name_gets_nothing(server: Server, authority: Authority) -> None:
    """A certificate without the address that was asked for is not to be trusted."""
    raw = kubeconfig(f"https://localhost:{server.port}", authority, *authority.issue("admin"))
    with pytest.raises(ClusterError) as caught:
        RealCluster(raw).get(SETTINGS)
    assert caught.value.reason == "Untrusted"
    assert server.heard == []


def test_proxies_are_never_used(
    server: Server, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxy variables have no effect on the way to the API server."""
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.will_say(200, THING)
    raw = kubeconfig(f"https://127.0.0.1:{server.port}", authority, *authority.issue("admin"))
    assert RealCluster(raw).get(SETTINGS) == THING


def test_fetch(server: Server, cluster: RealCluster) -> None:
    """A plain path gives any status and its text."""
    server.will_say(500, b"[-]etcd failed")
    reply = cluster.fetch("/livez?verbose")
    assert (reply.status, reply.body) == (500, "[-]etcd failed")
    assert server.heard[0].path == "/livez?verbose"


def test_a_token_is_sent(server: Server, authority: Authority) -> None:
    """A kubeconfig with a token and a certificate shows both."""
    seen: list[str] = []

    def talk(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.headers["Authorization"])
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server.talk = talk
    raw = kubeconfig(f"https://127.0.0.1:{server.port}", authority, *authority.issue("admin"))
    raw = raw.replace(b"  user:\n    client-cert", b"  user:\n    token: abc\n    client-cert")
    RealCluster(raw).get(SETTINGS)
    assert seen == ["Bearer abc"]
