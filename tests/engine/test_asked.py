"""What a run was asked is kept for whoever comes back to it, for their eyes alone, and goes in the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phases.engine import asked
from phases.engine.request import Request

REQUEST = Request(config="kind: X", flags={"node-name": "n"}, upload_certs=True)


def folder_of(state: Path, name: str = "one") -> Path:
    run = state / "runs" / name
    run.mkdir(parents=True)
    return run


def test_it_comes_back_whole(tmp_path: Path) -> None:
    """Beside the journal lies the very request, readable by its owner alone."""
    run = folder_of(tmp_path)
    asked.keep(REQUEST, run)
    assert asked.read(run / "journal.jsonl") == REQUEST
    assert (run / asked.NAME).stat().st_mode & 0o777 == 0o600


def test_a_rehearsals_folder_is_known_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that was given as seen from somewhere is kept by its whole path."""
    monkeypatch.chdir(tmp_path)
    run = folder_of(tmp_path)
    asked.keep(replace(REQUEST, mode="rehearsal", folder="try"), run)
    kept = asked.read(run / "journal.jsonl")
    assert kept is not None
    assert kept.folder == str(tmp_path / "try")


@pytest.mark.parametrize("other", [{"mode": "dry-run"}, {"workflow": "token"}])
def test_what_nobody_resumes_is_not_kept(tmp_path: Path, other: dict[str, str]) -> None:
    """A dry run and other workflows leave nothing behind."""
    asked.keep(replace(REQUEST, **other), tmp_path)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [None, "", "[]", "{", '{"mode": "real", "mood": 1}', "\udcff"])
def test_what_is_not_there_or_not_whole_is_none(tmp_path: Path, text: str | None) -> None:
    """No file, a torn one and one of another version are the same: nothing is known."""
    if text is not None:
        (tmp_path / asked.NAME).write_bytes(text.encode(errors="surrogateescape"))
    assert asked.read(tmp_path / "journal.jsonl") is None


@pytest.mark.parametrize(
    ("other", "left"),
    [({}, 0), ({"only": ("certs",)}, 2), ({"mode": "dry-run"}, 2), ({"workflow": "token"}, 2)],
)
def test_a_good_end_forgets_all(tmp_path: Path, other: dict[str, object], left: int) -> None:
    """Once the whole way was walked nothing that was asked is kept, of earlier runs either."""
    for name in ("one", "two"):
        asked.keep(REQUEST, folder_of(tmp_path, name))
    asked.forget(replace(REQUEST, **other), tmp_path)  # type: ignore[arg-type]
    assert len(list(tmp_path.glob(f"runs/*/{asked.NAME}"))) == left
