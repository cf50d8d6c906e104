"""Taking changes back: each becomes again what it was, and what others changed since stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from phases.engine import events as e
from phases.engine.context import Context
from phases.engine.undo import take_back
from tests.engine.bench import Bench
from tests.fakes import FakeHost

OLD, NEW = b"old", b"new"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.fakes.host.write("/etc/old", OLD, mode=0o640, owner=(3, 4))
    bench.fakes.host.make_directory("/etc/cni/net.d", mode=0o755)
    bench.fakes.host.write("/etc/cni/net.d/10-x.conf", OLD, mode=0o600)
    return bench


def look(host: FakeHost) -> dict[str, tuple[object, bytes]]:
    """Everything on the machine with its mode, owner and content."""
    return {
        path: ((entry.kind, entry.mode, entry.owner), entry.content)
        for path, entry in host._entries.items()
    }


def undone(bench: Bench) -> tuple[Context, list[str]]:
    """Takes everything back; the context, and what was warned of."""
    context = bench.context("undo")
    take_back(context, context.past.entries())
    return context, [warning.text for warning in bench.told(e.Warned)]


CHANGES: dict[str, Callable[[Context], object]] = {
    "a new file": lambda c: c.host.write("/etc/new", NEW, mode=0o644),
    "another content": lambda c: c.host.write("/etc/old", NEW, mode=0o640, owner=(3, 4)),
    "another mode": lambda c: c.host.write("/etc/old", OLD, mode=0o600, owner=(3, 4)),
    "another owner": lambda c: c.host.write("/etc/old", OLD, mode=0o640),
    "a folder": lambda c: c.host.make_directory("/etc/folder", mode=0o700),
    "a folder's mode": lambda c: c.host.make_directory("/etc/cni/net.d", mode=0o700),
    "a file less": lambda c: c.host.remove("/etc/old"),
    "a tree moved": lambda c: c.host.move("/etc/cni/net.d", "/var/lib/aside"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_each_change_is_taken_back(bench: Bench, change: Callable[[Context], object]) -> None:
    """Content, mode and owner are again what they were, and nothing is left over."""
    host = bench.fakes.host
    before = look(host)
    change(bench.context())
    assert look(host) != before
    _, warnings = undone(bench)
    assert (look(host), warnings) == (before, [])


def test_many_changes_go_the_other_way(bench: Bench) -> None:
    """The latest is taken back first: a folder is empty by the time it goes."""
    host = bench.fakes.host
    before = look(host)
    context = bench.context()
    context.host.make_directory("/etc/a", mode=0o755)
    context.host.write("/etc/a/file", OLD, mode=0o644)
    context.host.write("/etc/a/file", NEW, mode=0o600)
    undone(bench)
    assert look(host) == before


def test_what_was_written_twice_and_is_gone_is_done(bench: Bench) -> None:
    """A file that we made, changed and then lost needs no more."""
    context = bench.context()
    context.host.write("/etc/new", OLD, mode=0o644)
    context.host.write("/etc/new", NEW, mode=0o600)
    bench.fakes.host.remove("/etc/new")
    _, warnings = undone(bench)
    assert warnings == []


def test_a_way_of_many_steps_is_gone_back(bench: Bench) -> None:
    """Written, moved away, written anew: each step finds what it left, and the first state comes back."""
    host = bench.fakes.host
    before = look(host)
    context = bench.context()
    context.host.write("/etc/old", NEW, mode=0o640, owner=(3, 4))
    context.host.move("/etc/old", "/var/lib/aside")
    context.host.write("/etc/old", b"another", mode=0o644)
    _, warnings = undone(bench)
    assert (look(host), warnings) == (before, [])


def test_what_a_command_takes_along_comes_back_after_it(bench: Bench) -> None:
    """A file kept before a package came, and changed after, outlives the package's going."""
    host = bench.fakes.host
    before = look(host)
    run = host.run

    def purging(argv: tuple[str, ...], **more: object) -> object:
        if argv[0] == "purge":
            host.remove("/etc/old")
        return run(argv, **more)  # type: ignore[arg-type]

    host.run = purging  # type: ignore[method-assign,assignment]
    context = bench.context()
    context.host.write("/etc/old", OLD, mode=0o640, owner=(3, 4))
    context.host.run(("install", "x"), undo=("purge", "x"))
    context.host.write("/etc/old", NEW, mode=0o640, owner=(3, 4))
    _, warnings = undone(bench)
    assert (look(host), warnings) == (before, [])


def test_folders_above_go_as_well(bench: Bench) -> None:
    """Those that were made on the way to a folder are ours, too."""
    before = look(bench.fakes.host)
    bench.context().host.make_directory("/etc/one/two/three", mode=0o700)
    undone(bench)
    assert look(bench.fakes.host) == before


