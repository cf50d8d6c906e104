"""What only the real host has to get right: links, pipes, ports."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from phases.system.real_host import RealHost

HOST = RealHost()


def test_stat_does_not_follow(tmp_path: Path) -> None:
    """A link is a link, whatever it points to; a pipe is something else."""
    (tmp_path / "link").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    facts = [HOST.stat(str(tmp_path / name)) for name in ("link", "pipe")]
    assert [fact and fact.kind for fact in facts] == ["link", "other"]


def test_stat_tells_owner_and_size(tmp_path: Path) -> None:
    """The owner and the size are those of the file."""
    (tmp_path / "file").write_bytes(b"four")
    fact = HOST.stat(str(tmp_path / "file"))
    assert fact is not None
    assert (fact.uid, fact.gid, fact.size) == (os.geteuid(), os.getegid(), 4)


def test_read_follows_links(tmp_path: Path) -> None:
    """resolv.conf is a link on many machines, and is read through it."""
    (tmp_path / "stub").write_bytes(b"nameserver")
    (tmp_path / "resolv.conf").symlink_to("stub")
    assert HOST.read(str(tmp_path / "resolv.conf")) == b"nameserver"


def test_read_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    """A pipe without a writer, a device and a folder are refused at once."""
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path / "pipe"), "/dev/zero", str(tmp_path)):
        with pytest.raises(OSError, match=r"plain file|directory"):
            HOST.read(path)


def test_make_directory_refuses_a_link(tmp_path: Path) -> None:
    """A link in place of a folder is refused, and what it points to keeps its mode."""
    (tmp_path / "real").mkdir(mode=0o755)
    (tmp_path / "pki").symlink_to("real")
    with pytest.raises(OSError, match="symbolic link"):
        HOST.make_directory(str(tmp_path / "pki"), mode=0o700)
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o755


def test_make_directory_leaves_a_right_one_alone(tmp_path: Path) -> None:
    """A second time changes nothing, not even the time of change."""
    HOST.make_directory(str(tmp_path / "a"), mode=0o700)
    before = (tmp_path / "a").stat().st_ctime_ns
    HOST.make_directory(str(tmp_path / "a"), mode=0o700)
    assert (tmp_path / "a").stat().st_ctime_ns == before


def test_remove_takes_the_link_and_not_its_target(tmp_path: Path) -> None:
    """Removing a link to a folder leaves the folder."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("real")
    HOST.remove(str(tmp_path / "link"))
    assert HOST.list(str(tmp_path)) == ("real",)
    assert (tmp_path / "real" / "file").exists()


def test_a_free_port_can_be_bound() -> None:
    """A port that nobody listens on is free on one address and on all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert HOST.can_bind("127.0.0.1", port) is None
    assert HOST.can_bind("", port) is None


@pytest.mark.parametrize("listener", ["127.0.0.1", "::1"])
def test_a_taken_port_cannot_be_bound(listener: str) -> None:
    """A listener on either family's loopback takes the port for all addresses."""
    family = socket.AF_INET6 if ":" in listener else socket.AF_INET
    try:
        server = socket.create_server((listener, 0), family=family)
    except OSError:
        pytest.skip("no IPv6 here")
    with server:
        port = server.getsockname()[1]
        assert HOST.can_bind(listener, port) is not None
        assert HOST.can_bind("", port) is not None


def test_a_foreign_address_cannot_be_bound() -> None:
    """An address that isn't this machine's is told by its error."""
    assert isinstance(HOST.can_bind("192.0.2.200", 1), OSError)


def test_moving_keeps_everything(tmp_path: Path) -> None:
    """Links, modes and times go along, also to another file system; the way there is private."""
    tree = tmp_path / "tree"
    tree.mkdir(mode=0o750)
    (tree / "file").write_bytes(b"x")
    (tree / "file").chmod(0o640)
    (tree / "link").symlink_to("file")
    before = (tree / "file").stat()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        RealHost().move(str(tree), f"{elsewhere}/a/tree")
        moved = Path(elsewhere, "a/tree")
        after = (moved / "file").stat()
        assert not tree.exists()
        assert os.readlink(moved / "link") == "file"  # noqa: PTH115
        assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
        assert stat.S_IMODE((moved.parent).stat().st_mode) == 0o700
