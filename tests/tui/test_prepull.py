"""Images pulled while the form is filled in: with consent, visibly, and without getting in the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from textual.pilot import Pilot
from textual.widgets import Input, Static

from phases.engine.request import Request
from tests.tui.arriving import APISERVER, arriving
from tests.tui.stage import (
    FACTS,
    NARROW,
    WIDE,
    app_of,
    engine_at,
    make_app,
    text_of,
    until,
)
from tui import cli, prepull, sections
from tui.app import KubebootApp
from tui.fields.extras import PASSWORD, USERNAME
from tui.launch import Engine
from tui.prepull import Prepull
from tui.screens.choice import Choice
from tui.screens.configure import Configure
from tui.session import Session
from tui.widgets.ahead import Ahead
from tui.widgets.prompts import Ask


class Engines:
    """Begins engines over one journal, and remembers what they were asked."""

    def __init__(self, journal: Path) -> None:
        self.engine, self.process = engine_at(journal)
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Engine:
        self.asked.append(request)
        return self.engine


def app_with(folder: Path, **facts: object) -> tuple[KubebootApp, Engines]:
    journal, now = arriving(folder)
    engines = Engines(journal)
    return make_app(folder, now=now, begin=engines, **facts), engines


def ends(engines: Engines, **finished: object) -> None:
    """The engine tells its end."""
    journal = engines.engine.journal
    lines = journal.read_text().splitlines()
    last = json.loads(lines[-1])
    told = {"event": "RunFinished", "outcome": "done", "exit_code": 0, "changes": 7} | finished
    with journal.open("a") as file:
        file.write(json.dumps({"at": last["at"], "seq": len(lines), **told}) + "\n")


def line_of(app: KubebootApp) -> str:
    """What stands below the offer."""
    found = app.screen.query(Ahead)
    return str(found.first().query(Static).last().render()) if found else ""


def notices(app: KubebootApp) -> list[str]:
    return [str(one.message) for one in app._notifications]


async def to_images(pilot: Pilot[int]) -> None:
    app = app_of(pilot)
    app.session.section = "images"
    app.go_to("configure")
    await until(pilot, lambda: (isinstance(app.screen, Configure) and app.screen.settled) or True)
    await until(pilot, lambda: "Pull these images now" in text_of(app))


async def agree(pilot: Pilot[int]) -> None:
    app = app_of(pilot)
    await pilot.press("f5")
    await until(pilot, lambda: isinstance(app.screen, Ask))
    await pilot.press("right", "enter")
    await until(pilot, lambda: app.prepull.is_running)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_nothing_is_pulled_unasked(tmp_path: Path, size: tuple[int, int]) -> None:
    """The question has the safe answer first; with no nothing begins."""
    app, engines = app_with(tmp_path)
    async with app.run_test(size=size) as pilot:
        await to_images(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "registry.k8s.io" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        assert engines.asked == []


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_is_seen_and_the_form_goes_on(tmp_path: Path, size: tuple[int, int]) -> None:
    """Below the fields, in the heading and in the list; other sections can be filled in meanwhile."""
    app, engines = app_with(tmp_path)
    async with app.run_test(size=size) as pilot:
        await to_images(pilot)
        await agree(pilot)
        await until(pilot, lambda: "1 of 7 images are there, 42.5 MB so far" in line_of(app))
        await until(pilot, lambda: "pulling 1/7" in text_of(app).splitlines()[0])
        if size == WIDE:
            assert text_of(app).count("pulling 1/7") == 2
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.session.section == "addons")
        assert "pulling 1/7" in text_of(app).splitlines()[0]
        (asked,) = engines.asked
        assert (asked.workflow, asked.mode, asked.probe) == ("images", "real", False)
        engines.process.ended = True


async def test_the_end_is_told(tmp_path: Path) -> None:
    """Once, wherever in the form one is, and it stays in the section."""
    app, engines = app_with(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        await agree(pilot)
        ends(engines)
        await until(pilot, lambda: not app.prepull.is_running)
        await until(pilot, lambda: "All 7 images are there." in notices(app))
        assert "All 7 images are there." in line_of(app)
        assert "pulling" not in text_of(app).splitlines()[0]


async def test_a_failure_is_told_calmly(tmp_path: Path) -> None:
    """With its cause, and that nothing is lost; the form isn't red for it."""
    app, engines = app_with(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        await agree(pilot)
        why = f"{APISERVER}: 429 Too Many Requests"
        failure = {
            "code": "ImagePull",
            "what": "1 of 7",
            "why": why,
            "cause": "the registry has had enough",
        }
        ends(engines, outcome="failed", exit_code=4, failure=failure)
        await until(pilot, lambda: "the registry has had enough" in line_of(app))
        assert "The installation will try again" in line_of(app)
        assert app.session.section_state("images") == "ok"


async def test_an_engine_that_cannot_begin(tmp_path: Path) -> None:
    """Its reason is told in the same place."""
    _journal, now = arriving(tmp_path)
    app = make_app(tmp_path, now=now)  # whose engines refuse
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("right", "enter")
        await until(pilot, lambda: "no engine here" in line_of(app))


async def test_only_root_can(tmp_path: Path) -> None:
    """Others are told before they are asked."""
    app, engines = app_with(tmp_path, facts=replace(FACTS, euid=1000))
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: bool(notices(app)))
        assert "Only root can" in notices(app)[0]
        assert engines.asked == []


