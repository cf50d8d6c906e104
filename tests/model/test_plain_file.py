"""Opening a plain file: what it is, what it refuses, and nothing left open behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phases.model.plain_file import NotPlainFile, open_plain


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    """Its content comes back, through a link too."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    with open_plain(str(tmp_path / "link")) as file:
        assert file.read() == b"x"


@pytest.mark.parametrize("what", ["folder", "pipe", "/dev/zero"])
def test_what_is_none_is_refused_and_closed(tmp_path: Path, what: str) -> None:
    """Nothing is waited for, and no descriptor stays behind."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    place = str(tmp_path / what)
    with pytest.raises((NotPlainFile, IsADirectoryError), match=r"not a plain file|Is a directory"):
        open_plain(place)
    assert place not in {os.path.realpath(open_) for open_ in Path("/proc/self/fd").iterdir()}


def test_the_systems_own_refusal_stays(tmp_path: Path) -> None:
    """What isn't there is told as the system tells it."""
    with pytest.raises(FileNotFoundError):
        open_plain(str(tmp_path / "none"))