def test_a_command_has_its_opposite(bench: Bench) -> None:
    """A command with an opposite is followed by it, one without by nothing."""
    context = bench.context()
    context.host.run(("swapoff", "/swap"), undo=("swapon", "/swap"))
    context.host.run(("systemctl", "daemon-reload"))
    undone(bench)
    assert bench.fakes.host.ran[2:] == ("swapon /swap",)


def test_what_others_changed_stays(bench: Bench) -> None:
    """A file that somebody else changed since is left to them, and that is told."""
    bench.context().host.write("/etc/old", NEW, mode=0o640)
    bench.fakes.host.write("/etc/old", b"theirs", mode=0o640)
    _, warnings = undone(bench)
    assert bench.fakes.host.read("/etc/old") == b"theirs"
    assert warnings == ["/etc/old stays as it is: it was changed since"]


def test_what_stays_is_told_once(bench: Bench) -> None:
    """Earlier changes of a file that somebody else has changed stay with it, and still count."""
    context = bench.context()
    context.host.write("/etc/old", b"one", mode=0o640)
    context.host.write("/etc/old", b"two", mode=0o640)
    bench.fakes.host.write("/etc/old", b"theirs", mode=0o640)
    context, warnings = undone(bench)
    assert warnings == ["/etc/old stays as it is: it was changed since"]
    assert [entry.verb for entry in context.past.entries()] == ["write", "write"]


def test_a_folder_with_something_in_it_stays(bench: Bench) -> None:
    """A folder of ours that others use is left to them."""
    bench.context().host.make_directory("/etc/folder", mode=0o700)
    bench.fakes.host.write("/etc/folder/theirs", b"", mode=0o644)
    _, warnings = undone(bench)
    assert warnings == ["/etc/folder stays as it is: there is something in it (theirs)"]


def test_what_came_in_its_place_stays(bench: Bench) -> None:
    """What was moved away doesn't replace what stands there now."""
    bench.context().host.move("/etc/old", "/var/lib/aside")
    bench.fakes.host.write("/etc/old", b"theirs", mode=0o640)
    _, warnings = undone(bench)
    assert bench.fakes.host.read("/etc/old") == b"theirs"
    assert "what was before lies in /var/lib/aside" in warnings[0]


def test_a_command_that_fails_is_told(bench: Bench) -> None:
    """Its own words say why, and the change still stands in the ledger."""
    bench.fakes.host.answer("swapon", code=1, stderr="swapon: no such device")
    bench.context().host.run(("swapoff", "/swap"), undo=("swapon", "/swap"))
    context, warnings = undone(bench)
    assert warnings == ["swapoff /swap stays as it is: `swapon /swap`: swapon: no such device"]
    assert [entry.target for entry in context.past.entries() if entry.undo] == ["swapoff /swap"]


def test_a_second_undo_does_nothing(bench: Bench) -> None:
    """What was taken back counts no more, so nothing is taken back twice."""
    bench.context().host.run(("modprobe", "x"), undo=("modprobe", "-r", "x"))
    undone(bench)
    ran = bench.fakes.host.ran
    context = bench.context("undo")
    take_back(context, [entry for entry in context.past.entries() if entry.phase != "undo"])
    assert bench.fakes.host.ran == ran


def test_an_undo_cut_short_goes_on(bench: Bench) -> None:
    """A second one does what is left of the first."""
    before = look(bench.fakes.host)
    context = bench.context()
    for name in ("one", "two", "three"):
        context.host.write(f"/etc/{name}", NEW, mode=0o644)
    effects = len(bench.fakes.host.effects)
    bench.fakes.host.fail_at(effects + 2, OSError(5, "Input/output error"), after=True)
    with pytest.raises(OSError, match="Input"):
        undone(bench)
    context = bench.context("undo")
    take_back(context, [entry for entry in context.past.entries() if entry.phase != "undo"])
    assert look(bench.fakes.host) == before


def test_a_file_that_went_comes_back(bench: Bench) -> None:
    """One that was there before and is gone, with its folder, comes back in a folder as it was."""
    host = bench.fakes.host
    before = look(host)
    bench.context().host.write("/etc/cni/net.d/10-x.conf", OLD, mode=0o600)
    host.remove("/etc/cni")
    _, warnings = undone(bench)
    assert (look(host), warnings) == (before, [])


def test_folders_above_what_was_moved_come_back(bench: Bench) -> None:
    """A folder that has gone meanwhile is made again with the mode it had."""
    host = bench.fakes.host
    before = look(host)
    bench.context().host.move("/etc/cni/net.d/10-x.conf", "/var/lib/aside")
    host.remove("/etc/cni")
    undone(bench)
    assert look(host) == before
