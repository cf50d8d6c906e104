"""The journal: every event there and back, torn and unknown lines, several writers, a reader's steps."""

from __future__ import annotations

import gc
import json
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given

from phases.engine import events as e
from phases.engine.journal import KINDS, Journal, Reader, Record, decode, encode
from tests.engine.vocabulary import RECORDS

NOW = datetime(2027, 1, 1, tzinfo=UTC)
OUTLINE = e.PhaseOutline("certs", "Certificates", ("preflight",), ("ca", "sa"), "asked to skip it")
FAILURE = e.Failure("code", "what", "where", "why\nover lines", "remedy")
STARTED = e.RunStarted("run", "init", "real", "v1.37.2", "node", (OUTLINE,), 7)


def reread(path: Path) -> list[e.Event]:
    return [record.event for record in Reader(path).new_records()]


@given(RECORDS)
def test_every_event_comes_back_as_it_was(record: Record) -> None:
    """Whatever the vocabulary can say survives a line of the journal."""
    assert decode(encode(record)) == record


@given(RECORDS)
def test_a_line_is_one_line_of_ascii(record: Record) -> None:
    """No text, not even one with exotic line ends or half characters, breaks a line or a terminal."""
    line = encode(record)
    assert line.isascii()
    assert len(line.splitlines()) == 1


def test_the_vocabulary_is_whole() -> None:
    """Every kind of event that the module defines can be written and read."""
    helpers = {"PhaseOutline", "Failure"}
    defined = {name for name, kind in vars(e).items() if isinstance(kind, type)} - {"Mapping"}
    assert {name for name in defined if vars(e)[name].__module__ == e.__name__} - helpers == set(
        KINDS
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[]",
        '"text"',
        "{}",
        '{"seq":0,"at":"2027-01-01T00:00:00+00:00","event":"Telepathy"}',
        '{"seq":0,"at":"2027-01-01T00:00:00+00:00","event":["PhaseStarted"]}',
        '{"seq":0,"at":"2027-01-01T00:00:00+00:00","event":"PhaseStarted"}',
        '{"seq":0,"at":"soon","event":"PhaseStarted","phase":"certs"}',
        '{"seq":"x","at":"2027-01-01T00:00:00+00:00","event":"PhaseStarted","phase":"certs"}',
        '{"at":"2027-01-01T00:00:00+00:00","event":"PhaseStarted","phase":"certs"}',
        '{"seq":0,"at":"2027-01-01T00:00:00+00:00","event":"RunStarted","phases":[3]}',
        '{"seq":0,"at":"2027-01-01T00:00:00+00:00","event":"PhaseFailed","phase":"a","failure":3}',
    ],
)
def test_what_is_not_understood_is_passed_over(line: str) -> None:
    """A torn, foreign or unknown line is no record, and no error either."""
    assert decode(line) is None


@pytest.mark.parametrize("event", [STARTED, e.PhaseFailed("certs", FAILURE)], ids=["run", "failed"])
def test_newer_fields_are_passed_over(event: e.Event) -> None:
    """An older reader takes from a newer engine's event what it knows, at any depth."""
    data = json.loads(encode(Record(1, NOW, event))) | {"mood": "bright"}
    data["phases"] = [{**asdict(OUTLINE), "mood": "bright"}]
    data["failure"] = {**asdict(FAILURE), "mood": "bright"}
    assert decode(json.dumps(data)) == Record(1, NOW, event)


