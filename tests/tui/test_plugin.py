"""The network plugin and the user behind sudo: chosen in the form, read beside it, carried to the engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from phases.engine.errors import ConfigurationError
from tests.tui.machine import FACTS, Installer
from tests.tui.stage import text_of, until
from tests.tui.test_configure import focused_path, note, row, settle, to_section
from tui import facts, init, plugin, plugin_words, sections, signs, text
from tui.beside import beside
from tui.fields.extras import KUBECONFIG, MANIFEST, PLUGIN
from tui.plugin import Plugin
from tui.session import Session

SIZES = [(80, 24), (120, 40)]
both = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
URL = "https://plugin.example/x.yaml"
DAEMON = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      hostNetwork: true
      containers: [{name: main, image: "plugin.example/agent:1", securityContext: {privileged: true}}]
      volumes: [{name: run, hostPath: {path: /run/agent}}]
"""


@pytest.fixture
def source(tmp_path: Path) -> str:
    (tmp_path / "cni.yaml").write_text(DAEMON)
    return str(tmp_path / "cni.yaml")


def wanting(source: str, **more: Any) -> Session:
    session = Session(replace(FACTS, **more))
    session.set_field(PLUGIN, "manifest")
    session.set_field(MANIFEST, source)
    return session


async def at_source(pilot: Pilot[Any]) -> None:
    """By keys to the section, to a manifest instead of none, and into its field."""
    await to_section(pilot, "addons")
    await pilot.press("enter", "right")
    await settle(pilot)
    await pilot.press("tab")


# reading


def test_a_manifest_is_read_and_summed_up(source: str) -> None:
    """The text as it is, and what it brings."""
    found = plugin.read(source)
    assert (found.source, found.text, found.fault) == (source, DAEMON, "")
    assert found.brings is not None
    assert dict(found.brings.kinds) == {"ConfigMap": 1, "ClusterRole": 1, "DaemonSet": 1}


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("/nowhere/x.yaml", "no such file"),
        ("http://plugin.example/x", "only https"),
        ("a\0b", "null"),
        ("~nobody-of-that-name/x", "home"),
        ("bad.yaml", "line 2: uses anchors"),
        ("empty.yaml", "holds no object"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, words: str
) -> None:
    """A file, an address or a text that won't do says why, and where; nothing is raised."""
    (tmp_path / "bad.yaml").write_text("a: 1\nb: &x 2\n")
    (tmp_path / "empty.yaml").write_text("---\n")
    monkeypatch.chdir(tmp_path)
    found = plugin.read(named)
    assert words in found.fault
    assert found.brings is None


def test_a_home_is_filled_in(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """~ is one's home, as in a shell."""
    monkeypatch.setenv("HOME", str(Path(source).parent))
    assert plugin.read("~/cni.yaml").text == DAEMON


# the session


def test_the_request_carries_what_was_read(source: str) -> None:
    """Text and source travel, also to the preview; none is carried when none is wanted any more."""
    session = wanting(source)
    session.take_plugin(plugin.read(source))
    for mode in ("real", "dry-run", "rehearsal"):
        request = session.request(mode)
        assert (request.network_manifest, request.network_source) == (DAEMON, source)
    session.set_field(PLUGIN, "none")
    assert session.request().network_manifest is None
    assert session.problems() == ()


def test_what_was_not_read_holds_the_run_back(source: str) -> None:
    """Not named, not read, not usable: each is a problem; only what is wrong turns the section red."""
    session = wanting("")
    assert [one.message for one in session.problems()] == ["no manifest is named"]
    assert session.section_state("addons") == "missing"
    session.set_field(MANIFEST, URL)
    assert "hasn't been read" in session.problems()[0].message
    assert session.section_state("addons") == "waiting"
    assert session.configuration() is None
    session.take_plugin(Plugin(URL, fault="the server answered 404"))
    assert session.section_state("addons") == "missing"
    assert session.request().network_manifest is None
    session.set_field(MANIFEST, source)
    session.take_plugin(plugin.read(source))
    assert session.section_state("addons") == "ok"
    session.undo()
    assert session.plugin_source in ("", URL)


@pytest.mark.parametrize(
    ("user", "choice", "given"), [("ada", "true", "ada"), ("ada", "", ""), ("", "true", "")]
)
def test_the_kubeconfig_is_given_on_consent(user: str, choice: str, given: str) -> None:
    """Only where somebody called sudo and it was asked for; it is offered nowhere else."""
    session = Session(replace(FACTS, user=user))
    session.set_field(KUBECONFIG, choice)
    assert session.request().user_kubeconfig == given
    assert session.is_shown(sections.fields()[KUBECONFIG]) == bool(user)


def test_only_a_user_with_a_home_is_behind_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody, root, and a name that this machine doesn't know are nobody to offer it to."""

    def known(name: str) -> str:
        if name == "ghost":
            raise ConfigurationError("no-such-user", "this machine has no user ghost")
        return name

    monkeypatch.setattr(init, "known_user", known)
    seen = {name: facts.behind_sudo({"SUDO_USER": name}) for name in ("ada", "root", "ghost", "")}
    assert seen == {"ada": "ada", "root": "", "ghost": "", "": ""}
    assert facts.behind_sudo({}) == ""


# the page


@both
async def test_none_says_what_it_means(tmp_path: Path, size: tuple[int, int]) -> None:
    """Without a plugin the section says that the node stays NotReady, and asks for no manifest."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        await to_section(pilot, "addons")
        words = " ".join(text_of(app).split())
        assert "none for now" in words
        assert "nodes stay" in words
        assert app.screen.query("FieldRow").first().path == PLUGIN  # type: ignore[attr-defined]
        assert "Manifest of the plugin" not in words
        assert "behind sudo" not in words


@both
async def test_a_file_is_told_while_its_name_is_typed(
    tmp_path: Path, source: str, size: tuple[int, int]
) -> None:
    """What is wrong with half a name stands under it; with the whole one, what it brings."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        await at_source(pilot)
        assert focused_path(app) == MANIFEST
        assert "no manifest is named" in note(app, MANIFEST)
        row(app, MANIFEST).editor.value = source[:-1]  # type: ignore[union-attr]
        await until(pilot, lambda: "no such file" in note(app, MANIFEST))
        assert "an https address" in note(app, MANIFEST)
        await pilot.press(source[-1])
        await until(pilot, lambda: "DaemonSet agent" in text_of(app))
        await settle(pilot)
        shown = " ".join(text_of(app).split())
        assert note(app, MANIFEST) == ""
        assert app.session.section_state("addons") == "ok"
    for word in (
        "1 ConfigMap",
        "agent:1",
        "privileged container main",
        "/run/agent",
        "reader: get",
    ):
        assert word in shown


@both
async def test_an_address_is_asked_when_its_field_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """Not at each letter; at enter, and keys are heard while the answer is on its way."""
    asked: list[str] = []
    answer = threading.Event()

    def slow(source: str) -> Plugin:
        asked.append(source)
        answer.wait()
        return Plugin(source, fault="the server answered 404")

    monkeypatch.setattr(plugin, "read", slow)
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        await at_source(pilot)
        row(app, MANIFEST).editor.value = URL  # type: ignore[union-attr]
        await settle(pilot)
        assert asked == []
        assert "Not read yet" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: "Reading" in text_of(app))
        await pilot.press("tab", "right")
        assert app.session.value("KubeProxyConfiguration.mode") == "nftables"
        answer.set()
        await until(pilot, lambda: "404" in note(app, MANIFEST))
    assert asked == [URL]


