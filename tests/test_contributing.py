"""What CONTRIBUTING.md shows is tried as it stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.program import ROOT, Place

TEXT = (ROOT / "CONTRIBUTING.md").read_text()


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the program with the phase of the text dropped into it."""
    for name in ("phases", "tui", "themes"):
        leave_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / "sources" / name, ignore=leave_out)
    name, sample = re.findall(r"Write `(phases/\w+\.py)`:\n\n```python\n(.*?)```", TEXT, re.DOTALL)[
        0
    ]
    (tmp_path / "sources" / name).write_text(sample)
    return tmp_path / "sources"


def test_the_sample_phase_runs_with_no_other_edit(tmp_path: Path, sources: Path) -> None:
    """Dropped into phases/ it is listed, run alone in a rehearsal, and left alone the second time."""
    (tmp_path / "place").mkdir()
    place = Place(tmp_path / "place")
    listed = place.run("phases", PYTHONPATH=str(sources))
    assert "my-phase              Greeting\n  /greeting" in listed.out
    words = re.findall(r"`kubeboot-tui (init --rehearse) \S+ (--only my-phase)`", TEXT)[0]
    command = " ".join((words[0], str(place.rehearsal), words[1])).split()
    first, second = (place.run(*command, PYTHONPATH=str(sources)) for _again in range(2))
    assert (first.code, second.code) == (0, 0), first.out + second.out
    written = place.rehearsal / "etc/motd.d/kubernetes"
    assert (written.read_bytes(), written.stat().st_mode & 0o777) == (b"a control plane\n", 0o644)
    assert "Nothing to do" in second.out


def test_the_sample_is_written_as_the_house_writes(sources: Path) -> None:
    """It passes the format, the lint and the type check that everything passes."""
    sample = sources / "phases/my_phase.py"
    config = str(ROOT / "pyproject.toml")
    for tool in (
        ("ruff", "format", "--check", "--config", config),
        ("ruff", "check", "--config", config),
        ("mypy", "--strict", "--config-file", config),
    ):
        words = [sys.executable, "-m", *tool, str(sample)]
        ended = subprocess.run(words, capture_output=True, text=True, check=False, cwd=sources)
        assert ended.returncode == 0, ended.stdout + ended.stderr
