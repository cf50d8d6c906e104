"""Welcome: what this machine is, and the one obvious next step on it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from phases.engine.request import Request
from tests.tui.stage import FACTS, NARROW, RECORDINGS, WIDE, make_app, text_of, until
from tui.machine import Look
from tui.screens.choice import Choice
from tui.widgets.menu import Menu


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


JOURNAL = RECORDINGS / "failed.jsonl"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_host_is_described(tmp_path: Path, size: tuple[int, int]) -> None:
    """Name, system, hardware, addresses and runtime stand there, and what this program is for."""
    app = make_app(tmp_path)
    async with app.run_test(size=size):
        text = text_of(app)
    for word in ("node5", "Debian GNU/Linux 12", "2 CPUs, 24 GiB", "172.30.99.15 (eth0)",
                 "containerd.sock", "first control plane"):  # fmt: skip
        assert word in text


@pytest.mark.parametrize(
    ("look", "first", "words"),
    [
        (Look("fresh"), "configure", "Fresh"),
        (Look("half-done", JOURNAL, failure="it broke"), "resume", "it broke"),
        (Look("control-plane", JOURNAL, node="node5", version="v1"), "desk", "node5 is a control plane"),
        (Look("busy", JOURNAL, 42), "watch", "under way"),
        (Look("foreign"), "configure", "did not make"),
    ],
)  # fmt: skip
async def test_each_kind_of_machine_has_its_obvious_step(
    tmp_path: Path, look: Look, first: str, words: str
) -> None:
    """The sentence fits the machine, and the first step has the focus."""
    app = make_app(tmp_path, seen=look)
    async with app.run_test(size=NARROW):
        menu = app.screen.query_one(Menu)
        assert app.focused is menu
        assert menu.entries[menu.at].name == first
        assert words in text_of(app)


async def test_without_root_a_rehearsal_is_offered_and_the_reason_said(tmp_path: Path) -> None:
    """Who isn't root may rehearse and write a configuration, and learns why not more."""
    app = make_app(tmp_path, facts=replace(FACTS, euid=1000))
    async with app.run_test(size=NARROW):
        assert "You are not root" in text_of(app)
        names = [entry.name for entry in app.screen.query_one(Menu).entries]
        assert names == ["rehearse", "configure", "leave"]


@pytest.mark.parametrize("euid", [0, 1000])
async def test_a_rehearsal_leads_through_the_form(tmp_path: Path, euid: int) -> None:
    """Nothing runs before it is filled in; the form says what it is for until another way is taken."""
    app = make_app(tmp_path, facts=replace(FACTS, euid=euid))
    async with app.run_test(size=NARROW) as pilot:
        names = [entry.name for entry in app.screen.query_one(Menu).entries]
        await pilot.press(*["down"] * names.index("rehearse"), "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "Configure")
        assert "REHEARSAL" in text_of(app).splitlines()[0]
        await pilot.press("escape")
        await until(pilot, lambda: type(app.screen).__name__ == "Welcome")
        assert "REHEARSAL" not in text_of(app).splitlines()[0]
        await pilot.press(*["down"] * names.index("configure"), "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "Configure")
        assert "REHEARSAL" not in text_of(app).splitlines()[0]


async def test_watching_shows_the_run(tmp_path: Path) -> None:
    """A run in progress is one key away."""
    app = make_app(tmp_path, seen=Look("busy", JOURNAL, 42))
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == "Run")


async def test_the_desk_of_a_finished_master(tmp_path: Path) -> None:
    """On a control plane enter leads to the join desk."""
    look = Look("control-plane", RECORDINGS / "good.jsonl", node="node5", version="v1.37.2")
    app = make_app(tmp_path, seen=look)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == "Join")


async def test_a_file_from_the_command_line_is_filled_in(tmp_path: Path) -> None:
    """With --config the first step is the review; a file with problems leads to the form instead."""
    text = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: here\n"
    app = make_app(tmp_path, files=(("kubeadm.yaml", text),))
    async with app.run_test(size=NARROW):
        menu = app.screen.query_one(Menu)
        assert menu.entries[0].name == "review"


@pytest.mark.parametrize(("keys", "requests"), [(("escape",), 0), (("down", "enter"), 1)])
async def test_starting_over_is_explained_and_asked(
    tmp_path: Path, keys: tuple[str, ...], requests: int
) -> None:
    """What it means is told; escape does nothing, the other answer starts a run that takes all back."""
    asked: list[Request] = []
    app = make_app(tmp_path, seen=Look("half-done", JOURNAL))
    app.begin = asked.append  # type: ignore[method-assign, assignment]
    async with app.run_test(size=WIDE) as pilot:
        menu = app.screen.query_one(Menu)
        names = [entry.name for entry in menu.entries]
        for _step in range(names.index("over")):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        assert "kubeboot-tui reset" in text_of(app)
        await pilot.press(*keys)
        await until(pilot, lambda: not isinstance(app.screen, Choice))
        assert asked == [Request(workflow="reset")] * requests


async def test_every_step_leads_somewhere(tmp_path: Path) -> None:
    """Whatever a machine is, each step that is offered does something."""
    for kind in ("fresh", "half-done", "control-plane", "busy", "foreign"):
        look = Look(kind, JOURNAL)
        app = make_app(tmp_path, seen=look)
        async with app.run_test(size=NARROW) as pilot:
            names = [entry.name for entry in app.screen.query_one(Menu).entries]
        for number, name in enumerate(names):
            app = make_app(tmp_path, seen=look)
            async with app.run_test(size=NARROW) as pilot:
                await pilot.press(*["down"] * number, "enter")
                await pilot.pause(0.05)
                assert name == "leave" or type(app.screen).__name__ != "Welcome"


async def test_the_page_does_not_wait_for_the_facts(tmp_path: Path) -> None:
    """What can be done is there at once; the facts of the machine come in a moment later."""
    app = make_app(tmp_path)
    app._session = None
    async with app.run_test(size=NARROW) as pilot:
        assert app.screen.query_one(Menu).entries
        await until(pilot, lambda: app.facts is not None)
        await until(pilot, lambda: "memory" in text_of(app))