def test_several_threads_append(tmp_path: Path) -> None:
    """Lines of several threads neither mix nor share a number, and stand in the order of their numbers."""
    journal, ready = Journal(tmp_path / "journal"), threading.Barrier(4)

    def write(name: str) -> None:
        ready.wait()
        for _ in range(50):
            journal.append(e.PhaseStarted(name))

    threads = [threading.Thread(target=write, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = list(Reader(journal.path).new_records())
    assert [record.seq for record in records] == list(range(200))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_signal_cuts_into_an_append(tmp_path: Path, moment: str) -> None:
    """A handler that appends in the middle of an append neither locks up nor repeats a number."""
    pending = [True]

    def now() -> datetime:
        if pending:
            pending.clear()
            signal.raise_signal(signal.SIGUSR1)
        return NOW

    journal = Journal(tmp_path / "journal", now)

    def handler(_number: int, _frame: FrameType | None) -> None:
        journal.append(e.CancelRequested(15))

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        if moment == "after":
            pending.clear()
            journal.append(e.PhaseStarted("zero"))
            pending.append(True)
        journal.append(e.PhaseStarted("one"))
        journal.append(e.PhaseStarted("two"))
    finally:
        signal.signal(signal.SIGUSR1, before)
    records = list(Reader(journal.path).new_records())
    assert [record.seq for record in records] == list(range(len(records)))
    tail = [record.event for record in records][-3:]
    assert tail == [e.PhaseStarted("one"), e.CancelRequested(15), e.PhaseStarted("two")]


def test_an_event_that_cannot_be_written_stops_nothing_else(tmp_path: Path) -> None:
    """After a failed append (a full disk) the next one works again."""
    faults: list[OSError] = [OSError(28, "No space left on device")]

    def now() -> datetime:
        if faults:
            raise faults.pop()
        return NOW

    journal = Journal(tmp_path / "journal", now)
    with pytest.raises(OSError, match="No space"):
        journal.append(e.PhaseStarted("one"))
    journal.append(e.PhaseStarted("two"))
    assert reread(journal.path) == [e.PhaseStarted("two")]


def test_only_the_owner_reads_a_journal(tmp_path: Path) -> None:
    """A journal has mode 0600."""
    assert Journal(tmp_path / "journal").path.stat().st_mode & 0o777 == 0o600


def test_a_journal_nobody_holds_is_closed(tmp_path: Path) -> None:
    """No file stays open behind a journal that was dropped."""
    held = Journal(tmp_path / "journal")
    place = Path(f"/proc/self/fd/{held._fd}")
    assert place.readlink() == held.path
    del held
    gc.collect()
    assert not place.exists()


@pytest.mark.parametrize("text", ["a\u2028b", "a\x85b", "a\x1cb", "\udc80", "é", "\n\r"])
def test_output_of_any_kind_arrives(tmp_path: Path, text: str) -> None:
    """What others print, with Unicode's other line ends or half characters in it, is not lost."""
    journal = Journal(tmp_path / "journal")
    journal.append(e.Output("certs", "kubelet", text))
    assert reread(journal.path) == [e.Output("certs", "kubelet", text)]


def whole(line: bytes) -> list[bytes]:
    return [line]


def in_two(line: bytes) -> list[bytes]:
    return [line[:20], line[20:]]


def byte_by_byte(line: bytes) -> list[bytes]:
    return [line[n : n + 1] for n in range(len(line))]


@pytest.mark.parametrize("parts", [whole, in_two, byte_by_byte])
def test_a_reader_waits_for_the_end_of_a_line(
    tmp_path: Path, parts: Callable[[bytes], list[bytes]]
) -> None:
    """However a line arrives, even cut inside a character, it is read once and whole."""
    path = tmp_path / "journal"
    path.touch()
    reader = Reader(path)
    found: list[Record] = []
    event = e.Warned("certs", "—é\u2028—")
    text = json.dumps(json.loads(encode(Record(0, NOW, event))), ensure_ascii=False) + "\n"
    for part in parts(text.encode()):
        assert found == []
        with path.open("ab") as file:
            file.write(part)
        found += list(reader.new_records())
    assert [record.event for record in found] == [event]
    assert list(reader.new_records()) == []


def test_a_bad_line_hides_no_other(tmp_path: Path) -> None:
    """Lines around one that can't be read are read."""
    path = tmp_path / "journal"
    good = encode(Record(0, NOW, e.PhaseStarted("certs"))).encode()
    path.write_bytes(good + b"\n\xff\xfe garbage\n\n" + good + b"\n" + good[:9])
    assert reread(path) == [e.PhaseStarted("certs")] * 2
