"""A journal as plain lines, live lines and last words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from phases.engine import events as e
from phases.engine.journal import Journal, Record
from phases.engine.state import RunState, fold
from tui.closing import closing
from tui.follow import follow
from tui.headless import LineView, LiveView, lines, spelled, watch

T0 = datetime(2027, 1, 1, tzinfo=UTC)
PHASES = (e.PhaseOutline("certs", "Certificates"), e.PhaseOutline("etcd", "etcd"))
FAILURE = e.Failure("code", "it broke", "certs", "one\ntwo", "Mend it")


def started(mode: str = "real") -> e.RunStarted:
    return e.RunStarted("run", "init", mode, "v1.37.2", "node", PHASES)  # type: ignore[arg-type]


def records(*events: e.Event) -> Iterator[Record]:
    for number, event in enumerate(events):
        yield Record(number, T0 + timedelta(seconds=number), event)


def shown(*events: e.Event) -> list[str]:
    state = RunState()
    found: list[str] = []
    for record in records(*events):
        state = fold(state, record)
        found += lines(record, state)
    return found


DONE = e.PhaseFinished("certs", 2)


@pytest.mark.parametrize(
    ("mode", "event", "line"),
    [
        ("real", None, "kubeboot-tui · Kubernetes v1.37.2 on node"),
        ("rehearsal", None, "… on node · rehearsal: nothing on this machine is touched"),
        ("dry-run", None, "… on node · dry run: nothing is changed"),
        ("real", DONE, "✓ Certificates                       1.0 s  2 changes"),
        ("real", e.PhaseFinished("certs", 1), "… 1 change"),
        (
            "real",
            e.PhaseFinished("certs", 0),
            "= Certificates                       1.0 s  unchanged",
        ),
        ("real", e.PhaseSkipped("etcd", "it is external"), "… skipped: it is external"),
        ("real", e.StepSkipped("certs", "sa", "asked to"), "… skipped: asked to"),
        ("real", e.PhaseFailed("certs", FAILURE), "  → Mend it"),
        ("real", e.Warned("certs", "beware"), "! warning: certs: beware"),
        ("real", e.Warned("", "beware"), "! warning: beware"),
        ("rehearsal", e.Warned("certs", "broken", "error"), "✗ error: certs: broken"),
        ("real", e.CancelRequested(2), "  stopping at the next safe point"),
        ("dry-run", e.Effect("certs", "write", "/x"), "  would write /x"),
    ],
)
def test_an_event_is_a_line(mode: str, event: e.Event | None, line: str) -> None:
    """What an operator should know is said in one line; its end is given here, or all of it."""
    events = [started(mode), e.PhaseStarted("certs"), *([event] if event else [])]
    last = shown(*events)[-1]
    assert last == line or (line.startswith("…") and last.endswith(line[1:].lstrip()))


@pytest.mark.parametrize(
    "event",
    [
        e.Effect("certs", "write", "/x"),
        e.Output("certs", "kubelet", "noise"),
        e.Report("certs", "certificate", "ca"),
        e.StepFinished("certs", "ca", 1),
        e.HandoverWritten("certs", "/x"),
    ],
)
def test_most_events_say_nothing(event: e.Event) -> None:
    """Details stay in the journal."""
    assert len(shown(started(), event)) == 1


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (0, []),
        (1, ["  write /x (9 bytes)", "  run y"]),
        (5, ["  write /x (9 bytes)", "  run y", "  kubelet: noise?"]),
    ],
)
def test_more_is_told_when_it_is_asked_for(detail: int, told: list[str]) -> None:
    """From -v 1 on each change is a line, from -v 5 on what programs say, without their escapes."""
    state = fold(RunState(), next(records(started())))
    events = (
        e.Effect("certs", "write", "/x", "9 bytes"),
        e.Effect("certs", "run", "y"),
        e.Output("certs", "kubelet", "noise\x1b"),
    )
    assert [line for r in records(*events) for line in lines(r, state, detail)] == told


def test_a_failure_is_told_in_full() -> None:
    """What, every line of why, and what next."""
    assert shown(started(), e.PhaseFailed("certs", FAILURE))[-4:] == [
        "  it broke",
        "  one",
        "  two",
        "  → Mend it",
    ]


@pytest.mark.parametrize(
    ("encoding", "environment", "line"),
    [
        ("utf-8", {"LANG": "de_DE.UTF-8"}, "✓ é"),
        ("utf-8", {"LANG": "C.UTF-8"}, "✓ é"),
        ("utf-8", {"LANG": "C"}, "+ ?"),
        ("utf-8", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "+ ?"),
        ("utf-8", {"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, "+ ?"),
        ("utf-8", {}, "+ ?"),
        ("utf-8", {"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}, "✓ é"),
        ("latin-1", {"LANG": "de_DE"}, "+ é"),
        ("ascii", {"LANG": "de_DE.UTF-8"}, "+ ?"),
        (None, {"LANG": "de_DE.UTF-8"}, "+ ?"),
    ],
)
def test_signs_are_those_that_can_be_shown(
    encoding: str | None, environment: dict[str, str], line: str
) -> None:
    """The stream and the locale both have a say; what can't be shown is replaced, never an error."""
    assert spelled("✓ é", encoding, environment) == line


