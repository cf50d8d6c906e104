"""A container runtime's CRI socket, spoken with h2's server side; each call is scripted.

A call that goes on, message by message, is given a `Turn` of its own for each connection.
"""

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
import h2.exceptions

from phases.system import cri, wire
from phases.system.grpc_unix import first

Answer = bytes | Exception | Callable[[bytes], bytes]
Turn = Callable[[dict[str, str], bytes], tuple[bytes, bool]]
"""What is said to one message, and whether that was the end; a Refusal ends it too."""


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
    turns: dict[str, Callable[[], Turn]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    hang: bool = False
    raw: bytes = b""

    def on(self, call: cri.Call, values: Mapping[str, Any]) -> None:
        self.answers[call.path] = wire.encode(call.response, values)

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


OPEN = [(":status", "200"), ("content-type", "application/grpc")]


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
        self._turn: Turn | None = None

    def take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived():
                self._headers = {str(key): str(value) for key, value in event.headers or ()}
                if begin := self._script.turns.get(self._headers[":path"]):
                    self._turn = begin()
                    self._http.send_headers(1, OPEN)
            case h2.events.DataReceived():
                self._body += event.data or b""
                with suppress(h2.exceptions.StreamClosedError):  # cut short by what came behind it
                    self._http.acknowledge_received_data(event.flow_controlled_length or 0, 1)
                if self._turn is not None:
                    self._take_turns(self._turn)
            case h2.events.StreamEnded() if self._turn is None:
                self._answer()
            case h2.events.StreamReset():
                self._script.cancelled.set()
                self._left, self._trailers, self._turn = b"", [], None

    def _take_turns(self, turn: Turn) -> None:
        """Each message that is whole is answered at once."""
        while not self._trailers and (found := first(self._body)) is not None:
            self._body = self._body[5 + len(found) :]
            try:
                said, ended = turn(self._headers, found)
            except Refusal as refusal:
                status = ("grpc-status", str(refusal.code))
                self._trailers = [status, ("grpc-message", quote(str(refusal)))]
                return
            self._left += struct.pack(">?I", False, len(said)) + said
            if ended:
                self._trailers = [("grpc-status", "0")]

    def pump(self) -> None:
        """Sends as much as the client's windows allow."""
        while self._left and (room := self._room()):
            self._http.send_data(1, self._left[:room])
            self._left = self._left[room:]
        if self._trailers and not self._left:
            self._http.send_headers(1, self._trailers, end_stream=True)
            self._trailers = []
            if self._turn is not None:  # as gRPC's servers do where the client could still go on
                self._http.reset_stream(1)
                self._turn = None
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
        try:
            content = answer(self._body[5:]) if callable(answer) else answer
        except Refusal as refusal:
            self._refuse(refusal)
            return
        assert isinstance(content, bytes)
        self._http.send_headers(1, OPEN)
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
