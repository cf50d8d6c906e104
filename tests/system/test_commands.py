"""Commands run in a clean room, and never for longer than they may."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from phases.system import commands


def test_what_a_command_says_and_how_it_ends() -> None:
    """Output, complaints and exit code are kept apart."""
    result = commands.run(["sh", "-c", "echo out; echo err >&2; exit 3"], 10)
    assert (result.code, result.stdout, result.stderr) == (3, "out\n", "err\n")
    assert result.argv[0] == "sh"


def test_the_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of our environment gets through: no proxies, no loader tricks, no foreign PATH."""
    for name in ("LD_PRELOAD_X", "PYTHONPATH", "HTTPS_PROXY", "KUBECONFIG"):
        monkeypatch.setenv(name, "/evil")
    monkeypatch.setenv("PATH", "/evil")
    names = {line.partition("=")[0] for line in commands.run(["env"], 10).stdout.splitlines()}
    assert names == {"PATH", "LANG"}


def test_commands_come_from_the_fixed_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program planted earlier on our own PATH isn't found."""
    planted = tmp_path / "systemctl-planted"
    planted.write_text("#!/bin/sh\necho evil\n")
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commands.run(["systemctl-planted"], 10).code == 127


def test_nothing_is_on_the_standard_input() -> None:
    """A command that asks gets the end of file at once."""
    assert commands.run(["cat"], 10).code == 0


def test_the_umask_and_the_folder_are_fixed() -> None:
    """Neither our umask nor a deleted working folder matters to a command."""
    before = os.umask(0o777)
    try:
        result = commands.run(["sh", "-c", "umask; pwd"], 10)
    finally:
        os.umask(before)
    assert result.stdout.split() == ["0022", "/"]


def test_a_missing_command_has_code_127() -> None:
    """What can't be started is an answer and no exception."""
    result = commands.run(["no-such-command-here"], 10)
    assert (result.code, result.stderr) == (
        127,
        "no-such-command-here: No such file or directory",
    )


def test_a_file_that_is_no_program_has_code_127(tmp_path: Path) -> None:
    """A text file without the execute bit, and one of no known format, can't be started."""
    (tmp_path / "text").write_text("hello")
    (tmp_path / "binary").write_bytes(b"\x7fnot an ELF")
    (tmp_path / "binary").chmod(0o755)
    assert commands.run([str(tmp_path / "text")], 10).code == 127
    assert commands.run([str(tmp_path / "binary")], 10).code == 127


def test_time_that_runs_out_ends_the_whole_group(tmp_path: Path) -> None:
    """The command and its children are killed; what was said before is kept."""
    mark = tmp_path / "alive"
    script = f"echo begun; (sleep 1; touch {mark}) & sleep 30"
    began = time.monotonic()
    result = commands.run(["sh", "-c", script], 0.3)
    assert time.monotonic() - began < 5
    assert (result.code, result.stdout) == (124, "begun\n")
    assert "no end after 0.3 s" in result.stderr
    time.sleep(1.2)
    assert not mark.exists()


def test_a_child_that_left_the_group_does_not_hold_us_up() -> None:
    """A daemon that keeps the pipes open costs a second of grace and no more."""
    began = time.monotonic()
    result = commands.run(["setsid", "sh", "-c", "sleep 4"], 0.2)
    daemon = commands.run(["sh", "-c", "setsid sleep 4 & sleep 4"], 0.2)
    assert time.monotonic() - began < 4
    assert (result.code, daemon.code) == (124, 124)


def test_output_that_is_no_text_is_replaced() -> None:
    """Bytes that aren't UTF-8 become marks."""
    assert commands.run(["printf", r"\377ok"], 10).stdout == "\ufffdok"