def test_a_view_is_closed_whatever_happens() -> None:
    """When the reader is interrupted the terminal is still put in order."""
    closed: list[RunState] = []

    class View(LineView):
        def close(self, state: RunState) -> None:
            closed.append(state)

    def interrupted() -> Iterator[Record | None]:
        yield from records(started())
        yield None
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(interrupted(), View(io.StringIO()))
    assert [state.started for state in closed] == [started()]


def test_a_terminal_shows_what_runs() -> None:
    """On a terminal each running phase has a live line with its time and steps."""
    view = LiveView(lambda: T0 + timedelta(seconds=3))
    running = (started(), e.PhaseStarted("certs"), e.StepStarted("certs", "ca"))
    state = watch(records(*running), view)
    line = view._line(state.phases["certs"])
    assert line == "Certificates                       2.0 s  ca"


def last_words(*events: e.Event, withheld: frozenset[str] = frozenset()) -> list[str]:
    state = RunState()
    for record in records(*events):
        state = fold(state, record)
    return [line for line in closing(state, withheld) if line]


@pytest.mark.parametrize(
    ("mode", "finished", "words"),
    [
        ("real", e.RunFinished("done", 0, 3), "Done: 3 changes."),
        ("real", e.RunFinished("done", 0, 1), "Done: 1 change."),
        (
            "rehearsal",
            e.RunFinished("done", 0, 3),
            "Done: a rehearsal of 3 changes; this machine was not touched.",
        ),
        (
            "dry-run",
            e.RunFinished("done", 0, 3),
            "Done: a dry run of 3 changes; this machine was not touched.",
        ),
        ("real", e.RunFinished("unchanged", 0, 0), "Nothing to do: everything is as it should be."),
        ("real", e.RunFinished("failed", 4, 0, FAILURE), "Failed in certs: it broke. Mend it."),
        ("real", e.RunFinished("refused", 6, 0, e.Failure("c", "no")), "Refused: no."),
        ("real", e.RunFinished("cancelled", 130, 0, e.Failure("c", "w")), "Stopped: w."),
        ("real", None, "The engine ended without finishing the run; the same command resumes it."),
    ],
)
def test_the_end_is_a_sentence(mode: str, finished: e.RunFinished | None, words: str) -> None:
    """How a run ended is said in one sentence, and what next where there is something to do."""
    assert last_words(started(mode), *([finished] if finished else [])) == [words]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((e.PhaseFinished("show-join-command", 0),), "node is a control plane now (1 change)."),
        ((e.PhaseFinished("wait-control-plane", 0),), "node is a control plane now (1 change)."),
        ((e.PhaseSkipped("show-join-command", "asked to"),), "1 change."),
        ((e.PhaseFinished("certs", 1),), "1 change."),
    ],
)
def test_only_a_whole_way_makes_a_control_plane(events: tuple[e.Event, ...], words: str) -> None:
    """A part of the way is told by its changes, not as the whole."""
    assert last_words(started(), *events, e.RunFinished("done", 0, 1)) == [f"Done: {words}"]


PARTLY = e.RunStarted(
    "run", "init", "real", "v1.37.2", "node",
    (
        e.PhaseOutline("certs", "Certificates", steps=("ca", "sa")),
        e.PhaseOutline("etcd", "etcd", skip=e.NOT_ASKED),
        e.PhaseOutline("images", "Images", skip=e.NOT_ASKED),
        e.PhaseOutline("kubeconfig", "Kubeconfigs", skip=e.SKIPPED),
        e.PhaseOutline("preflight", "Preflight checks", skip="comes before certs"),
    ),
)  # fmt: skip


def test_what_the_plan_leaves_out_is_told_once() -> None:
    """One line for each reason stands at the beginning; the phases left out have none of their own."""
    skips = [e.PhaseSkipped(each.name, each.skip) for each in PARTLY.phases if each.skip]
    steps = [e.StepSkipped("certs", "ca", e.NOT_ASKED), e.StepSkipped("certs", "sa", e.SKIPPED)]
    assert shown(PARTLY, *skips, *steps)[1:] == [
        "↷ 2 phases  skipped: not among those asked for",
        "↷ kubeconfig  skipped: asked to skip it",
        "↷ preflight  skipped: comes before certs",
        "↷ certs/sa                                        skipped: asked to skip it",
    ]


