"""Leaving with a configuration that stands nowhere else: asked before, saved only on demand. And ctrl+z."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.machine import Installer
from tests.tui.stage import NARROW, RECORDINGS, WIDE, make_app, text_of, until, watched
from tests.tui.test_configure import SAMPLE, row, settle, to_section, type_pods
from tui.app import KubebootApp
from tui.screens.choice import Choice
from tui.screens.configure import Configure
from tui.screens.help import Help
from tui.widgets.keys import Keys
from tui.widgets.menu import Menu
from tui.widgets.prompts import SaveFile

both = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])


async def asked(pilot: Pilot[Any]) -> None:
    await pilot.press("ctrl+c")
    await until(pilot, lambda: isinstance(pilot.app.screen, Choice))


def suspended(app: KubebootApp) -> list[str]:
    """Where ctrl+z was taken for a suspension."""
    seen: list[str] = []
    app.action_suspend_process = lambda: seen.append("stop")  # type: ignore[method-assign]
    return seen


@both
async def test_leaving_with_something_typed_asks(tmp_path: Path, size: tuple[int, int]) -> None:
    """The first answer, escape and another ctrl+c stay; only Leave leaves, and nothing was written."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        app.session.set_field("clusterName", "prod")
        for key in ("enter", "escape", "ctrl+c"):
            await asked(pilot)
            assert "not saved" in text_of(app)
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, Configure))
        assert app.is_running
        await asked(pilot)
        await pilot.press("down", "down", "enter")
    assert app.return_value == 0
    assert not list(tmp_path.glob("**/*.yaml"))


@both
async def test_leaving_saves_when_that_is_wanted(tmp_path: Path, size: tuple[int, int]) -> None:
    """The file prompt as for ctrl+s; once it is written the program ends."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        app.session.set_field("clusterName", "prod")
        await asked(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, SaveFile))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        await asked(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, SaveFile))
        app.screen.query_one(Input).value = str(tmp_path / "mine.yaml")
        await pilot.press("enter")
    assert app.return_value == 0
    assert "clusterName: prod" in (tmp_path / "mine.yaml").read_text()


async def test_other_pages_ask_too(tmp_path: Path) -> None:
    """What was typed is as precious on the first page."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        app.session.set_field("clusterName", "prod")
        await asked(pilot)
        await pilot.press("enter")
        assert app.is_running


async def test_options_that_no_file_holds_are_named(tmp_path: Path) -> None:
    """A kubeadm.yaml has no network plugin, and whoever saves one is told."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        app.session.set_field("clusterName", "prod")
        await asked(pilot)
        assert "are no part of" not in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        app.session.set_field("--network-plugin", "manifest")
        await asked(pilot)
        assert "are no part of" in text_of(app)


@both
async def test_options_alone_are_asked_about(tmp_path: Path, size: tuple[int, int]) -> None:
    """A network plugin stands in no file: it is asked about without an offer to save it in one."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        app.session.set_field("--network-plugin", "manifest")
        await asked(pilot)
        assert "are no part of" in text_of(app)
        assert "Save as a file" not in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        app.session.set_field("--network-plugin", "none")
        await pilot.press("ctrl+c")
    assert app.return_value == 0


@pytest.mark.parametrize("how", ["nothing", "undone", "saved", "imported"])
async def test_nothing_is_asked_when_nothing_is_lost(tmp_path: Path, how: str) -> None:
    """Untouched, taken back, just saved or just opened: it ends at once."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        match how:
            case "undone":
                app.session.set_field("clusterName", "prod")
                app.session.undo()
            case "saved":
                app.session.set_field("clusterName", "prod")
                await pilot.press("ctrl+s")
                await until(pilot, lambda: isinstance(app.screen, SaveFile))
                app.screen.query_one(Input).value = str(tmp_path / "a.yaml")
                await pilot.press("enter")
                await settle(pilot)
            case "imported":
                app.session.import_text("site.yaml", SAMPLE)
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert app.return_value == 0


async def test_a_paste_is_not_saved_anywhere(tmp_path: Path) -> None:
    """What was imported from the clipboard stands in no file."""
    app = Installer("configure", tmp_path)
    app.session.import_text("", SAMPLE)
    assert app.session.is_unsaved


@pytest.mark.parametrize(("recording", "asks"), [("good", False), ("failed", True)])
async def test_a_cluster_keeps_its_configuration(
    tmp_path: Path, recording: str, asks: bool
) -> None:
    """After a run that went well nothing is lost; after one that failed it would be."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        app.session.set_field("clusterName", "prod")
        await watched(pilot, RECORDINGS / f"{recording}.jsonl")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, Choice) or app.return_value is not None)
        assert isinstance(app.screen, Choice) == asks


# ctrl+z


@both
async def test_ctrl_z_takes_back_in_a_text_and_suspends_elsewhere(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """In a field it is undo; in the list of sections and on a choice it gives the terminal back."""
    app = Installer("configure", tmp_path)
    stopped = suspended(app)
    async with app.run_test(size=size) as pilot:
        await type_pods(pilot, "10.1")
        await pilot.press("ctrl+z")
        await settle(pilot)
        assert (app.session.value("networking.podSubnet"), stopped) == ("", [])
        await pilot.press("escape", "ctrl+z")
        assert stopped == ["stop"]
        await to_section(pilot, "etcd")
        await pilot.press("tab", "right", "ctrl+z")
        assert (app.session.value("etcd"), stopped) == ("external", ["stop", "stop"])
        await pilot.press("u")
        assert app.session.value("etcd") == ""


async def test_ctrl_z_in_lines_takes_back_what_was_done_elsewhere_too(tmp_path: Path) -> None:
    """Once the lines themselves have nothing to take back, the page does; it never suspends."""
    app = Installer("configure", tmp_path)
    stopped = suspended(app)
    async with app.run_test(size=WIDE) as pilot:
        await to_section(pilot, "control-plane")
        await pilot.press("tab")
        app.focused.post_message(Paste(SAMPLE))  # type: ignore[union-attr]
        await pilot.pause()
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value("clusterName") == "imported"
        await pilot.press("ctrl+z")
        await settle(pilot)
        assert (app.session.value("clusterName"), stopped) == ("", [])
        assert row(app, "apiServer.extraArgs").editor.text == ""


@both
async def test_the_footer_and_the_help_tell_which_key_it_is(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Undo stands there with the key that works where one is, and suspending with its own."""
    app = Installer("configure", tmp_path)
    async with app.run_test(size=size) as pilot:
        app.session.set_field("clusterName", "x")
        await settle(pilot)
        for keys, undo, suspends in (((), "u", True), (("tab",), "^z", False)):
            await pilot.press(*keys)
            await pilot.pause()
            if size == WIDE:
                assert f"{undo} Undo" in str(app.screen.query_one(Keys).render())
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(app.screen, Help))
            told = app.screen._keys  # type: ignore[attr-defined]
            assert (undo, "Undo") in told
            assert (("^z", "Suspend") in told) == suspends
            await pilot.press("escape")


async def test_the_first_pages_own_way_out_asks_too(tmp_path: Path) -> None:
    """Leaving by the menu of the first page loses nothing that was typed either."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        app.session.set_field("clusterName", "prod")
        entries = app.screen.query_one(Menu).entries
        await pilot.press(*["down"] * (len(entries) - 1), "enter")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        assert "not saved" in text_of(app)
