"""Files are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import Any

import pytest

from phases.system import atomic

STEPS = ("open", "stat", "fchmod", "write", "fsync", "close", "rename")


class Tripwire:
    """The os module, recording its calls, with the k-th one of those that matter failing."""

    def __init__(self, k: int = 0) -> None:
        self.k = k
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in STEPS:
            return real

        def step(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) == self.k:
                if name == "close":
                    real(*args, **kwargs)
                raise OSError(errno.ENOSPC, "injected")
            return real(*args, **kwargs)

        return step


def names(folder: Path) -> list[str]:
    return sorted(child.name for child in folder.iterdir())


def count_of_steps(folder: Path) -> int:
    """How many system calls one replacement makes."""
    wire = Tripwire()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atomic, "os", wire)
        atomic.replace(str(folder / "probe"), b"x", 0o600)
    (folder / "probe").unlink()
    return len(wire.calls)


@pytest.mark.parametrize("existing", [True, False])
def test_a_failure_at_any_step_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, existing: bool
) -> None:
    """Whichever call fails, the name holds one whole content and no temporary is left."""
    steps = count_of_steps(tmp_path)
    assert steps >= 9
    for k in range(1, steps + 1):
        target = tmp_path / "file"
        target.unlink(missing_ok=True)
        if existing:
            target.write_bytes(b"old")
        wire = Tripwire(k)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(atomic, "os", wire)
            with pytest.raises(OSError, match="injected"):
                atomic.replace(str(target), b"new content", 0o600)
        renamed = "rename" in wire.calls[: k - 1]
        left = target.read_bytes() if target.exists() else None
        assert left == (b"new content" if renamed else b"old" if existing else None), (
            k,
            wire.calls,
        )
        assert [name for name in names(tmp_path) if name != "file"] == [], (k, wire.calls)


def test_the_order_that_survives_a_power_cut(tmp_path: Path) -> None:
    """Mode before content, content on the disk before the rename, the folder after it."""
    wire = Tripwire()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atomic, "os", wire)
        atomic.replace(str(tmp_path / "file"), b"x", 0o600)
    order = [name for name in wire.calls if name in ("fchmod", "write", "fsync", "rename")]
    assert order == ["fchmod", "write", "fsync", "rename", "fsync"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that takes a few bytes at a time still gets all of them."""
    real = os.write

    def little(descriptor: int, content: memoryview) -> int:
        return real(descriptor, content[:3])

    monkeypatch.setattr(os, "write", little)
    atomic.replace(str(tmp_path / "file"), b"0123456789", 0o600)
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_the_temporary_is_invisible_to_the_kubelet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the rename the folder shows only a name that begins with a dot."""
    seen: list[str] = []
    real = os.rename

    def look(*args: Any, **kwargs: Any) -> None:
        seen.extend(names(tmp_path))
        real(*args, **kwargs)

    monkeypatch.setattr(os, "rename", look)
    atomic.replace(str(tmp_path / "etcd.yaml"), b"x", 0o600)
    assert [name[:4] for name in seen] == [".kb-"]


def test_a_link_at_the_final_path_is_refused(tmp_path: Path) -> None:
    """A planted link is neither followed nor replaced."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "admin.conf").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link") as caught:
        atomic.replace(str(tmp_path / "admin.conf"), b"secret", 0o600)
    assert caught.value.errno == errno.ELOOP
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "admin.conf").is_symlink()


def test_a_link_as_the_folder_is_refused(tmp_path: Path) -> None:
    """Nothing is written through a folder that is a link."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pki").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        atomic.replace(str(tmp_path / "pki" / "ca.key"), b"secret", 0o600)
    assert names(tmp_path / "elsewhere") == []


def test_a_hard_link_to_a_victim_is_cut(tmp_path: Path) -> None:
    """Whoever holds another name of the old file sees nothing of the new one."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "file").hardlink_to(victim)
    atomic.replace(str(tmp_path / "file"), b"secret", 0o600)
    assert victim.read_bytes() == b"precious"


def test_a_folder_or_pipe_in_the_way_is_refused(tmp_path: Path) -> None:
    """Only a plain file is ever replaced."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(FileExistsError):
            atomic.replace(str(tmp_path / name), b"", 0o600)


def test_a_taken_temporary_name_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link planted at the temporary's name is an error, and stays."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    monkeypatch.setattr(secrets, "token_hex", lambda _size: "known")
    (tmp_path / ".kb-known").symlink_to(victim)
    with pytest.raises(FileExistsError):
        atomic.replace(str(tmp_path / "file"), b"secret", 0o600)
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / ".kb-known").is_symlink()
    assert not (tmp_path / "file").exists()
