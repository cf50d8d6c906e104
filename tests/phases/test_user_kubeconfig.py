"""A user's own kubeconfig: theirs alone, never over another file, never through a link."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phases import user_kubeconfig
from phases.engine.context import Options
from phases.engine.errors import ForeignState, PhaseError
from tests.engine.bench import Bench

HOME, FOLDER, CONFIG = "/home/ada", "/home/ada/.kube", "/home/ada/.kube/config"
ADA = (1000, 1001)
KEPT = f"{CONFIG}.before-kubeboot-2026-11-24"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    host = bench.fakes.host
    host.make_directory("/etc/kubernetes", mode=0o755)
    host.write("/etc/kubernetes/admin.conf", b"admin", mode=0o600)
    host.make_directory(HOME, mode=0o755, owner=ADA)
    host.answer("getent passwd", code=2)
    host.answer("getent passwd -- ada", stdout="ada:x:1000:1001::/home/ada:/bin/sh\n")
    bench.options = Options(user_kubeconfig="ada")
    return bench


def facts(bench: Bench, path: str) -> tuple[int, int, int]:
    fact = bench.fakes.host.stat(path)
    assert fact is not None
    return fact.mode, fact.uid, fact.gid


def test_it_is_the_users_alone(bench: Bench) -> None:
    """admin.conf in ~/.kube/config, folder and file of the user, nobody else reads it."""
    assert bench.run(user_kubeconfig.PHASE) == 2
    assert bench.fakes.host.read(CONFIG) == b"admin"
    assert facts(bench, CONFIG) == (0o600, *ADA)
    assert facts(bench, FOLDER) == (0o750, *ADA)
    assert bench.run(user_kubeconfig.PHASE) == 0


@pytest.mark.parametrize(("mode", "owner"), [(0o644, ADA), (0o600, (0, 0))])
def test_mode_and_owner_are_mended(bench: Bench, mode: int, owner: tuple[int, int]) -> None:
    """The right content under other eyes or another owner is written again, without a copy."""
    host = bench.fakes.host
    host.make_directory(FOLDER, mode=0o755, owner=ADA)
    host.write(CONFIG, b"admin", mode=mode, owner=owner)
    assert bench.run(user_kubeconfig.PHASE) == 1
    assert facts(bench, CONFIG) == (0o600, *ADA)
    assert host.list(FOLDER) == ("config",)
    assert facts(bench, FOLDER) == (0o755, *ADA)


def test_another_file_is_kept(bench: Bench) -> None:
    """It lies beside the new one under a name with the date, as private as that."""
    host = bench.fakes.host
    host.make_directory(FOLDER, mode=0o700, owner=ADA)
    host.write(CONFIG, b"other cluster", mode=0o644, owner=ADA)
    bench.run(user_kubeconfig.PHASE)
    assert host.read(CONFIG) == b"admin"
    assert host.read(KEPT) == b"other cluster"
    assert facts(bench, KEPT) == (0o600, *ADA)
    assert bench.reports("kubeconfig")["ada"]["kept"] == KEPT
    assert bench.effects()[0] == f"write {KEPT}"


def test_what_was_kept_is_never_overwritten(bench: Bench) -> None:
    """A second other file of the same day gets the time behind its name."""
    host = bench.fakes.host
    host.make_directory(FOLDER, mode=0o700, owner=ADA)
    host.write(KEPT, b"first", mode=0o600, owner=ADA)
    host.write(CONFIG, b"second", mode=0o600, owner=ADA)
    bench.run(user_kubeconfig.PHASE)
    assert host.read(KEPT) == b"first"
    assert host.read(f"{KEPT}-120000") == b"second"
    host.write(CONFIG, b"first", mode=0o600, owner=ADA)
    bench.run(user_kubeconfig.PHASE)
    assert host.list(FOLDER) == (
        "config",
        KEPT.rpartition("/")[2],
        f"{KEPT}-120000".rpartition("/")[2],
    )


@pytest.mark.parametrize("path", [CONFIG, FOLDER])
def test_a_link_is_refused(bench: Bench, path: str) -> None:
    """Neither the file nor its folder may lead elsewhere."""
    if path == CONFIG:
        bench.fakes.host.make_directory(FOLDER, mode=0o700, owner=ADA)
    bench.fakes.host.link(path)
    with pytest.raises(ForeignState) as caught:
        bench.run(user_kubeconfig.PHASE)
    assert caught.value.exit_code == 6
    assert bench.effects() == []


def test_a_folder_in_the_way_is_refused(bench: Bench) -> None:
    """What is no plain file isn't replaced."""
    bench.fakes.host.make_directory(CONFIG, mode=0o700)
    with pytest.raises(ForeignState):
        bench.run(user_kubeconfig.PHASE)


@pytest.mark.parametrize(
    "line",
    [
        None,
        "ada:x:1000",
        "ada:x:1000:1001:::/bin/sh",
        "ada:x:1:1::/nowhere:/bin/sh",
        "ada:x:1:1::rel:/b",
    ],
)
def test_a_user_without_a_home_is_refused(bench: Bench, line: str | None) -> None:
    """Nobody by that name, or nowhere to put it: an error and no effect."""
    bench.fakes.host.answer("getent passwd", code=0 if line else 2, stdout=line or "")
    with pytest.raises(PhaseError):
        bench.run(user_kubeconfig.PHASE)
    assert bench.effects() == []


def test_a_folder_of_somebody_else_is_told(bench: Bench) -> None:
    """A ~/.kube that root made stays root's, with a warning."""
    bench.fakes.host.make_directory(FOLDER, mode=0o755)
    bench.run(user_kubeconfig.PHASE)
    assert facts(bench, FOLDER) == (0o755, 0, 0)
    assert any("belongs to user 0" in getattr(e, "text", "") for e in bench.told(object))


def test_a_rehearsal_has_no_owners(bench: Bench) -> None:
    """A second rehearsal changes nothing, whoever rehearses."""
    bench.options = replace(bench.options, mode="rehearsal")
    bench.run(user_kubeconfig.PHASE)
    assert bench.run(user_kubeconfig.PHASE) == 0


def test_only_when_asked(bench: Bench) -> None:
    """Without a name nobody gets anything."""
    assert user_kubeconfig.skip(bench.context()) is None
    bench.options = Options()
    assert "no user was named" in (user_kubeconfig.skip(bench.context()) or "")