async def test_leaving_the_field_reads_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever goes on without enter has it read as well; enter reads once more."""
    asked: list[str] = []

    def read(source: str) -> Plugin:
        asked.append(source)
        return Plugin(source, fault="no answer: connection refused")

    monkeypatch.setattr(plugin, "read", read)
    app = Installer("configure", tmp_path)
    async with app.run_test(size=SIZES[1]) as pilot:
        await at_source(pilot)
        row(app, MANIFEST).editor.value = URL  # type: ignore[union-attr]
        await settle(pilot)
        await pilot.press("tab")
        await until(pilot, lambda: "refused" in note(app, MANIFEST))
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: len(asked) == 2)


@both
async def test_the_user_behind_sudo_is_offered_a_kubeconfig(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """By keys; it says whom it makes an administrator, and is off until it is turned on."""
    app = Installer("configure", tmp_path, Session(replace(FACTS, user="ada")))
    async with app.run_test(size=size) as pilot:
        await to_section(pilot, "addons")
        await pilot.press("enter", *["tab"] * 4)
        assert focused_path(app) == KUBECONFIG
        assert "makes ada an administrator" in " ".join(text_of(app).split())
        assert app.session.request().user_kubeconfig == ""
        await pilot.press("right")
        assert app.session.request().user_kubeconfig == "ada"


async def test_the_summary_is_drawn_in_chinese(tmp_path: Path, source: str) -> None:
    """Labels and the words for what is dangerous are translated, names are not."""
    session = wanting(source)
    session.take_plugin(plugin.read(source))
    app = Installer("configure", tmp_path, session)
    async with app.run_test(size=SIZES[1]) as pilot:
        await to_section(pilot, "addons")
        try:
            text.use("zh_CN")
            await app.screen.respeak()  # type: ignore[attr-defined]
            await settle(pilot)
            shown = text_of(app)
        finally:
            text.use("en")
    assert "DaemonSet agent" in shown
    assert "the host's" not in shown
    assert "特权" in shown


def test_what_is_told_meanwhile_is_ascii_where_it_has_to_be() -> None:
    """A serial console is sent no character that it doesn't have."""
    session = wanting(URL)
    session.begin_reading(URL)
    signs.use_ascii(True)
    try:
        told = plugin_words.details(session, MANIFEST)
    finally:
        signs.use_ascii(False)
    assert told == (("", f"Reading {URL} ..."),)


# beside


async def test_work_beside_gives_its_result_and_its_error() -> None:
    """What the thread returns or raises comes out where it is waited for."""

    def fails() -> str:
        raise ValueError("no")

    assert await beside(lambda: 7) == 7
    with pytest.raises(ValueError, match="no"):
        await beside(fails)


def test_work_beside_holds_up_no_end() -> None:
    """A program may end while something is still being waited for."""
    never = threading.Event()
    ended: list[Callable[[], object]] = []

    async def short() -> None:
        waiting = asyncio.create_task(beside(lambda: never.wait()))
        await asyncio.sleep(0)
        waiting.cancel()
        ended.append(waiting.cancelled)

    asyncio.run(short())
    assert ended
    never.set()
