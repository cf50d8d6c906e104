"""Durable writes are measured in bounds, and leave nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phases.system import durability
from phases.system.overlay import DryRunHost, RehearsalHost
from phases.system.real_host import RealHost
from tests.fakes import FakeHost


def test_each_write_is_made_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every write but the first is timed, each of 2300 bytes and followed by fdatasync."""
    monkeypatch.setattr(durability, "WRITES", 5)
    done: list[str | int] = []
    real_write, real_sync = os.write, os.fdatasync

    def write(at: int, data: bytes) -> int:
        done.append(len(data))
        return real_write(at, data)

    def sync(at: int) -> None:
        done.append("sync")
        real_sync(at)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "fdatasync", sync)
    took = RealHost().fsync_latency(str(tmp_path))
    assert done == [2300, "sync"] * 5
    assert len(took) == 4
    assert all(seconds > 0 for seconds in took)


def test_the_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up no further write is begun."""
    monkeypatch.setattr(durability, "SECONDS", 0.0)
    assert durability.sample(str(tmp_path)) == ()


def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has no name, not even while it is written, so that no crash can leave it."""
    seen: list[list[Path]] = []
    monkeypatch.setattr(durability, "WRITES", 1)
    monkeypatch.setattr(os, "fdatasync", lambda _at: seen.append(list(tmp_path.iterdir())))
    durability.sample(str(tmp_path))
    assert seen == [[]]
    assert not list(tmp_path.iterdir())


def test_where_space_cant_be_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that can't is measured as the file grows."""

    def refuse(*_: int) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(durability, "WRITES", 3)
    monkeypatch.setattr(os, "posix_fallocate", refuse)
    assert len(durability.sample(str(tmp_path))) == 2


def test_no_folder(tmp_path: Path) -> None:
    """A folder that isn't there can't be measured."""
    with pytest.raises(FileNotFoundError):
        durability.sample(str(tmp_path / "none"))


def test_a_rehearsal_measures_nothing(tmp_path: Path) -> None:
    """It isn't the machine, and its folder is somebody's own."""
    base = FakeHost()
    rehearsal = RehearsalHost(base, str(tmp_path / "rehearsal"))
    assert rehearsal.fsync_latency("/var/lib") == ()
    assert not base.measured


def test_a_dry_run_measures() -> None:
    """It is of this machine, and changes nothing by it."""
    dry_run = DryRunHost(FakeHost())
    assert len(dry_run.fsync_latency("/var/lib")) == 100
    dry_run.close()
