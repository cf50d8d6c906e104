"""Recorded ports and their ledger: first the entry, then the change, then the effect."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from phases.engine import events as e
from phases.engine.context import Context
from phases.engine.ledger import Entry, Ledger
from phases.system.ports import ClusterError, Ref, RuntimeFailure
from tests.engine.bench import Bench

FILE = "/etc/file"
THING = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "default"}}
REF = Ref.of(THING)
OLD = b"what was there before"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.fakes.host.write("/etc/old", OLD, mode=0o640)
    bench.fakes.host.effects.clear()
    bench.fakes.cluster.create({**THING, "metadata": {**THING["metadata"], "name": "old"}})  # type: ignore[dict-item]
    return bench


def entries(bench: Bench) -> list[dict[str, Any]]:
    text = (bench.state / "ledger.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


OLD_REF = Ref("v1", "ConfigMap", "old", "default")

CHANGES: dict[str, tuple[Callable[[Context], Any], str, str]] = {
    "write": (lambda c: c.host.write(FILE, b"secret", mode=0o600), "write", FILE),
    "rewrite": (lambda c: c.host.write("/etc/old", b"new", mode=0o600), "write", "/etc/old"),
    "make": (lambda c: c.host.make_directory("/etc/new", mode=0o700), "make", "/etc/new"),
    "remove": (lambda c: c.host.remove("/etc/old"), "remove", "/etc/old"),
    "run": (lambda c: c.host.run(("systemctl", "start", "x")), "run", "systemctl start x"),
    "pull": (lambda c: c.open_runtime().pull("image"), "pull", "image"),
    "create": (lambda c: c.connect(b"", "").create(THING), "create", str(REF)),
    "replace": (
        lambda c: c.connect(b"", "").replace(
            {**(c.connect(b"", "").get(OLD_REF) or {}), "data": {"a": "b"}}
        ),
        "update",
        str(OLD_REF),
    ),
    "patch": (
        lambda c: c.connect(b"", "").patch(OLD_REF, {"data": {"a": "b"}}),
        "update",
        str(OLD_REF),
    ),
    "delete": (lambda c: c.connect(b"", "").delete(OLD_REF), "delete", str(OLD_REF)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_entered_and_told(bench: Bench, name: str) -> None:
    """Each changing verb leaves one entry and one effect of the same name."""
    change, verb, target = CHANGES[name]
    change(bench.context("certs"))
    (entry,) = entries(bench)
    assert (entry["verb"], entry["target"], entry["phase"]) == (verb, target, "certs")
    assert entry["run"] == bench.journals[-1].parent.name
    (effect,) = bench.told(e.Effect)
    assert (effect.verb, effect.target, effect.phase) == (verb, target, "certs")


FAULTS = [name for name in CHANGES if name not in ("pull", "create", "replace", "patch", "delete")]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("after", [False, True])
def test_a_failed_change_is_entered_and_not_told(bench: Bench, name: str, after: bool) -> None:
    """The entry stands before the change is tried, so a crash in it is known; the effect isn't told."""
    bench.fakes.host.fail_at(1, OSError(28, "No space left on device"), after=after)
    with pytest.raises(OSError, match="No space"):
        CHANGES[name][0](bench.context())
    assert len(entries(bench)) == 1
    assert bench.told(e.Effect) == []


def test_a_failed_pull_is_no_effect(bench: Bench) -> None:
    """A pull that failed is entered and not told as done."""
    bench.fakes.runtime.failures["image"] = "no such image"
    with pytest.raises(RuntimeFailure):
        bench.context().open_runtime().pull("image")
    assert (len(entries(bench)), bench.told(e.Effect)) == (1, [])


def test_a_refused_object_is_no_effect(bench: Bench) -> None:
    """A create that the server refused is entered and not told as done."""
    bench.fakes.cluster.errors = [ClusterError(403, "Forbidden", "no")]
    with pytest.raises(ClusterError):
        bench.context().connect(b"", "").create(THING)
    assert (len(entries(bench)), bench.told(e.Effect)) == (1, [])


