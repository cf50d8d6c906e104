"""One bounded GET of a health endpoint: no proxy, no redirect, no check of the certificate.

Nothing secret may travel this way; what needs trust goes through the Cluster port.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from typing import Any
from urllib.parse import SplitResult, urlsplit

from phases.system.ports import HttpReply

LIMIT = 256 * 1024
PORTS = {"http": 80, "https": 443}


def get(url: str, timeout: float) -> HttpReply:
    """The reply, its body cut at 256 KiB; an OSError if there is none within `timeout` seconds."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise OSError(f"not an http or https address: {url}")
    deadline = time.monotonic() + timeout
    with connected(parts, timeout) as stream:
        try:
            return exchange(Bounded(stream, deadline), parts)
        except http.client.HTTPException as error:
            raise OSError(f"{url}: not an HTTP reply ({error!r})") from error


def connected(parts: SplitResult, timeout: float) -> socket.socket:
    """A stream to the address; a TLS one for https."""
    address = (parts.hostname or "", parts.port or PORTS[parts.scheme])
    plain = socket.create_connection(address, timeout)
    if parts.scheme == "http":
        return plain
    try:
        return unverified().wrap_socket(plain, server_hostname=parts.hostname)
    except BaseException:
        plain.close()
        raise


def unverified() -> ssl.SSLContext:
    """TLS to whoever answers: liveness is asked here, not identity."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def exchange(stream: Bounded, parts: SplitResult) -> HttpReply:
    """One request and its reply over a stream that is already open."""
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.sock = stream
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    connection.request("GET", target, headers={"Connection": "close"})
    reply = connection.getresponse()
    return HttpReply(reply.status, reply.read(LIMIT).decode(errors="replace"))


class Bounded(io.RawIOBase):
    """What http.client needs of a socket, with one deadline over all of it."""

    def __init__(self, stream: socket.socket, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(Bounded(self.stream, self.deadline))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self.in_time().recv_into(buffer)

    def sendall(self, data: bytes) -> None:
        self.in_time().sendall(data)

    def in_time(self) -> socket.socket:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no whole reply in time")
        self.stream.settimeout(left)
        return self.stream
