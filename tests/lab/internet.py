"""A stand-in for the internet: package repositories, release binaries and the image registry under the
names the world knows them by, inside the lab's network only.

A bare node asks its name server and trusts the lab's authority, so that whatever is set to the public
defaults works there unchanged. Besides them there are mirrors: an honest one, one that was tampered with,
and one that is somebody else's altogether. What is served is made in packages.py; the images are those of
registry.py.
"""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache as once
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from . import authority, nameserver, network, packages, registry, versions
from .service import Service

ADDRESS, IMAGES_ADDRESS = f"{network.PREFIX}.2", f"{network.PREFIX}.3"
MIRROR, FORGED, IMPOSTOR = "mirror.example", "forged.example", "impostor.example"

# as the real ones do
REDIRECTS = {
    "pkgs.k8s.io": "https://prod-cdn.packages.k8s.io/repositories/isv:/kubernetes:",
    "dl.k8s.io": "https://cdn.dl.k8s.io",
}
SITES: dict[str, Callable[[], tuple[Path, ...]]] = {
    "prod-cdn.packages.k8s.io": lambda: (packages.community(),),
    "cdn.dl.k8s.io": lambda: (packages.releases(),),
    "debian.example": lambda: (packages.archive(),),
    MIRROR: lambda: (_stable(packages.community()), packages.releases()),
    FORGED: lambda: (_stable(packages.forged()), packages.forged()),
    IMPOSTOR: lambda: (_stable(packages.impostor()),),
}
NAMES = (*REDIRECTS, *SITES, versions.REGISTRY)
"""Every name there is."""


class Internet:
    """A hold on the stand-in: it answers until this is closed."""

    def __init__(self) -> None:
        self._hold = SERVICE.hold()

    def close(self) -> None:
        os.close(self._hold)


def prepare() -> None:
    """Make everything that is served."""
    network.ensure_bridge()
    for address in (ADDRESS, IMAGES_ADDRESS):
        network.ensure_address(address)
    authority.certificate(NAMES)
    registry.storage()
    _folders()


@once
def _folders() -> dict[str, tuple[Path, ...]]:
    return {name: folders() for name, folders in SITES.items()}


def _stable(root: Path) -> Path:
    """The folder that a mirror of the community's repository shows at its top."""
    return root / packages.COMMUNITY.partition("/core:")[0]


class _Site(SimpleHTTPRequestHandler):
    """Files of the site that was asked for by name, or the way to the site that has them."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BytesIO | BinaryIO | None:
        host = self.headers.get("Host", "").partition(":")[0]
        if host in REDIRECTS:
            self.send_response(302)
            self.send_header("Location", REDIRECTS[host] + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        folders = _folders().get(host, ())
        for folder in folders:
            self.directory = str(folder)
            if Path(self.translate_path(self.path)).exists():
                return super().send_head()
        self.send_error(404)
        return None

    def address_string(self) -> str:
        """Who asked, and of which site, as the log has it."""
        asked = getattr(self, "headers", None) or {}
        return f"{self.client_address[0]} {asked.get('Host', '?')}"


def _addresses() -> dict[str, str]:
    nodes = {network.host_name(number): network.address(number) for number in network.NUMBERS}
    web = dict.fromkeys((*REDIRECTS, *SITES), ADDRESS)
    return {**nodes, **web, versions.REGISTRY: IMAGES_ADDRESS}


@contextmanager
def _serving() -> Iterator[Callable[[], bool]]:
    made = authority.certificate(NAMES)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made / "server.crt", made / "server.key")
    words = f", tls: {{certificate: {made / 'server.crt'}, key: {made / 'server.key'}}}"
    with ExitStack() as open_until_end:
        plain, secure = (ThreadingHTTPServer((ADDRESS, port), _Site) for port in (80, 443))
        secure.socket = tls.wrap_socket(  # each handshake in a thread of its own
            secure.socket, server_side=True, do_handshake_on_connect=False
        )
        for server in (plain, secure, nameserver.server(ADDRESS, _addresses())):
            open_until_end.enter_context(server)
            Thread(target=server.serve_forever, daemon=True).start()
        images = registry.serving("internet", f"{IMAGES_ADDRESS}:443", words)
        yield open_until_end.enter_context(images)


def _ask() -> None:
    for address in (ADDRESS, IMAGES_ADDRESS):
        with socket.create_connection((address, 443), timeout=1):
            pass


SERVICE = Service("internet", prepare, _ask)


if __name__ == "__main__":
    SERVICE.serve(sys.argv[1], _serving())
