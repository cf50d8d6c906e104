"""A name server for a table of names: an address for each, NXDOMAIN for all others. It answers one
question at a time, over UDP, and knows no recursion."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from socketserver import BaseRequestHandler, ThreadingUDPServer

TYPE_A, CLASS_IN, SECONDS = 1, 1, 60
ANSWERED, UNKNOWN = 0x8580, 0x8583  # authoritative, as the standard's flags and codes have it
THE_NAME_ASKED = b"\xc0\x0c"


def server(address: str, table: Mapping[str, str]) -> ThreadingUDPServer:
    """A server that answers for a table of names to IPv4 addresses; the caller lets it serve."""

    class Answers(BaseRequestHandler):
        def handle(self) -> None:
            question, reply_to = self.request
            reply_to.sendto(answer(question, table), self.client_address)

    return ThreadingUDPServer((address, 53), Answers)


def answer(query: bytes, table: Mapping[str, str]) -> bytes:
    """The answer to a query as it came over the wire."""
    name, end = _name(query)
    kind, _ = struct.unpack("!HH", query[end : end + 4])
    found = table.get(name.lower())
    records = b""
    if found and kind == TYPE_A:
        data = socket.inet_aton(found)
        records = THE_NAME_ASKED + struct.pack("!HHIH", TYPE_A, CLASS_IN, SECONDS, len(data)) + data
    flags = ANSWERED if found else UNKNOWN
    head = query[:2] + struct.pack("!HHHHH", flags, 1, 1 if records else 0, 0, 0)
    return head + query[12 : end + 4] + records


def _name(query: bytes) -> tuple[str, int]:
    """The name a query asks for, and where it ends."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels), at + 1
