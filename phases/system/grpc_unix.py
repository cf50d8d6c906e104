"""gRPC over a unix socket, on the pure Python HTTP/2 of `h2`: one question, an answer or a short stream
of them. Messages are bytes here.

One connection for each call: they are rare, local, and then never stale.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import unquote

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, NOT_FOUND, UNIMPLEMENTED = 0, 1, 2, 4, 5, 12
LIMIT = 64 << 20
SLICE = 0.2
WINDOW = 1 << 20
NOTHING: Mapping[str, str] = MappingProxyType({})


class GrpcError(Exception):
    """A call that was answered with a status other than OK, or not answered in time."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def unary(
    address: str,
    method: str,
    request: bytes,
    *,
    timeout: float,
    stop: threading.Event | None = None,
    headers: Mapping[str, str] = NOTHING,
    streams: bool = False,
) -> bytes:
    """The answer's message. Raises GrpcError, or OSError when nobody listens at the socket.

    Setting `stop` cancels the call, on the other side too. Of an answer that `streams`, all messages
    one behind the other, which makes one long list of their lists.
    """
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.settimeout(min(timeout, 5.0))
        stream.connect(address)
        call = Exchange(stream, deadline, stop or threading.Event())
        try:
            call.ask(method, request, timeout, headers)
            return call.answer(streams)
        except h2.exceptions.ProtocolError as error:
            raise GrpcError(UNKNOWN, f"not HTTP/2: {error!r}") from error


class Exchange:
    """The state of one call on one connection."""

    def __init__(self, stream: socket.socket, deadline: float, stop: threading.Event) -> None:
        self._stream = stream
        self._deadline = deadline
        self._stop = stop
        self._http = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._ended = False

    def ask(self, method: str, request: bytes, timeout: float, more: Mapping[str, str]) -> None:
        """Sends the request; ours are far below one frame, so no window can block them."""
        self._http.initiate_connection()
        self._http.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: WINDOW})
        self._http.send_headers(1, [*heading(method, timeout), *more.items()])
        self._http.send_data(1, struct.pack(">?I", False, len(request)) + request, end_stream=True)
        self._flush()

    def answer(self, streams: bool) -> bytes:
        """Reads on to the end of the stream; what is in it."""
        while not self._ended:
            received = self._receive()
            if not received:
                raise ConnectionResetError("the runtime closed the connection")
            for event in self._http.receive_data(received):
                self._take(event)
            self._flush()
        check(self._headers)
        found = list(messages(bytes(self._body)))
        if len(found) != 1 and not streams:
            raise GrpcError(UNKNOWN, f"an answer of {len(found)} messages")
        return b"".join(found)

    def _receive(self) -> bytes:
        while True:
            left = self._deadline - time.monotonic()
            if self._stop.is_set() or left <= 0:
                self._give_up()
            self._stream.settimeout(min(max(left, 0.001), SLICE))
            try:
                return self._stream.recv(1 << 16)
            except TimeoutError:
                continue

    def _give_up(self) -> None:
        self._http.reset_stream(1, h2.errors.ErrorCodes.CANCEL)
        self._flush()
        if self._stop.is_set():
            raise GrpcError(CANCELLED, "cancelled")
        raise GrpcError(DEADLINE_EXCEEDED, "no answer in time")

    def _take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived() | h2.events.TrailersReceived():
                self._headers |= {str(key): str(value) for key, value in event.headers or ()}
            case h2.events.DataReceived():
                self._body += event.data or b""
                self._http.acknowledge_received_data(event.flow_controlled_length or 0, 1)
                if len(self._body) > LIMIT:
                    raise GrpcError(UNKNOWN, f"an answer of more than {LIMIT} bytes")
            case h2.events.StreamEnded():
                self._ended = True
            case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                raise GrpcError(UNKNOWN, f"broken off with HTTP/2 error {event.error_code}")

    def _flush(self) -> None:
        if data := self._http.data_to_send():
            self._stream.sendall(data)


def heading(method: str, timeout: float) -> list[tuple[str, str]]:
    return [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", method),
        (":authority", "localhost"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("grpc-timeout", f"{max(int(timeout * 1000), 1)}m"),
        ("user-agent", "kubeboot-tui"),
    ]


def check(headers: Mapping[str, str]) -> None:
    """Raises GrpcError for an answer that has ended with any status but OK."""
    if headers.get(":status") != "200":
        raise GrpcError(UNKNOWN, f"HTTP status {headers.get(':status')}")
    status = headers.get("grpc-status", "")
    if status != str(OK):
        code = int(status) if status.isdigit() else UNKNOWN
        raise GrpcError(code, unquote(headers.get("grpc-message", "")) or f"gRPC status {code}")


def messages(body: bytes) -> Iterator[bytes]:
    """The plain messages that a body is made of. Raises GrpcError where it is made of anything else."""
    at = 0
    while at < len(body):
        packed, size = struct.unpack_from(">?I", body, at) if len(body) >= at + 5 else (True, 0)
        if packed or at + 5 + size > len(body):
            raise GrpcError(UNKNOWN, "an answer that isn't made of plain messages")
        yield body[at + 5 : at + 5 + size]
        at += 5 + size
