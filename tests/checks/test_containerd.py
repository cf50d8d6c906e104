"""Checks of containerd's own configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phases.checks.check import Finding
from tests.checks.bench import LOCAL, Bench

CONFIG = "/etc/containerd/config.toml"
DUMP = 'version = 3\ndisabled_plugins = ["io.containerd.cri.v1.runtime"]\n'


def findings(bench: Bench, content: str) -> list[Finding]:
    bench.plant(CONFIG, content)
    return bench.findings("ContainerdConfig")


def test_no_file(bench: Bench) -> None:
    """Without a file containerd has good defaults."""
    assert not bench.findings("ContainerdConfig")


@pytest.mark.parametrize("version", [2, 3, 4])
def test_good(bench: Bench, version: int) -> None:
    """A file of a version that every containerd reads passes, and so does an empty one."""
    assert not findings(bench, f"version = {version}\n")
    assert not findings(bench, "# nothing\n")


@pytest.mark.parametrize(
    "name", ["cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime"]
)
def test_switched_off(bench: Bench, name: str) -> None:
    """CRI that is switched off, under any of its names, is an error; a fix is told which."""
    (found,) = findings(bench, f'version = 2\ndisabled_plugins = ["btrfs", "{name}"]\n')
    assert found.level == "error"
    assert found.facts == {"path": CONFIG, "disabled": [name]}


def test_as_dockers_package_has_it(bench: Bench) -> None:
    """That file both switches CRI off and is of version 1."""
    levels = [each.level for each in findings(bench, 'disabled_plugins = ["cri"]\n')]
    assert levels == ["error", "warning"]


def test_switched_off_by_a_drop_in(bench: Bench) -> None:
    """What counts is what containerd makes of all its files."""
    bench.host.answer("containerd config dump", stdout=DUMP)
    (found,) = findings(bench, 'version = 3\nimports = ["/etc/containerd/conf.d/*.toml"]\n')
    assert found.facts["disabled"] == ["io.containerd.cri.v1.runtime"]


def test_switched_on_by_a_drop_in(bench: Bench) -> None:
    """Also where a drop-in has the last word."""
    bench.host.answer("containerd config dump", stdout="version = 3\ndisabled_plugins = []\n")
    assert not findings(bench, 'version = 3\ndisabled_plugins = ["cri"]\n')


@pytest.mark.parametrize("dump", ["", "= nonsense"])
def test_without_a_dump(bench: Bench, dump: str) -> None:
    """A containerd that can't be run leaves the file's own word."""
    bench.host.answer("containerd config dump", code=127, stdout=dump)
    assert len(findings(bench, 'version = 3\ndisabled_plugins = ["cri"]\n')) == 1


@pytest.mark.parametrize("content", ["version = 1\n", "oom_score = 0\n"])
def test_old(bench: Bench, content: str) -> None:
    """A file of version 1, which is one that names none, is worth a warning."""
    (found,) = findings(bench, content)
    assert (found.level, found.facts["version"]) == ("warning", 1)


def test_broken(bench: Bench) -> None:
    """What isn't TOML is an error that says where."""
    (found,) = findings(bench, "version = 3\n[plugins\n")
    assert found.level == "error"
    assert "line 2" in found.found


def test_another_runtime(bench: Bench) -> None:
    """Where CRI-O is used, containerd's file doesn't matter."""
    registration = replace(LOCAL.init.node_registration, cri_socket="unix:///run/crio/crio.sock")
    bench.init(node_registration=registration)
    assert not findings(bench, "= nonsense")
