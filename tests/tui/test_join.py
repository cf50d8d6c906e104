"""The join desk: whole commands, hidden secrets, honest words about the clipboard, and nodes as they come."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from phases import show_join_command
from phases.engine.request import Request
from phases.engine.state import RunState
from phases.show_join_command import SHARED
from tests.tui.scenes import NEWCOMER
from tests.tui.stage import (
    HANDOVER,
    JOIN,
    KEY,
    LATER,
    NARROW,
    RECORDINGS,
    TOKEN,
    TOKEN_ID,
    WIDE,
    app_of,
    cut,
    desk_journal,
    engine_at,
    make_app,
    seen,
    text_of,
    until,
    watched,
)
from tui import clipboard, desk, text
from tui.app import KubebootApp
from tui.preferences import Preferences
from tui.screens.choice import Choice
from tui.screens.join import Join
from tui.screens.run import Run
from tui.text import LANGUAGES


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    text.use("en")


def state_with(tmp_path: Path, **handover: Any) -> RunState:
    """The state of the good run, with a handover made up."""
    path = tmp_path / "handover.json"
    path.write_text(json.dumps(HANDOVER | handover))
    from phases.engine.journal import Reader
    from phases.engine.state import fold

    state = RunState()
    for record in Reader(RECORDINGS / "good.jsonl").new_records():
        state = fold(state, record)
    return replace(state, handover=str(path))


async def at_desk(pilot: Pilot[int], state: RunState) -> Join:
    app = app_of(pilot)
    app.journal = RECORDINGS / "good.jsonl"
    app.show_join(state)
    await until(pilot, lambda: isinstance(app.screen, Join))
    assert isinstance(app.screen, Join)
    return app.screen


def unfolded(app: KubebootApp) -> str:
    """The screen's text with its line ends and margins taken out."""
    return re.sub(r"\s+", " ", text_of(app))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_both_commands_stand_there_with_their_secrets_hidden(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """All of both commands can be read but for the secrets, which v shows and hides again."""
    app = make_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        text = unfolded(app)
        assert f"--token {TOKEN_ID}.•••" in text
        assert "--control-plane --certificate-key •••" in text
        assert TOKEN not in text
        assert KEY not in text
        await pilot.press("v")
        shown = text_of(app).replace("\n", "").replace(" ", "")
        assert TOKEN in shown
        assert KEY in shown
        await pilot.press("v")
        assert TOKEN not in unfolded(app)


async def test_the_time_left_is_told(tmp_path: Path) -> None:
    """The worker's command lasts as long as its token, the other one only two hours after the upload."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        assert "valid for 23 h 54 min" in text_of(app)
        assert "valid for 1 h 54 min" in text_of(app)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3700, "valid for 1 h 1 min"), (61, "valid for 1 min 1 s"), (0, "expired"), (-5, "expired")],
)
def test_time_left_in_words(seconds: int, words: str) -> None:
    """Hours and minutes, then minutes and seconds, then the truth."""
    assert desk.left(LATER + timedelta(seconds=seconds), LATER) == words


def test_a_token_without_an_end_says_so() -> None:
    """No expiry is told as such."""
    assert desk.left(None, LATER) == "does not expire"


async def test_c_sends_the_chosen_command_unbroken(tmp_path: Path) -> None:
    """The clipboard gets exactly the command, on one line, and the words claim no more than sending."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await pilot.press("c")
        assert app.clipboard == HANDOVER["worker"]
        await pilot.press("down", "c")
        assert app.clipboard == HANDOVER["control_plane"]
        await until(pilot, lambda: "Sent to the terminal" in unfolded(app))
        assert "opied" not in text_of(app)


def test_the_clipboard_sequence_is_wrapped_for_tmux_and_screen() -> None:
    """Bare OSC 52 outside, DCS passthrough with doubled escapes in tmux, chunks in screen."""
    coded = b64encode(b"kubeadm join").decode()
    bare = f"\x1b]52;c;{coded}\x07"
    assert clipboard.sequence("kubeadm join", {}) == bare
    tmux = clipboard.sequence("kubeadm join", {"TMUX": "socket,1,0"})
    assert tmux == f"{bare}\x1bPtmux;\x1b{bare}\x1b\\"
    screen = clipboard.sequence("x" * 300, {"STY": "1.tty"})
    pieces = re.findall("\x1bP(.*?)\x1b\\\\", screen, re.DOTALL)
    assert "".join(pieces) == clipboard.sequence("x" * 300, {})
    assert max(map(len, pieces)) <= clipboard.SCREEN_CHUNK


async def test_s_saves_a_script_for_its_owner_alone(tmp_path: Path) -> None:
    """The command is saved with mode 0600; one that is there is only overwritten on request."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await pilot.press("s")
        script = tmp_path / "join-worker.sh"
        await until(pilot, script.exists)
        assert script.read_text().splitlines()[-1] == f"exec {HANDOVER['worker']}"
        assert script.stat().st_mode & 0o777 == 0o600
        script.write_text("mine")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        assert script.read_text() == "mine"
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("down", "enter")
        await until(pilot, lambda: script.read_text() != "mine")


async def test_why_there_is_no_command_for_control_planes(tmp_path: Path) -> None:
    """Without an endpoint the desk says what that means instead of offering nothing."""
    why = "this cluster has no controlPlaneEndpoint, so none can join"
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        state = state_with(tmp_path, control_plane="", no_control_plane=why)
        await at_desk(pilot, state)
        assert f"not offered: {why}" in unfolded(app)


async def test_an_unreadable_handover_is_told(tmp_path: Path) -> None:
    """Who may not read the handover learns how to get a command anyway."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        state = replace(state_with(tmp_path), handover=str(tmp_path / "gone.json"))
        page = await at_desk(pilot, state)
        assert "kubeadm token create --print-join-command" in text_of(app)
        assert not page.check_action("send", ())


def token_run(folder: Path, command: str) -> Path:
    """The journal of a run that has made a new token, long after the good run."""
    folder.mkdir()
    (folder / "handover.json").write_text(json.dumps({"worker": command}))
    first = json.loads((RECORDINGS / "good.jsonl").read_text().splitlines()[0])
    at = {"at": (LATER - timedelta(minutes=1)).isoformat()}
    told: tuple[dict[str, Any], ...] = (
        first | at | {"workflow": "token", "run": "token", "phases": []},
        {"event": "HandoverWritten", "phase": "", "path": str(folder / "handover.json")},
        {"event": "RunFinished", "outcome": "done", "exit_code": 0, "changes": 1, "failure": None},
    )
    journal = folder / "journal.jsonl"
    lines = (json.dumps(at | line | {"seq": n}) for n, line in enumerate(told))
    journal.write_text("".join(f"{line}\n" for line in lines))
    return journal


async def test_n_makes_new_commands(tmp_path: Path) -> None:
    """A new token comes from an engine; desk and parting have it at once, and still tell of the run that
    made the cluster, also after a look back at that run."""
    journal = token_run(tmp_path / "fresh", "kubeadm join new --token n.n")
    asked: list[Request] = []

    def begin(request: Request) -> Any:
        asked.append(request)
        return engine_at(journal)[0]

    app = make_app(tmp_path, begin=begin)
    async with app.run_test(size=WIDE) as pilot:
        page = await at_desk(pilot, state_with(tmp_path))
        up = page.aside()
        await pilot.press("n")
        await until(pilot, lambda: "kubeadm join new" in text_of(app))
        assert page.aside() == up
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Run) and app.screen.story.ended)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        assert "kubeadm join new" in text_of(app)
        await pilot.press("q")
    wanted = next(request for request in asked if request.workflow == "token")
    assert wanted.renew
    assert wanted.upload_certs
    assert "kubeadm join new --token n.n" in app.parting
    assert "is a control plane now" in app.parting[0]