def test_a_write_that_changed_nothing_is_no_effect(bench: Bench) -> None:
    """What the server takes for what it has already is not counted."""
    cluster = bench.context().connect(b"", "")
    cluster.replace(cluster.get(OLD_REF) or {})
    assert bench.told(e.Effect) == []


def test_what_was_there_is_kept(bench: Bench) -> None:
    """The entry describes the file before and the folders above; its content lies aside for its owner."""
    bench.context().host.write("/etc/old", b"new", mode=0o600)
    (entry,) = entries(bench)
    digest = sha256(OLD).hexdigest()
    owner = {"uid": 0, "gid": 0}
    assert entry["before"] == {
        "kind": "file",
        "mode": 0o640,
        **owner,
        "sha256": digest,
        "above": {"/etc": {"kind": "directory", "mode": 0o755, **owner}},
    }
    assert entry["after"] == {
        "kind": "file",
        "sha256": sha256(b"new").hexdigest(),
        "mode": 0o600,
    }
    kept = bench.state / "kept" / digest
    assert kept.read_bytes() == OLD
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_what_an_object_was_is_kept(bench: Bench) -> None:
    """The whole object before a change lies aside."""
    context = bench.context()
    live = context.connect(b"", "").get(OLD_REF)
    context.connect(b"", "").delete(OLD_REF)
    (entry,) = entries(bench)
    assert json.loads((bench.state / "kept" / entry["before"]["sha256"]).read_text()) == live


def test_a_new_file_had_nothing_before(bench: Bench) -> None:
    """The entry of a file that wasn't there says so."""
    bench.context().host.write(FILE, b"x", mode=0o600)
    assert entries(bench)[0]["before"] is None


def test_no_content_is_in_entries_or_events(bench: Bench) -> None:
    """Ledger and journal know a file by path and digest alone."""
    bench.context().host.write(FILE, b"-----BEGIN PRIVATE KEY-----", mode=0o600)
    for path in (bench.state / "ledger.jsonl", bench.journals[-1]):
        assert "PRIVATE" not in path.read_text()


def entry(target: str) -> Entry:
    return Entry("run", "phase", "write", target)


def test_a_later_run_knows_its_own(tmp_path: Path) -> None:
    """Every target that was ever entered is the installer's own."""
    ledger = Ledger(tmp_path)
    for target in ("/a", "/b", "/a"):
        ledger.enter(entry(target))
    ledger.close()
    assert Ledger(tmp_path).targets() == {"/a", "/b"}


@pytest.mark.parametrize("torn", [b'{"run":"x","ta', b"\xff\xfe", b"{}", b"null", b"[1]"])
def test_a_torn_line_costs_only_itself(tmp_path: Path, torn: bytes) -> None:
    """What a power cut left of the last entry neither hides others nor swallows the next one."""
    ledger = Ledger(tmp_path)
    ledger.enter(entry("/a"))
    with (tmp_path / "ledger.jsonl").open("ab") as file:
        file.write(torn)
    again = Ledger(tmp_path)
    again.enter(entry("/b"))
    assert again.targets() == {"/a", "/b"}


def test_a_ledger_nobody_holds_is_closed(tmp_path: Path) -> None:
    """No file stays open behind a ledger that was dropped."""
    held = Ledger(tmp_path)
    place = Path(f"/proc/self/fd/{held._fd}")
    assert place.readlink() == tmp_path / "ledger.jsonl"
    del held
    gc.collect()
    assert not place.exists()


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    """Content is kept under its digest, whole, with nothing else beside it."""
    ledger = Ledger(tmp_path)
    assert ledger.keep(OLD) == ledger.keep(OLD) == sha256(OLD).hexdigest()
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [sha256(OLD).hexdigest()]


def test_only_the_owner_reads_the_ledger(tmp_path: Path) -> None:
    """The ledger has mode 0600."""
    Ledger(tmp_path)
    assert (tmp_path / "ledger.jsonl").stat().st_mode & 0o777 == 0o600
