"""gRPC over a unix socket, on the pure Python HTTP/2 of `h2`: one question and its answer, or a stream of
either. Messages are bytes here.

One connection for each call: they are rare, local, and then never stale.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
HEAD = 5
"""Bytes before each message: whether it is compressed, and its length."""


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
    with talking(address, method, timeout=timeout, stop=stop, headers=headers) as call:
        call.send(request, last=True)
        return call.answer(streams)


@contextmanager
def talking(
    address: str,
    method: str,
    *,
    timeout: float,
    stop: threading.Event | None = None,
    headers: Mapping[str, str] = NOTHING,
) -> Iterator[Exchange]:
    """A call that is under way: what is sent and what is read is for whoever opened it to say.

    `timeout` is for all of it. Raises what `unary` raises.
    """
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.settimeout(min(timeout, 5.0))
        stream.connect(address)
        call = Exchange(stream, deadline, stop or threading.Event())
        try:
            call.open(method, timeout, headers)
            yield call
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

    def open(self, method: str, timeout: float, more: Mapping[str, str]) -> None:
        self._http.initiate_connection()
        self._http.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: WINDOW})
        self._http.send_headers(1, [*heading(method, timeout), *more.items()])
        self._flush()

    def send(self, message: bytes, *, last: bool = False) -> None:
        """Sends a message, as fast as the other side takes it; nothing follows the `last`."""
        left = memoryview(struct.pack(">?I", False, len(message)) + message)
        while left:
            if self._ended:
                check(self._headers)
                raise GrpcError(UNKNOWN, "the runtime ended the call before it had heard all")
            part, left = left[: self._room()], left[self._room() :]
            if part:
                self._http.send_data(1, bytes(part), end_stream=last and not left)
                self._flush()
            else:
                self._listen()

    def _room(self) -> int:
        return min(self._http.local_flow_control_window(1), self._http.max_outbound_frame_size)

    def receive(self) -> bytes:
        """The next message of an answer that goes on. Raises GrpcError for one that has ended."""
        while (found := first(self._body)) is None:
            if self._ended:
                check(self._headers)
                raise GrpcError(UNKNOWN, "the runtime ended the call before it had answered all")
            self._listen()
        del self._body[: HEAD + len(found)]
        return found

    def answer(self, streams: bool) -> bytes:
        """Reads on to the end of the stream; what is in it."""
        while not self._ended:
            self._listen()
        check(self._headers)
        found = list(messages(bytes(self._body)))
        if len(found) != 1 and not streams:
            raise GrpcError(UNKNOWN, f"an answer of {len(found)} messages")
        return b"".join(found)

    def _listen(self) -> None:
        """Takes in what the other side has to say next."""
        received = self._receive()
        if not received:
            raise ConnectionResetError("the runtime closed the connection")
        for event in self._http.receive_data(received):
            self._take(event)
        self._flush()

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
            case h2.events.StreamReset() | h2.events.ConnectionTerminated() if not self._ended:
                raise GrpcError(UNKNOWN, f"broken off with HTTP/2 error {event.error_code}")

    def _flush(self) -> None:
        if data := self._http.data_to_send():
            self._stream.settimeout(max(self._deadline - time.monotonic(), SLICE))
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


def first(body: bytes | bytearray) -> bytes | None:
    """The message that a body begins with, None before all of it is there."""
    packed, size = struct.unpack_from(">?I", body) if len(body) >= HEAD else (False, LIMIT)
    if packed:
        raise GrpcError(UNKNOWN, "an answer that isn't made of plain messages")
    return bytes(body[HEAD : HEAD + size]) if len(body) >= HEAD + size else None


def messages(body: bytes) -> Iterator[bytes]:
    """The plain messages that a body is made of. Raises GrpcError where it is made of anything else."""
    while body:
        if (found := first(body)) is None:
            raise GrpcError(UNKNOWN, "an answer that isn't made of plain messages")
        yield found
        body = body[HEAD + len(found) :]
