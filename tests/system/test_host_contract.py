"""What every Host promises, whichever it is: real, rehearsal, dry run or fake."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from phases.system.overlay import DryRunHost, RehearsalHost
from phases.system.ports import Host
from phases.system.real_host import RealHost
from tests.fakes import FakeHost

Made = tuple[Host, str]


def real(tmp_path: Path) -> Made:
    (tmp_path / "machine").mkdir()
    return RealHost(), str(tmp_path / "machine")


def rehearsal(tmp_path: Path) -> Made:
    (tmp_path / "machine").mkdir()
    return RehearsalHost(RealHost(), str(tmp_path / "folder")), str(tmp_path / "machine")


def managed(tmp_path: Path) -> Made:
    host = RehearsalHost(RealHost(), str(tmp_path / "folder"))
    host.make_directory("/etc/kubernetes", mode=0o755)
    return host, "/etc/kubernetes"


def dry_run(tmp_path: Path) -> Made:
    (tmp_path / "machine").mkdir()
    return DryRunHost(RealHost()), str(tmp_path / "machine")


def fake(tmp_path: Path) -> Made:
    host = FakeHost()
    host.make_directory("/srv", mode=0o755)
    return host, "/srv"


@pytest.fixture(params=[real, rehearsal, managed, dry_run, fake])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    make: Callable[[Path], Made] = request.param
    return make(tmp_path)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def test_write_then_read(made: Made) -> None:
    """What was written is read back, and the folder lists it."""
    host, root = made
    host.write(f"{root}/a", b"first", mode=0o600)
    host.write(f"{root}/a", b"second", mode=0o640)
    assert host.read(f"{root}/a") == b"second"
    assert host.list(root) == ("a",)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077, 0o777])
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400])
def test_modes_do_not_depend_on_the_umask(made: Made, mask: int, mode: int) -> None:
    """Files and folders get exactly the mode that was asked for."""
    host, root = made
    with umask(mask):
        host.make_directory(f"{root}/deep/pki", mode=0o750)
        host.write(f"{root}/deep/pki/key", b"k", mode=mode)
    facts = [host.stat(f"{root}/{path}") for path in ("deep", "deep/pki", "deep/pki/key")]
    assert [fact and fact.mode for fact in facts] == [0o755, 0o750, mode]
    assert [fact and fact.kind for fact in facts] == ["directory", "directory", "file"]


def test_write_needs_its_folder(made: Made) -> None:
    """A file in a folder that is missing is refused, and so is one below a file."""
    host, root = made
    host.write(f"{root}/file", b"", mode=0o600)
    with pytest.raises(FileNotFoundError):
        host.write(f"{root}/none/a", b"", mode=0o600)
    with pytest.raises(NotADirectoryError):
        host.write(f"{root}/file/a", b"", mode=0o600)


def test_nothing_there(made: Made) -> None:
    """A missing path has no fact and no names, and can be neither read nor removed."""
    host, root = made
    assert host.stat(f"{root}/none") is None
    assert host.list(f"{root}/none") == ()
    with pytest.raises(FileNotFoundError):
        host.read(f"{root}/none")
    with pytest.raises(FileNotFoundError):
        host.remove(f"{root}/none")


def test_listing_a_file_is_an_error(made: Made) -> None:
    """Only a missing folder counts as an empty one."""
    host, root = made
    host.write(f"{root}/file", b"", mode=0o600)
    with pytest.raises(NotADirectoryError):
        host.list(f"{root}/file")


def test_remove_takes_everything_below(made: Made) -> None:
    """Removing a folder removes what is in it, and nothing beside it."""
    host, root = made
    host.make_directory(f"{root}/tree/branch", mode=0o755)
    host.write(f"{root}/tree/branch/leaf", b"", mode=0o600)
    host.write(f"{root}/tree2", b"", mode=0o600)
    host.remove(f"{root}/tree")
    assert host.list(root) == ("tree2",)
    assert host.stat(f"{root}/tree/branch/leaf") is None


def test_moved_is_no_longer_there(made: Made) -> None:
    """What was moved is gone from its place, with all that is in it."""
    host, root = made
    host.make_directory(f"{root}/tree/below", mode=0o700)
    host.write(f"{root}/tree/below/file", b"x", mode=0o600)
    host.move(f"{root}/tree", f"{root}/aside/tree")
    assert host.stat(f"{root}/tree") is None


def test_moving_replaces_nothing(made: Made) -> None:
    """Where something stands already, nothing is moved."""
    host, root = made
    host.write(f"{root}/one", b"1", mode=0o600)
    host.write(f"{root}/two", b"2", mode=0o600)
    with pytest.raises(FileExistsError):
        host.move(f"{root}/one", f"{root}/two")
    assert (host.read(f"{root}/one"), host.read(f"{root}/two")) == (b"1", b"2")


def test_remade_folder_is_empty(made: Made) -> None:
    """What was removed with a folder doesn't come back with a new one of the same name."""
    host, root = made
    host.make_directory(f"{root}/tree", mode=0o755)
    host.write(f"{root}/tree/leaf", b"", mode=0o600)
    host.remove(f"{root}/tree")
    host.make_directory(f"{root}/tree", mode=0o700)
    assert host.list(f"{root}/tree") == ()


def test_make_directory_sets_the_mode_of_one_that_is_there(made: Made) -> None:
    """A folder keeps its content when its mode is set."""
    host, root = made
    host.make_directory(f"{root}/tree", mode=0o755)
    host.write(f"{root}/tree/leaf", b"x", mode=0o600)
    host.make_directory(f"{root}/tree", mode=0o700)
    fact = host.stat(f"{root}/tree")
    assert fact is not None
    assert (fact.mode, host.list(f"{root}/tree")) == (0o700, ("leaf",))


def test_file_and_folder_do_not_replace_each_other(made: Made) -> None:
    """A file isn't put over a folder, nor a folder over a file."""
    host, root = made
    host.make_directory(f"{root}/folder", mode=0o755)
    host.write(f"{root}/file", b"", mode=0o600)
    with pytest.raises(OSError):
        host.write(f"{root}/folder", b"", mode=0o600)
    with pytest.raises(OSError):
        host.make_directory(f"{root}/file", mode=0o755)


def test_a_file_has_a_date(made: Made) -> None:
    """When a file was last changed is told, and doesn't count when facts are compared."""
    host, root = made
    host.write(f"{root}/a", b"x", mode=0o600)
    fact = host.stat(f"{root}/a")
    assert fact is not None
    assert fact == replace(fact, modified=fact.modified + 1)
    assert isinstance(host, FakeHost) or abs(fact.modified - time.time()) < 3600
