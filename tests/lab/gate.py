"""A gate before the lab's registry: it may ask for a login, say that it has had enough, and counts.

It listens at the bridge's own address, in the process of the test, and ends with it.
"""

from __future__ import annotations

import base64
import http.client
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import machine, network
from .node import Node

PASSED_ON = ("Accept", "Range")


@dataclass
class Gate:
    """`login` is the name and password asked for, `busy` how many manifests are refused first (429)."""

    login: tuple[str, str] | None = None
    busy: int = 0
    address: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    given: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open_on(self, node: Node) -> None:
        """Lets a node's containerd speak to it under its own name, without TLS."""
        node.write(f"/etc/containerd/certs.d/{self.address}/hosts.toml", HOSTS.format(self.address))


HOSTS = """\
server = "http://{0}"

[host."http://{0}"]
  capabilities = ["pull", "resolve"]
"""


@contextmanager
def gate(**how: Any) -> Iterator[Gate]:
    """Serves until the end of the `with`; the registry behind it has to be up."""
    found = Gate(**how)
    server = Server(found)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


class Server(ThreadingHTTPServer):
    def __init__(self, found: Gate) -> None:
        super().__init__((network.GATEWAY, 0), Handler)
        self.gate = found
        found.address = f"{network.GATEWAY}:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        with suppress(ConnectionError):  # whoever asked may go away
            self.answer()

    def do_HEAD(self) -> None:
        self.do_GET()

    def answer(self) -> None:
        found = self.server.gate
        with found.lock:
            found.asked[self.path] += 1
            busy = "/manifests/" in self.path and found.busy > 0
            found.busy -= busy
        if not self.is_known(found.login):
            self.refuse(401, {"WWW-Authenticate": 'Basic realm="the lab"'})
        elif busy:
            self.refuse(429, {"Retry-After": "1"})
        else:
            self.hand_on(found)

    def is_known(self, login: tuple[str, str] | None) -> bool:
        pair = base64.b64encode(":".join(login or ()).encode()).decode()
        return login is None or self.headers.get("Authorization") == f"Basic {pair}"

    def refuse(self, status: int, more: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**more, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def hand_on(self, found: Gate) -> None:
        """What the registry says; redirects don't come from this one."""
        behind = http.client.HTTPConnection(machine.REGISTRY_ADDRESS)
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        behind.request(self.command, self.path, headers=headers)
        reply = behind.getresponse()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with found.lock:
                found.given += int(reply.headers["Content-Length"])
            shutil.copyfileobj(reply, self.wfile)
        behind.close()

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""
