"""What undoing is told: what changed, what was there before, and what really takes it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from phases.engine import events as e
from phases.engine.ledger import Entry, Ledger
from phases.engine.state import PhaseState, RunState
from tui import undoing
from tui.machine import rehearsed_in

RUN = "20261123-151444-d477"


def state(mode: str = "real", *effects: e.Effect) -> RunState:
    started = e.RunStarted(RUN, "init", mode, "v1.37.2", "n", ())  # type: ignore[arg-type]
    phase = PhaseState("certs", "Certificates", effects=effects)
    return RunState(started, phases={"certs": phase})


WRITE = e.Effect("certs", "write", "/etc/kubernetes/pki/ca.crt")


def test_changes_are_counted_by_kind() -> None:
    """A path that was written twice counts once."""
    told = undoing.lines(state("real", WRITE, WRITE, e.Effect("certs", "run", "x")), None)
    assert told[:2] == ("    1  files written", "    1  commands run")


def test_what_was_there_before_is_named(tmp_path: Path) -> None:
    """Files that this run replaced are listed with where the ledger keeps them; other runs' are not."""
    ledger = Ledger(tmp_path)
    digest = ledger.keep(b"old")
    before = {"kind": "file", "sha256": digest}
    ledger.enter(Entry(RUN, "certs", "write", "/etc/a", before, {}))
    ledger.enter(Entry("another", "certs", "write", "/etc/b", before, {}))
    ledger.enter(Entry(RUN, "certs", "write", "/etc/c", None, {}))
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write("torn\n[]\n")
    journal = tmp_path / "runs" / RUN / "journal.jsonl"
    told = undoing.lines(state("real", WRITE), journal)
    assert f"Files that were there before are kept in {tmp_path}/kept:" in told
    assert f"  /etc/a  {digest[:12]}" in told
    assert not [line for line in told if line.startswith(("  /etc/b", "  /etc/c"))]


def test_the_way_back_is_told() -> None:
    """What taking it back means, and the command that does it without a screen."""
    told = "\n".join(undoing.lines(state("real", WRITE), None))
    assert "kubeboot-tui reset" in told
    assert "put back from the ledger" in told


def test_a_rehearsal_goes_with_its_folder(tmp_path: Path) -> None:
    """Nothing else is needed for it."""
    journal = tmp_path / "var/lib/kubeboot/runs/one/journal.jsonl"
    told = undoing.lines(state("rehearsal", WRITE), journal)
    assert told[-1] == f"  rm -r {tmp_path}"
    assert "reset" not in "".join(told)


def test_a_rehearsals_folder_is_told_from_the_machine(tmp_path: Path) -> None:
    """The machine's own state is no rehearsal's; nor is any other folder."""
    tail = "var/lib/kubeboot/runs/one/journal.jsonl"
    assert rehearsed_in(tmp_path / tail) == tmp_path
    assert rehearsed_in(Path("/") / tail) is None
    assert rehearsed_in(tmp_path / "journal.jsonl") is None
    assert rehearsed_in(Path("journal.jsonl")) is None


@pytest.mark.parametrize(
    ("mode", "effects", "worth"),
    [
        ("real", (WRITE,), True),
        ("rehearsal", (WRITE,), True),
        ("dry-run", (WRITE,), False),
        ("real", (), False),
    ],
)
def test_only_real_changes_are_worth_it(
    mode: str, effects: tuple[e.Effect, ...], worth: bool
) -> None:
    """A dry run has changed nothing, and nothing needs no undoing."""
    assert undoing.is_worth(state(mode, *effects)) == worth
