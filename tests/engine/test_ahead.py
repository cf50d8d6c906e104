"""The place of an engine that pulls images ahead: one at a time, and no init is held up by it."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from phases.engine import ahead
from phases.engine.errors import RunInProgress
from phases.engine.journal import Journal
from phases.engine.lock import Lock


def test_a_second_one_is_told_of_the_first(tmp_path: Path) -> None:
    """By its process and its journal."""
    place = ahead.open_place(tmp_path)
    with pytest.raises(RunInProgress, match="pulls images already") as caught:
        ahead.open_place(tmp_path)
    assert str(place.journal) in caught.value.remedy
    assert caught.value.exit_code == 5


def test_an_init_may_begin_beside_it(tmp_path: Path) -> None:
    """It holds no lock of an init, is none of the runs, and shares their ledger."""
    place = ahead.open_place(tmp_path)
    assert Lock(tmp_path / "lock")
    assert not list(tmp_path.glob("runs/*"))
    assert place.state == tmp_path


def test_what_the_last_one_left_goes(tmp_path: Path) -> None:
    """Its journal stays until images are pulled ahead again."""
    first = ahead.open_place(tmp_path)
    Journal(first.journal).close()
    assert first.journal.exists()
    (tmp_path / "images/lock").unlink()  # as when its process has ended
    second = ahead.open_place(tmp_path)
    gc.collect()
    assert [path.name for path in (tmp_path / "images/runs").iterdir()] == [second.run.name]
