"""The fault matrix at the command line: exit code 2, one error with its place, nothing left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phases.model.yaml_source import MAX_BYTES
from tests.model.faults import FAULTS, HEAD, SOUND, Fault
from tests.tui.program import MACHINE, Place, tree
from tui import cli, text


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Everything in English, in a folder of its own."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    text.use("en")


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_bad_file_ends_with_2(fault: Fault, capsys: pytest.CaptureFixture[str]) -> None:
    """What the model says is what the command prints, on standard error alone."""
    Path("k.yaml").write_bytes(fault.content)
    assert cli.main(["config", "validate", "--config", "k.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert fault.said in err
    assert os.listdir() == ["k.yaml"]  # noqa: PTH208


@pytest.mark.parametrize("fault", SOUND, ids=str)
def test_a_sound_file_ends_with_0(fault: Fault, capsys: pytest.CaptureFixture[str]) -> None:
    """What is doubtful is a warning, and no reason to fail."""
    Path("k.yaml").write_bytes(fault.content)
    assert cli.main(["config", "validate", "--config", "k.yaml"]) == 0
    assert fault.said in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["validate", "print", "migrate"])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("large", "is larger than 256 KiB"),
        ("/dev/zero", "/dev/zero: is not a regular file"),
        ("pipe", "pipe: is not a regular file"),
        ("folder", "folder: can't be read: is a directory"),
        ("missing", "missing: can't be read: no such file or directory"),
        ("loop", "loop: can't be read: too many levels of symbolic links"),
    ],
)
def test_what_is_no_small_file_is_refused_at_once(
    verb: str, kind: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case 15: devices, pipes and folders aren't waited for, and no more than the limit is read."""
    with Path("large").open("wb") as file:
        file.truncate(50 * 2**20)
    os.mkfifo("pipe")
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    flag = "--old-config" if verb == "migrate" else "--config"
    assert cli.main(["config", verb, flag, kind]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_may_not_be_read_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Case 15: for whoever isn't root; root may read everything."""
    Path("k.yaml").write_text(HEAD)
    Path("k.yaml").chmod(0)
    code = cli.main(["config", "validate", "--config", "k.yaml"])
    readable = os.access("k.yaml", os.R_OK)
    assert code == (0 if readable else 2)
    assert ("permission denied" in capsys.readouterr().err) is not readable


def test_no_more_than_the_limit_is_read_of_standard_input(tmp_path: Path) -> None:
    """An endless stream ends at the limit."""
    place = Place(tmp_path)
    ended = place.run("config", "validate", "--config", "-", stdin=" " * (MAX_BYTES + 2))
    assert ended.code == 2
    assert ended.err == "error: standard input: is larger than 256 KiB.\n"


@pytest.mark.parametrize("fault", [FAULTS[0], FAULTS[7], FAULTS[60]], ids=str)
def test_init_refuses_the_same_and_touches_nothing(fault: Fault, tmp_path: Path) -> None:
    """The engine, a process of its own, ends with the same code and words before it has written anything."""
    place = Place(tmp_path)
    place.config.write_bytes(fault.content)
    before = tree(*MACHINE)
    ended = place.rehearse()
    assert ended.code == 2
    assert fault.said.removeprefix("k.yaml") in ended.err
    assert "Traceback" not in ended.err
    assert not place.rehearsal.exists()
    assert tree(*MACHINE) == before