async def test_a_second_one_isn_t_begun(tmp_path: Path) -> None:
    """While the first is under way, it is said so."""
    app, engines = app_with(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        await agree(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: bool(notices(app)))
        assert "being pulled already" in notices(app)[0]
        assert len(engines.asked) == 1
        engines.process.ended = True


@pytest.mark.parametrize(
    ("keys", "left", "stopped"),
    [
        (("enter",), False, False),
        (("down", "enter"), True, False),
        (("down", "down", "enter"), True, True),
    ],
)
async def test_leaving_asks(
    tmp_path: Path, keys: tuple[str, ...], left: bool, stopped: bool
) -> None:
    """Stay; leave it to its engine; or stop it."""
    app, engines = app_with(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        await agree(pilot)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        assert "still being pulled" in text_of(app)
        await pilot.press(*keys)
        await until(pilot, lambda: not isinstance(app.screen, Choice) or not app.is_running)
        assert (app.return_code is not None or app._exit) is left
        assert engines.process.terminated is stopped
        engines.process.ended = True


def request_of(*typed: tuple[str, str]) -> Request:
    session = Session(FACTS)
    for path, text in typed:
        session.set_field(path, text)
    return prepull.request_of(session)


def test_what_has_nothing_to_do_with_images_is_left_out() -> None:
    """A form that isn't right yet elsewhere doesn't stand in the way."""
    asked = request_of(
        ("imageRepository", "mine.example"),
        ("networking.podSubnet", "no range"),
        ("etcd.local.imageTag", "3.7"),
        ("KubeletConfiguration.maxPods", "many"),
        ("nodeRegistration.imagePullSerial", "false"),
        (USERNAME, "anna"),
        (PASSWORD, "hunter2"),
    )
    documents = {one["kind"]: one for one in yaml.safe_load_all(asked.config or "")}
    assert documents["ClusterConfiguration"]["imageRepository"] == "mine.example"
    assert documents["ClusterConfiguration"]["etcd"] == {"local": {"imageTag": "3.7"}}
    assert documents["InitConfiguration"]["nodeRegistration"] == {"imagePullSerial": False}
    assert "networking" not in documents["ClusterConfiguration"]
    assert "KubeletConfiguration" not in documents
    assert asked.registry_auth


async def test_a_mirror_fills_in_its_repositories(tmp_path: Path) -> None:
    """Both of them, in one edit that one key takes back."""
    app, _engines = app_with(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        names = [mirror.name for mirror in sections.MIRRORS]
        app.screen._take_mirror("daocloud")  # type: ignore[attr-defined]
        assert app.session.value("imageRepository") == "k8s.m.daocloud.io"
        assert app.session.value("dns.imageRepository") == "k8s.m.daocloud.io/coredns"
        app.session.undo()
        assert app.session.value("dns.imageRepository") == ""
        await pilot.press("tab", "down", "down", "tab", "enter")
        await until(pilot, lambda: app.session.value("imageRepository") != "")
        assert app.session.value("imageRepository") in [
            sections.MIRRORS[at].values["imageRepository"] for at in range(len(names))
        ]


async def test_a_password_is_never_drawn(tmp_path: Path) -> None:
    """Neither while it is typed nor afterwards."""
    app, _engines = app_with(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await to_images(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: app.screen.query(Input).filter("LineEditor").last() is not None)
        editor = next(
            one for one in app.screen.query(Input) if getattr(one, "path", "") == PASSWORD
        )
        editor.focus()
        await pilot.press(*"hunter2")
        await until(pilot, lambda: app.session.value(PASSWORD) == "hunter2")
        assert "hunter2" not in text_of(app)
        assert "hunter2" not in app.session.yaml()


def run_headless(monkeypatch: pytest.MonkeyPatch, journal: Path) -> list[Request]:
    asked: list[Request] = []

    def start(request: Request) -> Engine:
        asked.append(request)
        return engine_at(journal)[0]

    monkeypatch.setattr("tui.init.started", start)
    return asked


def test_headless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `config images pull` calls: the images alone, whatever else the request says."""
    journal, _now = arriving(tmp_path)
    engines = Engines(journal)
    ends(engines)
    asked = run_headless(monkeypatch, journal)
    assert (
        prepull.pull(Request(config="x", only=("certs",), network_manifest="y"), as_json=True) == 0
    )
    assert asked == [Request(workflow="images", config="x")]
    assert '"event":"RunFinished"' in capsys.readouterr().out


def test_a_stop_that_comes_before_the_engine(tmp_path: Path) -> None:
    """One that is asked for while the engine starts isn't lost."""
    journal, _now = arriving(tmp_path)
    engines = Engines(journal)
    pulling = Prepull()

    def late(request: Request) -> Engine:
        pulling.stop()
        engines.process.ended = True
        return engines(request)

    begin: Callable[[Request], Engine] = late
    pulling.begin(Request(), begin)
    assert pulling._thread is not None
    pulling._thread.join(10)
    assert engines.process.terminated
    assert not pulling.is_running


def test_config_images_pull_asks_for_just_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kubeadm's verb: the workflow of images alone, with the file, the flags and the archives given."""
    asked: list[Request] = []
    monkeypatch.setattr("tui.init.started", lambda request: asked.append(request))
    monkeypatch.setattr("tui.init.see_through", lambda _engine, _view: 0)
    file = tmp_path / "k.yaml"
    file.write_text("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n")
    archive = tmp_path / "a.tar"
    archive.write_bytes(b"")
    words = ["config", "images", "pull", "--config", str(file), "--image-archive", str(archive)]
    assert cli.main([*words, "--cri-socket", "/run/x.sock"]) == 0
    (request,) = asked
    assert (request.workflow, request.mode) == ("images", "real")
    assert request.config == file.read_text()
    assert request.image_archives == (str(archive),)
    assert request.flags == {"cri-socket": "/run/x.sock"}
