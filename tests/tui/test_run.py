"""The run page over recordings: it follows, it lets one move, it offers only what would work."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from phases.engine.causes import CAUSES
from phases.engine.events import Failure
from phases.engine.journal import Reader
from phases.engine.request import Request
from phases.engine.state import RunState, fold
from tests.tui.scenes import STARTING
from tests.tui.stage import (
    CHANGES,
    NARROW,
    RECORDINGS,
    TOKEN_ID,
    WIDE,
    app_of,
    copied,
    cut,
    engine_at,
    make_app,
    seen,
    text_of,
    until,
    watched,
)
from tui import causes, sections
from tui.closing import closing
from tui.follow import follow
from tui.launch import Refused
from tui.preferences import Preferences
from tui.screens.choice import Choice
from tui.screens.run import Run
from tui.widgets.log_view import LogView

GOOD, FAILED, REFUSED = (RECORDINGS / f"{name}.jsonl" for name in ("good", "failed", "refused"))


async def test_a_good_run_is_told_from_start_to_end(tmp_path: Path) -> None:
    """Every phase stands there with its time, the outcome is said, and enter leads to the join desk."""
    async with make_app(tmp_path).run_test(size=WIDE) as pilot:
        await watched(pilot, GOOD)
        text = text_of(app_of(pilot))
        assert f"node5 is a control plane now ({CHANGES} changes)." in text
        assert "v1.37.2 on node5" in text
        assert "Wait for the control plane" in text
        assert re.search(r"Wait for the control plane +\d+\.\d s", text)
        await pilot.press("enter")
        await until(pilot, lambda: type(app_of(pilot).screen).__name__ == "Join")


async def test_at_80x24_the_list_folds_to_one_line(tmp_path: Path) -> None:
    """The narrow page says how many phases are done, which one is shown and which comes next."""
    journal, now = cut("good", STARTING, tmp_path)
    app = make_app(tmp_path, now=now)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    async with app.run_test(size=NARROW) as pilot:
        await watched(pilot, journal)
        text = text_of(app)
        assert "8 of 19" in text
        assert "Wait for the control plane" in text
        assert "next: CoreDNS" in text
        assert "running 0:11" in text
        assert "kubelet" in text
        assert "not yet" in text


async def test_moving_stops_following_and_f_follows_again(tmp_path: Path) -> None:
    """The panel stays where a person put it, until f."""
    journal, now = cut("good", STARTING, tmp_path)
    app = make_app(tmp_path, now=now)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    async with app.run_test(size=WIDE) as pilot:
        page = await watched(pilot, journal)
        assert page.selected == "wait-control-plane"
        await pilot.press("up", "up")
        assert not page.following
        chosen = page.selected
        with journal.open("a") as file:
            file.writelines(line + "\n" for line in GOOD.read_text().splitlines()[165:240])
        await until(pilot, lambda: page.story.state.last_seq == 239)
        assert page.selected == chosen
        await pilot.press("f")
        assert page.selected != chosen
        assert page.following


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("preflight", ["60 passed", "SystemVerification", "control groups of version 1"]),
        ("certs", ["apiserver-kubelet-client", "RSA-2048", "2036-11-26", "10 y", "kubernetes.default.svc"]),
        ("kubeconfig", ["/etc/kubernetes/admin.conf", "kubernetes-admin", "https://172.30.99.15:6443"]),
        ("images", ["7 of 7", "kube-apiserver:v1.37.2", "119.2 MB"]),
        ("control-plane", ["/etc/kubernetes/manifests/kube-apiserver.yaml", "apiVersion: v1"]),
        ("wait-control-plane", ["kube-scheduler", "healthy"]),
        ("bootstrap-token", [f"{TOKEN_ID}.••••", "ClusterRole", "kubeadm:get-nodes"]),
    ],
)  # fmt: skip
async def test_each_phase_has_a_panel_made_for_it(
    tmp_path: Path, phase: str, words: list[str]
) -> None:
    """Checks, certificates, kubeconfigs, images, manifests, health and objects are shown as such."""
    async with make_app(tmp_path).run_test(size=(140, 80)) as pilot:
        page = await watched(pilot, GOOD)
        page._select(phase)
        await pilot.pause()
        text = text_of(app_of(pilot))
        assert [word for word in words if word not in text] == []


async def test_tokens_are_masked_until_asked_for(tmp_path: Path) -> None:
    """v shows the token whole as the join commands have it, v hides it again; elsewhere v does nothing."""
    token = f"{TOKEN_ID}.abcdefghij012345"
    handover = tmp_path / "handover.json"
    handover.write_text(json.dumps({"worker": f"kubeadm join a:6443 --token {token} --x y"}))
    text = GOOD.read_text()
    told = json.loads(next(line for line in text.splitlines() if '"HandoverWritten"' in line))
    journal = tmp_path / "journal.jsonl"
    journal.write_text(text.replace(json.dumps(told["path"]), json.dumps(str(handover))))
    async with make_app(tmp_path).run_test(size=(140, 80)) as pilot:
        page = await watched(pilot, journal)
        page._select("certs")
        assert not page.check_action("reveal", ())
        page._select("bootstrap-token")
        for shown in (False, True, False):
            await pilot.pause()
            assert (token in text_of(app_of(pilot))) == shown
            await pilot.press("v")
        handover.unlink()
        await pilot.press("v", "v")
        (notice,) = app_of(pilot)._notifications
        assert "can't be read here" in notice.message


async def test_pulled_images_say_so(tmp_path: Path) -> None:
    """Images that were pulled are told from images that were there; what wasn't measured isn't shown."""
    async with make_app(tmp_path).run_test(size=WIDE) as pilot:
        page = await watched(pilot, RECORDINGS / "pulled.jsonl")
        page._select("images")
        await pilot.pause()
        text = text_of(app_of(pilot))
        assert text.count("pulled") >= 7
        assert "%" not in text


async def test_a_failure_says_what_why_and_what_next(tmp_path: Path) -> None:
    """The failed phase is in sight with its whole cause, its remedy, and keys for the ways on."""
    app = make_app(tmp_path)
    async with app.run_test(size=(120, 60)) as pilot:
        page = await watched(pilot, FAILED)
        app.request = Request()
        await pilot.press("up", "down")
        text = text_of(app)
        assert page.selected == "wait-control-plane"
        assert "kube-apiserver didn't become healthy" in text
        assert 'invalid argument "banana"' in text
        assert "Mend the cause and run the same command again" in text
        assert "r try again" in text
        assert "e to the form: Flags of the API server" in text


async def test_a_failure_tells_its_likely_cause_and_what_was_tried(tmp_path: Path) -> None:
    """Between what failed and the words of others: a guess with what mends it, and what was waited for."""
    app = make_app(tmp_path)
    async with app.run_test(size=(120, 60)) as pilot:
        await watched(pilot, copied("failed", tmp_path))
        text = text_of(app)
        assert "probably  kube-apiserver can't use the value banana" in text
        assert "Mend --audit-log-maxage in the extra arguments" in text
        assert "What was tried" in text
        assert "the kubelet started kube-apiserver 3 times" in text
        assert text.index("What was tried") < text.index("What was said")


def test_the_last_words_without_a_screen_tell_the_cause(tmp_path: Path) -> None:
    """A headless run ends with the same guess, between what failed and the remedy."""
    state = RunState()
    for record in Reader(copied("failed", tmp_path)).new_records():
        state = fold(state, record)
    (line,) = [line for line in closing(state) if line.startswith("Failed")]
    assert "Probably: kube-apiserver can't use the value banana of --audit-log-maxage. Mend" in line


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_a_failure_at_80x24_shows_cause_and_choices_at_once(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Nothing has to be scrolled for to know why and what next."""
    app = make_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await watched(pilot, copied("failed", tmp_path))
        text = text_of(app)
        for words in ("can't use the value banana", "e to the form", "u what was changed"):
            assert words in text


