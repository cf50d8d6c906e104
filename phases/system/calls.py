"""Calls to a container runtime at its socket: what goes out, what comes back, and each way to fail in words.

What the calls are lives in `cri`, `content` and `image_store`; how they travel in `grpc_unix`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from phases.system import cri, wire
from phases.system.grpc_unix import (
    DEADLINE_EXCEEDED,
    NOTHING,
    OK,
    UNIMPLEMENTED,
    Exchange,
    GrpcError,
    talking,
    unary,
)
from phases.system.ports import RuntimeFailure

ENABLE = "enable its CRI plugin (containerd: disabled_plugins in /etc/containerd/config.toml)"


@dataclass(frozen=True, slots=True)
class Talk:
    """One call whose questions and answers take turns."""

    call: cri.Call
    exchange: Exchange

    def say(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Sends one message; what is said to it."""
        self.exchange.send(wire.encode(self.call.request, values))
        return wire.decode(self.call.response, self.exchange.receive())


class Caller:
    """Whoever speaks to the runtime at `path`; `timeout` where a call doesn't say its own."""

    def __init__(self, path: str, timeout: float) -> None:
        self.path = path
        self._timeout = timeout

    def ask(
        self,
        call: cri.Call,
        values: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        stop: threading.Event | None = None,
        but: int = OK,
        headers: Mapping[str, str] = NOTHING,
    ) -> dict[str, Any]:
        """The answer; an empty one for the status `but`. Raises RuntimeFailure."""
        seconds = timeout or self._timeout
        with self._in_words(call, seconds):
            try:
                raw = unary(
                    self.path,
                    call.path,
                    wire.encode(call.request, values or {}),
                    timeout=seconds,
                    stop=stop,
                    headers=headers,
                    streams=call.streams,
                )
            except GrpcError as error:
                if but == OK or error.code != but:
                    raise
                raw = b""
            return wire.decode(call.response, raw)

    @contextmanager
    def talk(
        self,
        call: cri.Call,
        *,
        timeout: float,
        stop: threading.Event | None = None,
        headers: Mapping[str, str] = NOTHING,
    ) -> Iterator[Talk]:
        """A call of several messages. Raises RuntimeFailure."""
        with (
            self._in_words(call, timeout),
            talking(self.path, call.path, timeout=timeout, stop=stop, headers=headers) as exchange,
        ):
            yield Talk(call, exchange)

    @contextmanager
    def _in_words(self, call: cri.Call, seconds: float) -> Iterator[None]:
        try:
            yield
        except GrpcError as error:
            raise self.failure(answered(error, seconds), error.code) from error
        except OSError as error:
            raise self.failure(unreachable(error)) from error
        except ValueError as error:
            raise self.failure(f"an answer to {call.name} that can't be read: {error}") from error

    def failure(self, words: str, code: int = OK) -> RuntimeFailure:
        return RuntimeFailure(f"{self.path}: {words}", code)


def answered(error: GrpcError, seconds: float) -> str:
    """What a call's status means to an operator."""
    if error.code == DEADLINE_EXCEEDED:
        return f"the container runtime gave no answer within {seconds:g} s: it hangs"
    if error.code == UNIMPLEMENTED and "unknown service runtime." in error.message:
        return f"the container runtime doesn't serve CRI v1 ({error.message}): {ENABLE}"
    return error.message


def unreachable(error: OSError) -> str:
    """Why the socket couldn't be spoken to."""
    match error:
        case FileNotFoundError():
            return "no such socket: the container runtime isn't installed, or isn't running"
        case ConnectionRefusedError():
            return "nothing listens at this socket: the container runtime isn't running"
        case PermissionError():
            return "permission denied: only root may speak to the container runtime"
        case BlockingIOError() | TimeoutError():
            return "the container runtime takes no more connections: it hangs"
    return error.strerror or str(error)