async def test_a_kubeconfig_is_given_on_consent_to_who_called_sudo(tmp_path: Path) -> None:
    """Nobody is offered one without sudo; with it the engine is asked only after a yes."""
    asked: list[Request] = []

    def begin(request: Request) -> Any:
        asked.append(request)
        return engine_at(RECORDINGS / "good.jsonl")[0]

    app = make_app(tmp_path, begin=begin, environment={"SUDO_USER": "ada"})
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await pilot.press("ctrl+k")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        assert not [request for request in asked if request.user_kubeconfig]
        await pilot.press("ctrl+k")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("down", "enter")
        await until(pilot, lambda: bool([request for request in asked if request.user_kubeconfig]))
        await until(pilot, lambda: "ada can use kubectl now" in text_of(app))
    wanted = next(request for request in asked if request.user_kubeconfig)
    assert (wanted.only, wanted.user_kubeconfig) == (("user-kubeconfig",), "ada")


async def test_nodes_stand_there_as_they_come(tmp_path: Path) -> None:
    """The desk's own engine tells of nodes; what one lacks is said, and one that left is gone."""
    journal, now = cut("arrived", NEWCOMER, tmp_path)
    app = make_app(tmp_path, begin=lambda _request: engine_at(journal)[0], now=now)
    async with app.run_test(size=WIDE) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await until(pilot, lambda: "node6" in text_of(app))
        text = text_of(app)
        assert re.search(r"node5 +Ready", text)
        assert re.search(r"node6 +NotReady .* 0:0\d", text)
        assert "no network plugin" in text
        assert "Nodes stay NotReady until a network plugin is applied." in text


async def test_a_node_that_left_is_gone(tmp_path: Path) -> None:
    """It was there, and isn't any more."""
    told = [
        ("node8", {"state": "Ready"}),
        ("node9", {"state": "Ready"}),
        ("node8", {"state": "gone"}),
    ]
    journal = desk_journal(tmp_path, told)
    app = make_app(tmp_path, begin=lambda _request: engine_at(journal)[0])
    async with app.run_test(size=WIDE) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await until(pilot, lambda: "node9" in text_of(app))
        assert "node8" not in text_of(app)