async def test_containers_stand_with_the_health(tmp_path: Path) -> None:
    """State, restarts and exit code of each, below its health."""
    app = make_app(tmp_path)
    async with app.run_test(size=(140, 80)) as pilot:
        await watched(pilot, copied("failed", tmp_path))
        text = text_of(app)
        assert "container exited, code 1, Error, 2 restarts" in text
        assert re.search(r"etcd +✓ healthy.*\n.* container runs, 0 restarts", text)
        assert text.count("container runs, 0 restarts") == 3


@pytest.mark.parametrize(("keys", "requests"), [(("escape",), 0), (("down", "enter"), 1)])
async def test_undo_tells_what_was_changed_and_asks(
    tmp_path: Path, keys: tuple[str, ...], requests: int
) -> None:
    """u counts the changes; escape changes nothing, the other answer starts a run that takes them back."""
    asked: list[Request] = []
    app = make_app(tmp_path)
    app.begin = asked.append  # type: ignore[method-assign, assignment]
    async with app.run_test(size=NARROW) as pilot:
        await watched(pilot, copied("failed", tmp_path))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        text = text_of(app)
        assert re.search(r"34 +files written", text)
        assert "kubeboot-tui reset" in text
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(app.screen, Run))
        assert asked == [Request(workflow="reset")] * requests


