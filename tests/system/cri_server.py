"""A container runtime's CRI socket, spoken with h2's server side; each call is scripted."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import h2.config
import h2.connection
import h2.events

from phases.system import cri, wire

Answer = bytes | Exception | Callable[[bytes], bytes]


class Refusal(Exception):
    """A gRPC status other than OK."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Script:
    """What is answered to each path, and what has been heard."""

    path: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    hang: bool = False
    raw: bytes = b""

    def on(self, call: cri.Call, values: Mapping[str, Any]) -> None:
        self.answers[call.path] = full(call.response, values)

    def refuse(self, call: cri.Call, code: int, message: str) -> None:
        self.answers[call.path] = Refusal(code, message)


@contextmanager
def serving(path: Path) -> Iterator[Script]:
    """A runtime listening at `path`."""
    script = Script(path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        threading.Thread(target=accept, args=(server, script), daemon=True).start()
        yield script
        server.shutdown(socket.SHUT_RDWR)


def accept(server: socket.socket, script: Script) -> None:
    while True:
        try:
            stream, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=talk, args=(stream, script), daemon=True).start()


def talk(stream: socket.socket, script: Script) -> None:
    """One connection, to its end, which may come at any time."""
    with stream, suppress(OSError):
        if script.raw:
            stream.sendall(script.raw)
            return
        http = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        )
        http.initiate_connection()
        call = Conversation(http, stream, script)
        while received := stream.recv(1 << 16):
            for event in http.receive_data(received):
                call.take(event)
            call.pump()


class Conversation:
    """One call on one connection."""

    def __init__(
        self, http: h2.connection.H2Connection, stream: socket.socket, script: Script
    ) -> None:
        self._http = http
        self._stream = stream
        self._script = script
        self._headers: dict[str, str] = {}
        self._body = b""
        self._left = b""
        self._trailers: list[tuple[str, str]] = []

    def take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived():
                self._headers = {str(key): str(value) for key, value in event.headers or ()}
            case h2.events.DataReceived():
                self._body += event.data or b""
            case h2.events.StreamEnded():
                self._answer()
            case h2.events.StreamReset():
                self._script.cancelled.set()

    def pump(self) -> None:
        """Sends as much as the client's windows allow."""
        while self._left and (room := self._room()):
            self._http.send_data(1, self._left[:room])
            self._left = self._left[room:]
        if self._trailers and not self._left:
            self._http.send_headers(1, self._trailers, end_stream=True)
            self._trailers = []
        self._stream.sendall(self._http.data_to_send())

    def _room(self) -> int:
        return min(self._http.local_flow_control_window(1), self._http.max_outbound_frame_size)

    def _answer(self) -> None:
        path = self._headers[":path"]
        self._script.heard.append((path, self._headers, self._body[5:]))
        if self._script.hang:
            return
        service = path.split("/")[1]
        answer = self._script.answers.get(path, Refusal(12, f"unknown service {service}"))
        if isinstance(answer, Refusal):
            self._refuse(answer)
            return
        content = answer(self._body[5:]) if callable(answer) else answer
        assert isinstance(content, bytes)
        self._http.send_headers(1, [(":status", "200"), ("content-type", "application/grpc")])
        self._left = struct.pack(">?I", False, len(content)) + content
        self._trailers = [("grpc-status", "0"), ("grpc-message", "")]

    def _refuse(self, refusal: Refusal) -> None:
        headers = [
            (":status", "200"),
            ("content-type", "application/grpc"),
            ("grpc-status", str(refusal.code)),
            ("grpc-message", quote(str(refusal))),
        ]
        self._http.send_headers(1, headers, end_stream=True)


def full(message: wire.Message, values: Mapping[str, Any]) -> bytes:
    """Any message on the wire, lists and maps too, which the product itself never sends."""
    return b"".join(
        encoded(known, one)
        for name, value in values.items()
        for known in [message[name]]
        for one in (value if known.many else value.items() if known.kind == "map" else [value])
    )


def encoded(known: wire.Field, one: Any) -> bytes:
    if known.kind == "map":
        inner = full(wire.PAIR, {"key": one[0], "value": one[1]})
    elif isinstance(known.kind, Mapping):
        inner = full(known.kind, one)
    else:
        return wire.encode_field(known, one)
    return wire.varint(known.number << 3 | wire.LENGTH) + wire.varint(len(inner)) + inner