@pytest.mark.parametrize(
    "events", [(PARTLY,), (started(), e.StepSkipped("certs", "sa", e.SKIPPED))]
)
def test_a_part_that_is_good_isnt_everything(events: tuple[e.Event, ...]) -> None:
    """Where phases or steps were left out, nothing is said of the whole."""
    told = last_words(*events, e.RunFinished("unchanged", 0, 0))
    assert told == ["Nothing to do: the part that was asked for is as it should be."]


@pytest.mark.parametrize(
    ("states", "note"),
    [
        (("failed", "passed"), "1 check failed: here init itself would be refused"),
        (("failed", "failed"), "2 checks failed: here init itself would be refused"),
        (("waived", "warned"), "unchanged"),
    ],
)
def test_failed_checks_that_stop_nothing_are_told(states: tuple[str, ...], note: str) -> None:
    """In a rehearsal the line of the checks says what they would do to init."""
    reports = [
        e.Report("certs", "check", str(number), {"state": state})
        for number, state in enumerate(states)
    ]
    begun = (started("rehearsal"), e.PhaseStarted("certs"))
    assert shown(*begun, *reports, e.PhaseFinished("certs", 0))[-1].endswith(f"  {note}")
    failed = e.PhaseFailed("certs", FAILURE)
    assert "would be refused" not in "".join(shown(*begun, *reports, failed))


def test_signing_requests_are_named() -> None:
    """After --csr-only the last words say where the requests are and what becomes of them."""
    paths = ("/etc/kubernetes/pki/apiserver.csr", "/etc/kubernetes/admin.conf.csr")
    written = [e.Effect("certs", "write", path) for path in (*paths, "/etc/kubernetes/pki/sa.key")]
    told = last_words(started(), *written, e.RunFinished("done", 0, 3))
    assert [line.strip() for line in told if line.startswith("  ")] == list(paths)
    assert "without --csr-only" in told[-1]


def test_a_refusal_names_its_checks() -> None:
    """The last line of a refused run says which checks failed and what they found."""
    checks = {"CRI": ("failed", "no runtime"), "Mem": ("passed", ""), "Swap": ("warned", "on")}
    reports = [
        e.Report("preflight", "check", name, {"state": state, "found": found})
        for name, (state, found) in {**checks, "Port-6443": ("failed", "in use")}.items()
    ]
    failure = e.Failure("preflight", "2 checks failed", "preflight", "", "Mend these")
    told = last_words(started(), *reports, e.RunFinished("refused", 3, 0, failure))
    assert told == ["Refused: [CRI] no runtime, [Port-6443] in use. Mend these."]


def test_what_to_copy_comes_before_the_command(tmp_path: Path) -> None:
    """What has to be done before a control plane can join is read before its command."""
    path = tmp_path / "handover.json"
    path.write_text('{"control_plane": "kubeadm join --control-plane", "no_control_plane": "copy"}')
    told = last_words(started(), e.HandoverWritten("x", str(path)), e.RunFinished("done", 0, 1))
    assert told.index("Further control planes: copy") < told.index("kubeadm join --control-plane")


def test_the_join_commands_stand_alone(tmp_path: Path) -> None:
    """Each command is unbroken on a line of its own; what was withheld is not in it."""
    path = tmp_path / "handover.json"
    path.write_text(
        '{"worker": "kubeadm join a --token t.s -x", "certificate_key": "k",'
        ' "control_plane": "kubeadm join a --token t.s --control-plane --certificate-key k"}'
    )
    run = (started(), e.HandoverWritten("x", str(path)), e.RunFinished("done", 0, 1))
    assert "kubeadm join a --token t.s -x" in last_words(*run)
    hidden = last_words(*run, withheld=frozenset({"token", "certificate-key"}))
    value = "<value withheld>"
    assert f"kubeadm join a --token {value} -x" in hidden
    assert f"kubeadm join a --token {value} --control-plane --certificate-key {value}" in hidden


def test_following_ends_with_the_run(tmp_path: Path) -> None:
    """Records come as they are written; the last event ends it though the engine still lives."""
    journal = Journal(tmp_path / "journal")
    following = follow(journal.path, lambda: True)
    journal.append(e.PhaseStarted("certs"))
    first = next(following)
    assert first
    assert next(following) is None
    journal.append(e.RunFinished("done", 0, 0))
    rest = [record for record in following if record]
    assert [record.event for record in (first, *rest)] == [
        e.PhaseStarted("certs"),
        e.RunFinished("done", 0, 0),
    ]


def test_following_ends_with_the_engine(tmp_path: Path) -> None:
    """What an engine wrote right before it died is read; then it is over."""
    journal, alive = Journal(tmp_path / "journal"), [True]
    following = follow(journal.path, lambda: alive[0])
    assert next(following) is None
    alive[0] = False
    journal.append(e.PhaseStarted("certs"))
    assert [record.event for record in following if record] == [e.PhaseStarted("certs")]