@pytest.mark.parametrize(("recording", "offered"), [("good", False), ("refused", False)])
async def test_undo_is_offered_only_where_something_is_left(
    tmp_path: Path, recording: str, offered: bool
) -> None:
    """A run that went well needs none, and one that was refused has changed nothing."""
    async with make_app(tmp_path).run_test(size=WIDE) as pilot:
        page = await watched(pilot, RECORDINGS / f"{recording}.jsonl")
        assert page.check_action("undo", ()) is offered


async def test_a_failure_leads_back_to_the_field(tmp_path: Path) -> None:
    """A flag that the API server refuses leads to the section of the control plane's arguments."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await watched(pilot, FAILED)
        await pilot.press("e")
        await until(pilot, lambda: type(app.screen).__name__ == "Configure")
        assert app.session.section == "control-plane"
        await until(pilot, lambda: getattr(app.focused, "path", "") == "apiServer.extraArgs")


@pytest.mark.parametrize(
    ("failure", "path"),
    [
        ({"where": "network/apply", "code": "unknown-kind"}, "--network-manifest"),
        ({"where": "network/apply"}, "--network-manifest"),
        ({"where": "kubeadm.yaml:7: networking.podSubnet"}, "networking.podSubnet"),
        ({"code": "ImagePull"}, "imageRepository"),
        ({"what": "kube-scheduler didn't start", "why": "unknown flag: --x"}, "scheduler.extraArgs"),
        ({"what": "the kubelet ended", "why": "kubelet: unknown flag: --x"},
         "nodeRegistration.kubeletExtraArgs"),
        ({"where": "mark-control-plane"}, ""),
        ({"code": "kubelet-unhealthy", "cause_code": "swap-on"}, "KubeletConfiguration.failSwapOn"),
        ({"code": "system-refused", "where": "certs", "cause_code": "no-space"}, ""),
        ({"cause_code": "unknown-flag", "cause": "etcd doesn't know the flag --x"}, "etcd.local.extraArgs"),
        ({"code": "preflight", "why": "[Mem] x\n[Port-10250] y\n[Port-7443] z"},
         "localAPIEndpoint.bindPort"),
        ({"code": "preflight", "why": "[DirAvailable--var-lib-etcd] x"}, "etcd.local.dataDir"),
        ({"code": "preflight", "why": "[Port-10250] x\n[FileContent--proc-a] [CRI] y"},
         "nodeRegistration.ignorePreflightErrors"),
    ],
)  # fmt: skip
def test_each_cause_has_its_field(failure: dict[str, str], path: str) -> None:
    """The code, the place or the words of a failure lead to the field of the form."""
    words = {"code": "", "what": ""} | failure
    assert causes.path(Failure(**words)) == path  # type: ignore[arg-type]


def test_every_cause_leads_to_a_field() -> None:
    """No code or phase points at a field that isn't there."""
    tables = (causes.BY_CODE, causes.BY_PHASE, causes.FLAGS, causes.BY_CAUSE, causes.BY_CHECK)
    paths = {path for table in tables for path in table.values()}
    assert {causes.IGNORE, *paths} <= set(sections.fields())
    judged = {cause.code for cause in CAUSES}
    assert {*causes.BY_CAUSE, *causes.FLAG_CAUSES, *causes.NO_FIELD} <= judged


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_a_refusal_leads_where_checks_are_waived(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Panel and footer call the way to the form by one name; no flag of the command line is the remedy."""
    app = make_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await watched(pilot, RECORDINGS / "refused.jsonl")
        text = text_of(app)
        assert "e to the form: Checks that only warn" in text
        assert "e To the form" in text.splitlines()[-1]
        assert "--ignore-preflight-errors" not in text
        await pilot.press("e")
        await until(pilot, lambda: getattr(app.focused, "path", "") == causes.IGNORE)
        assert app.session.section == "review"


async def test_retry_asks_for_the_same_again(tmp_path: Path) -> None:
    """r starts an engine with the very request that failed."""
    asked: list[Request] = []

    def begin(request: Request) -> object:
        asked.append(request)
        return engine_at(GOOD)[0]

    app = make_app(tmp_path, begin=begin)
    async with app.run_test(size=WIDE) as pilot:
        await watched(pilot, FAILED)
        app.request = Request(config="kind: X", upload_certs=True)
        await pilot.press("r")
        await until(pilot, lambda: bool(asked) and isinstance(app.screen, Run))
        assert asked == [app.request]


async def test_an_engine_that_cannot_begin_is_told_on_the_page(tmp_path: Path) -> None:
    """What the engine says when it refuses is shown with its remedy."""

    def begin(_request: Request) -> object:
        failure = {
            "code": "x",
            "what": "it can't",
            "where": "",
            "why": "because",
            "remedy": "Do it",
        }
        raise Refused(failure, 2)

    app = make_app(tmp_path, begin=begin)
    async with app.run_test(size=WIDE) as pilot:
        app.begin(Request())
        await until(pilot, lambda: "it can't" in text_of(app))
        assert "because" in text_of(app)
        assert "Do it" in text_of(app)


async def test_refused_checks_are_told_once_each_with_their_remedy(tmp_path: Path) -> None:
    """A refusal shows the table of checks, the open ones first."""
    async with make_app(tmp_path).run_test(size=(120, 60)) as pilot:
        await watched(pilot, REFUSED)
        text = text_of(app_of(pilot))
        assert "Refused before anything was changed: 3 checks failed" in text
        assert re.search(r"3 failed · 3 warnings · \d+ passed", text)
        assert text.count("Stop python3 or have it listen elsewhere") == 1


async def test_ctrl_c_asks_and_a_second_one_cancels(tmp_path: Path) -> None:
    """The first ctrl+c asks; the next one, while it asks, asks the engine to stop."""
    journal, now = cut("good", STARTING, tmp_path)
    app = make_app(tmp_path, now=now)
    async with app.run_test(size=WIDE) as pilot:
        app.engine, process = engine_at(journal)
        app.journal = journal
        app.go_to("run")
        await until(pilot, lambda: isinstance(app.screen, Run) and bool(app.screen.selected))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        assert "stop at the next safe point" in text_of(app)
        await pilot.press("escape")
        assert not process.terminated
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: process.terminated)
        with journal.open("a") as file:
            file.write(
                json.dumps(
                    {"seq": 900, "at": now().isoformat(), "event": "CancelRequested", "signal": 15}
                )
                + "\n"
            )
        await until(pilot, lambda: "stopping at the next safe point" in text_of(app))


async def test_detach_leaves_the_run_and_says_how_to_come_back(tmp_path: Path) -> None:
    """d ends the screen with 0, leaves the engine alone, and the way back is printed afterwards."""
    journal, now = cut("good", STARTING, tmp_path)
    app = make_app(tmp_path, now=now)
    async with app.run_test(size=WIDE) as pilot:
        app.engine, process = engine_at(journal)
        app.journal = journal
        app.go_to("run")
        await until(pilot, lambda: isinstance(app.screen, Run) and bool(app.screen.selected))
        await pilot.press("d")
    assert app.return_value == 0
    assert not process.terminated
    assert any("kubeboot-tui watch" in line for line in app.parting)
    assert any(str(journal) in line for line in app.parting)


async def test_the_exit_code_is_that_of_the_run(tmp_path: Path) -> None:
    """Leaving after a failed run ends with the run's own code."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await watched(pilot, FAILED)
        await pilot.press("ctrl+c")
    assert app.return_value == 4


async def test_the_log_follows_its_end_and_is_filtered(tmp_path: Path) -> None:
    """The newest line is in sight; / shows only lines with a text, escape takes that back."""
    async with make_app(tmp_path).run_test(size=WIDE) as pilot:
        page = await watched(pilot, GOOD)
        log = page.query_one(LogView)
        everything = log.tally
        assert log.below == 0
        await pilot.press("slash", *"admin.conf")
        assert 0 < log.tally[0] < everything[0]
        assert "admin.conf" in text_of(app_of(pilot))
        await pilot.press("escape")
        assert log.tally == everything


async def test_the_log_stays_where_one_reads(tmp_path: Path) -> None:
    """Lines that come while one has scrolled up don't move what is in sight."""
    journal, now = cut("good", STARTING, tmp_path)
    app = make_app(tmp_path, now=now)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    async with app.run_test(size=WIDE) as pilot:
        page = await watched(pilot, journal)
        log = page.query_one(LogView)
        log.action_move(-1000)
        await pilot.pause()
        with journal.open("a") as file:
            file.writelines(line + "\n" for line in GOOD.read_text().splitlines()[165:240])
        await until(pilot, lambda: page.story.state.last_seq == 239)
        assert log.top == 0
        assert log.below > 50


async def test_a_bundle_shows_what_is_in_it_and_holds_no_handover(tmp_path: Path) -> None:
    """b lists the files first; the archive is for its owner alone and leaves the secrets out."""
    state = tmp_path / "state"
    journal = state / "runs" / "one" / "journal.jsonl"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(FAILED.read_bytes())
    (journal.parent / "engine.log").write_text("")
    (journal.parent / "handover.json").write_text("{}")
    (state / "ledger.jsonl").write_text("")
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await watched(pilot, journal)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        assert "ledger.jsonl" in text_of(app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: (tmp_path / "kubeboot-one.tar.gz").exists())
    target = tmp_path / "kubeboot-one.tar.gz"
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as archive:
        names = {Path(name).name for name in archive.getnames()}
    assert names == {"journal.jsonl", "engine.log", "ledger.jsonl"}


async def test_a_rehearsal_is_marked_as_one(tmp_path: Path) -> None:
    """The header of a rehearsal can't be mistaken."""
    journal = tmp_path / "journal.jsonl"
    journal.write_text(GOOD.read_text().replace('"mode":"real"', '"mode":"rehearsal"'))
    async with make_app(tmp_path).run_test(size=NARROW) as pilot:
        await watched(pilot, journal)
        text = text_of(app_of(pilot))
        assert "REHEARSAL" in text.splitlines()[0]
        assert "this machine was not touched" in text


def rehearsal(folder: Path, recording: Path = GOOD) -> Path:
    """The journal of a rehearsal in its folder."""
    journal = folder / "var/lib/kubeboot/runs/one/journal.jsonl"
    journal.parent.mkdir(parents=True)
    journal.write_text(recording.read_text().replace('"mode":"real"', '"mode":"rehearsal"'))
    return journal


@pytest.mark.parametrize("recording", [GOOD, FAILED])
async def test_a_rehearsals_folder_is_named_on_the_page_and_afterwards(
    tmp_path: Path, recording: Path
) -> None:
    """Where it lies, what is in it and how it goes away; nothing of a cluster that isn't there."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await watched(pilot, rehearsal(tmp_path, recording))
        shown = text_of(app).replace("\n", "")
        assert "What it made lies in" in shown
        assert any(str(tmp_path) in line for line in app.screen.further())  # type: ignore[attr-defined]
        await pilot.press("ctrl+c")
    told = "\n".join(app.parting)
    assert f"rm -r {tmp_path}" in told
    assert "sudo" not in told
    assert "kubeadm join" not in told


async def test_the_way_on_is_never_broken(tmp_path: Path) -> None:
    """Where key and words don't fit behind how it ended, they stand below it, whole."""
    app = make_app(tmp_path / ("long" * 10), chosen=Preferences("ascii", "en"))
    async with app.run_test(size=NARROW) as pilot:
        await watched(pilot, rehearsal(tmp_path / ("long" * 10)))
        lines = text_of(app).splitlines()
        assert [line for line in lines[:6] if line.endswith("  Enter Join commands")]


async def test_a_detached_rehearsal_is_not_said_to_be_found_again(tmp_path: Path) -> None:
    """This program looks for runs of the machine alone, so no command is named that wouldn't find it."""
    journal = rehearsal(tmp_path)
    journal.write_text("".join(f"{line}\n" for line in journal.read_text().splitlines()[:100]))
    app = make_app(tmp_path)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    async with app.run_test(size=WIDE) as pilot:
        await watched(pilot, journal)
        await pilot.press("d")
        await until(pilot, lambda: app.return_value == 0)
    assert app.parting[0].endswith(str(tmp_path))
    assert not [line for line in app.parting if "kubeboot-tui watch" in line]


async def test_text_from_outside_is_never_markup(tmp_path: Path) -> None:
    """Brackets in a log line stay brackets, and escape characters never reach the terminal."""
    journal = tmp_path / "journal.jsonl"
    lines = GOOD.read_text().splitlines()
    evil = {"seq": 1, "at": json.loads(lines[0])["at"], "event": "Warned", "phase": "preflight"}
    evil["text"] = "[bold red]not markup[/] \x1b[31mred"
    journal.write_text("\n".join([lines[0], json.dumps(evil), *lines[2:]]) + "\n")
    async with make_app(tmp_path).run_test(size=WIDE) as pilot:
        page = await watched(pilot, journal)
        page.query_one(LogView).action_move(-1000)
        await pilot.pause()
        text = text_of(app_of(pilot))
        assert "[bold red]not markup[/]" in text
        assert "\x1b" not in text


async def test_an_engine_that_vanished_is_told(tmp_path: Path) -> None:
    """A journal without an end and without an engine says that a new run resumes."""
    journal, now = cut("good", STARTING, tmp_path)
    async with make_app(tmp_path, now=now).run_test(size=WIDE) as pilot:
        page = await watched(pilot, journal)
        await until(pilot, lambda: page.story.ended)
        await until(pilot, lambda: "The engine is gone" in text_of(app_of(pilot)))


async def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A file that isn't there is a sentence, not a crash."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        app.watch_journal(tmp_path / "nothing.jsonl")
        await until(pilot, lambda: "The journal can't be read" in text_of(app))


def test_a_journal_that_was_taken_away_ends_in_silence(tmp_path: Path) -> None:
    """What follows a journal whose folder is gone, as a desk's is at its end, just ends."""
    journal, _now = cut("good", seen('"certs"', "PhaseStarted"), tmp_path)
    kept, lives = len(journal.read_text().splitlines()), iter((True, True, False))
    records = follow(journal, lambda: next(lives))
    assert next(records) is not None
    journal.unlink()
    assert len(list(records)) == kept


async def test_a_desk_without_its_journal_says_so(tmp_path: Path) -> None:
    """A journal that vanished before the join desk was opened is no crash."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        app.open_desk(tmp_path / "gone" / "journal.jsonl")
        await until(pilot, lambda: "can't be read here" in text_of(app))


async def test_leaving_a_good_run_prints_the_join_commands(tmp_path: Path) -> None:
    """Each command is printed unbroken on a line of its own once the screen is gone."""
    handover = tmp_path / "handover.json"
    handover.write_text(json.dumps({"worker": "kubeadm join a --token b.c"}))
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        page = await watched(pilot, GOOD)
        page.story = replace(page.story, state=replace(page.story.state, handover=str(handover)))
        app.latest = page.story.state
        await pilot.press("ctrl+c")
    assert f"node5 is a control plane now ({CHANGES} changes)." in app.parting
    assert "kubeadm join a --token b.c" in app.parting
    assert app.return_value == 0