COPY = "copy the shared certificates to them first ({files}), or run init with --upload-certs"
FILES = tuple(f"/etc/kubernetes/pki/{name}" for name in SHARED)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_small_screen_shows_the_nodes_below_both_commands(
    tmp_path: Path, language: str
) -> None:
    """At 80x24 nothing is to be paged for: the files to copy are told in short, and whole in the help."""
    journal, now = cut("arrived", NEWCOMER, tmp_path)
    chosen = Preferences("harbour", language)
    app = make_app(tmp_path, begin=lambda _request: engine_at(journal)[0], chosen=chosen, now=now)
    command, why = f"{JOIN} --control-plane", COPY.format(files=", ".join(FILES))
    async with app.run_test(size=NARROW) as pilot:
        await at_desk(pilot, state_with(tmp_path, control_plane=command, no_control_plane=why))
        await until(pilot, lambda: "node6" in text_of(app))
        assert re.search(r"node6 +NotReady .* 0:0\d\b", text_of(app), re.MULTILINE)
        assert "--control-plane\n" in text_of(app)
        assert FILES[-1] not in unfolded(app)
        await pilot.press("f1", "down", "down")
        await until(pilot, lambda: FILES[-1] in unfolded(app))


def test_the_files_to_copy_are_told_as_the_engine_tells_them() -> None:
    """Their number stands in for them; any other reason is told whole."""
    assert "copy 8 shared" in desk.in_short(COPY.format(files=", ".join(FILES)))
    assert desk.in_short("because (so), or so") == "because (so), or so"
    assert inspect.getsource(show_join_command.to_copy).count(COPY) == 1


async def test_what_a_node_lacks_stands_below_it_on_a_small_screen(tmp_path: Path) -> None:
    """Where there is no room beside it, and it isn't said for all nodes anyway."""
    told = [("node8", {"state": "NotReady", "lacks": "short of memory"})]
    journal = desk_journal(tmp_path, told)
    app = make_app(tmp_path, begin=lambda _request: engine_at(journal)[0])
    async with app.run_test(size=NARROW) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await until(pilot, lambda: "node8" in text_of(app))
        assert re.search(r"node8 .*\n +short of memory$", text_of(app), re.MULTILINE)


async def test_what_a_node_lacks_is_told_in_chinese(tmp_path: Path) -> None:
    """Also when it lacks several things."""
    lacks = "short of disk space; cordoned: it takes no new pods"
    journal = desk_journal(tmp_path, [("node8", {"state": "Ready", "lacks": lacks})])
    chosen = Preferences("harbour", "zh_CN")
    app = make_app(tmp_path, begin=lambda _request: engine_at(journal)[0], chosen=chosen)
    async with app.run_test(size=WIDE) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await until(pilot, lambda: "node8" in text_of(app))
        assert "磁盘空间不足; 已设为不可调度" in text_of(app)


async def test_a_rehearsals_desk_speaks_of_no_cluster(tmp_path: Path) -> None:
    """Instead of how to use the cluster it says that there is none, and where the rehearsal lies."""
    journal = tmp_path / "var/lib/kubeboot/runs/one/journal.jsonl"
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        page = await watched(pilot, RECORDINGS / "good.jsonl")
        state = page.story.state
        assert state.started is not None
        started = replace(state.started, mode="rehearsal")
        app.journal = journal
        app.show_join(replace(state, started=started))
        await until(pilot, lambda: "no cluster is behind" in text_of(app))
        assert "sudo cp" not in text_of(app)


async def test_leaving_waits_for_no_engine(tmp_path: Path) -> None:
    """One that makes a token and takes its time is followed from a thread that ends with the program."""
    journal, _now = cut("good", seen("PhaseStarted"), tmp_path)
    engine, process = engine_at(journal)
    threads: list[threading.Thread] = []

    def still_there() -> int | None:
        threads.append(threading.current_thread())
        return 0 if process.ended else None

    process.poll = still_there  # type: ignore[method-assign]
    app = make_app(tmp_path, begin=lambda _request: engine)
    app.request = Request()
    async with app.run_test(size=WIDE) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await pilot.press("n")
        await until(pilot, lambda: bool(threads))
        process.ended = True
    assert all(thread.daemon for thread in threads)


async def test_leaving_while_a_token_is_made(tmp_path: Path) -> None:
    """Nothing is drawn on a desk that is being taken down, and the program goes on."""
    app = make_app(tmp_path)
    app.request = Request()
    asked = asyncio.Event()

    async def never(request: Request) -> RunState:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    app.carry_out = never  # type: ignore[method-assign]
    async with app.run_test(size=WIDE) as pilot:
        await at_desk(pilot, state_with(tmp_path))
        await pilot.press("n")
        await asyncio.wait_for(asked.wait(), 10)
        assert "Making a new token" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Run))
        await pilot.pause(0.3)
        assert app.is_running
