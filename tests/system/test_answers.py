"""A Unix socket answers while somebody listens on it; the file alone proves nothing."""

from __future__ import annotations

import socket
from pathlib import Path

from phases.system.real_host import RealHost


def test_a_listener_answers(tmp_path: Path) -> None:
    """A socket that somebody listens on answers."""
    path = tmp_path / "runtime.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        assert RealHost().answers(str(path))


def test_a_left_behind_socket_does_not_answer(tmp_path: Path) -> None:
    """The file of a socket whose listener is gone doesn't answer, nor does a missing one."""
    path = tmp_path / "runtime.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
    assert path.exists()
    assert not RealHost().answers(str(path))
    assert not RealHost().answers(str(tmp_path / "missing.sock"))
