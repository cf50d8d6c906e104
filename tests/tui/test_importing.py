"""Importing by keys alone: files, pastes, kubeadm lines and presets, at both sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.damaged import ARTICLE, CLUSTER, DOUBTFUL, FAULTY, INIT, JOIN, LOST, TWOFOLD, WHOLE
from tests.tui.machine import FACTS, Installer
from tests.tui.stage import text_of, until
from tests.tui.test_configure import settle
from tui.preferences import Preferences
from tui.screens.choice import Choice
from tui.screens.configure import Configure
from tui.screens.importing import Import
from tui.session import Session
from tui.widgets.yaml_pane import YamlPane

both = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
PODS = "networking.podSubnet"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Installer]:
    return lambda session=None: Installer("configure", tmp_path, session)


async def paste(pilot: Pilot[Any], text: str) -> None:
    """Where the cursor is; until the question stands."""
    app = pilot.app
    app.post_message(Paste(text))
    await until(pilot, lambda: isinstance(app.screen, Import))
    await pilot.pause()


@both
async def test_lost_indentation_is_repaired_on_consent(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """A paste on the list of sections: what came and what was meant are shown; one key takes it."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await paste(pilot, LOST)
        shown = text_of(app)
        assert "4 ~    podSubnet: 10.7.0.0/16" in shown or "~   podSubnet: 10.7.0.0/16" in shown
        assert ("as it came" in shown) == (size[0] > 100)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert (app.session.value(PODS), app.session.value("clusterName")) == (
            "10.7.0.0/16",
            "imported",
        )
        assert app.session.is_unsaved
        await pilot.press("u")
        assert app.session.value(PODS) == ""


@both
async def test_the_safe_answer_comes_first(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Enter, escape and ctrl+c leave everything as it was."""
    app = make()
    async with app.run_test(size=size) as pilot:
        app.session.set_field("clusterName", "mine")
        before = app.session.yaml()
        for key in ("enter", "escape", "ctrl+c"):
            await paste(pilot, LOST)
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, Configure))
            assert app.session.yaml() == before


@both
async def test_the_seed_is_repaired_and_brought_up_to_date(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """The article as it stands: what was meant, what became of its fields, and today's file in the form."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await paste(pilot, ARTICLE)
        assert "~   runtime-config" in text_of(app)
        await pilot.press("pagedown")
        await pilot.pause()
        assert "ClusterConfiguration.apiServer.extraArgs" in "".join(text_of(app).split())
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value("apiServer.extraArgs") == "runtime-config=api/all=true"
        assert "v1alpha1" not in app.session.yaml()
        names = app.session.value("controllerManager.extraArgs")
        assert "use-rest-clients" not in names
        assert "node-monitor-grace-period=10s" in names
        wrong = {one.path.partition("[")[0] for one in app.session.problems()}
        assert wrong == {"kubernetesVersion"}


async def test_small_screens_turn_to_what_came(make: Callable[..., Installer]) -> None:
    """v shows the one or the other where there is no room for both."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await paste(pilot, LOST)
        assert "as it was meant" in text_of(app)
        await pilot.press("v")
        await pilot.pause()
        shown = text_of(app)
        assert "as it came" in shown
        assert "~ podSubnet: 10.7.0.0/16" in shown


@both
async def test_of_two_readings_one_is_chosen(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Looking at an answer shows its text; neither is taken before it is chosen."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await paste(pilot, TWOFOLD)
        assert "it can be read in 2 ways" in text_of(app)
        assert "~     imageRepository: registry.k8s.io" in text_of(app)
        await pilot.press("down", "down")
        await pilot.pause()
        assert "~     imageRepository" not in text_of(app)
        await pilot.press("enter")
        await settle(pilot)
        assert app.session.value("imageRepository") == "registry.k8s.io"
        assert app.session.value("etcd.local.dataDir") == "/var/lib/etcd"


@both
async def test_what_cannot_be_told_is_edited_first(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """There is nothing to take; editing opens the text at the line in doubt, the rest indented."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await paste(pilot, DOUBTFUL)
        shown = text_of(app)
        assert "line 4: podSubnett is no field of what stands above it" in shown
        assert "Take" not in shown.partition("Leave everything")[2].partition("Edit it")[0]
        await pilot.press("down", "enter")
        await settle(pilot)
        pane = app.screen.query_one(YamlPane)
        assert pane.editing
        assert pane.area.cursor_location[0] == 3
        assert "  serviceSubnet: 10.96.0.0/12" in pane.area.text


@both
async def test_a_file_with_problems_tells_them_all(
    make: Callable[..., Installer], size: tuple[int, int], tmp_path: Path
) -> None:
    """Opened by name: each problem with its line; it can be taken and mended in the form."""
    (tmp_path / "k.yaml").write_text(FAULTY)
    app = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+o")
        await pilot.pause()
        app.screen.query_one(Input).value = str(tmp_path / "k.yaml")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Import))
        await pilot.pause()
        assert all(f"line {number}: " in text_of(app) for number in (3, 5, 7))
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.yaml() == FAULTY
        assert not app.session.is_unsaved


@pytest.mark.parametrize("words", [LOST, FAULTY], ids=["damaged", "faulty"])
async def test_a_file_given_beforehand_is_told_of_once(tmp_path: Path, words: str) -> None:
    """--config: the form opens with what is to be said of the file; coming back it doesn't."""
    app = Installer("configure", tmp_path)
    app._session = None
    app._files = (("k.yaml", words),)
    app.make_session(FACTS)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Import))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        app.go_to("configure")
        await settle(pilot)
        assert isinstance(app.screen, Configure)


async def test_a_paste_into_the_text_is_repaired_too(make: Callable[..., Installer]) -> None:
    """While the YAML is edited: a damaged configuration is offered, a whole one is just pasted."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+y")
        app.screen.query_one(YamlPane).area.select_all()
        app.post_message(Paste(WHOLE))
        await settle(pilot)
        assert isinstance(app.screen, Configure)
        assert app.session.yaml() == WHOLE
        await paste(pilot, LOST.replace("imported", "again"))
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value("clusterName") == "again"
        assert app.session.value(PODS) == "10.7.0.0/16"
        assert not app.screen.query_one(YamlPane).editing


@both
async def test_any_other_paste_is_typed_once(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Into a line, and into lines."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "down", "down", "tab")
        app.post_message(Paste("10.9.0.0/16"))
        await settle(pilot)
        assert app.session.value(PODS) == "10.9.0.0/16"
        await pilot.press("escape", "down", "tab")
        app.post_message(Paste("v=2"))
        await settle(pilot)
        assert app.session.value("apiServer.extraArgs") == "v=2"


# kubeadm lines


@both
async def test_a_kubeadm_line_fills_the_form(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """What it sets, what differs from what was typed, what of it is gone; secrets aren't shown."""
    app = make()
    app.session.set_field(PODS, "10.9.0.0/16")
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab")
        await paste(pilot, INIT)
        shown = text_of(app)
        assert "10.244.0.0/16; yours stays: 10.9.0.0/16" in " ".join(shown.split())
        assert "0123456789abcdee" not in shown
        assert "nothing takes its place" in shown
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value(PODS) == "10.9.0.0/16"
        assert app.session.value("controlPlaneEndpoint") == "k8s.lan:6443"
        assert app.session.request().upload_certs
        await paste(pilot, INIT)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value(PODS) == "10.244.0.0/16"


@both
async def test_a_join_line_says_that_it_joins(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """It fills the machine's own settings, and says where the line itself belongs."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await paste(pilot, JOIN)
        assert "this line joins 192.0.2.1:6443" in text_of(app)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value("nodeRegistration.name") == "node7"
        assert "192.0.2.1" not in app.session.yaml()


# presets


@both
async def test_a_preset_is_shown_before_it_is_filled_in(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """From the form to the list, from the list to what it sets, and only then into the form."""
    app = make()
    app.session.set_field(PODS, "10.9.0.0/16")
    before = app.session.yaml()
    async with app.run_test(size=size) as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("down", "down", "down", "enter")
        await until(
            pilot,
            lambda: "High availability behind" in text_of(app) and "yours stays" in text_of(app),
        )
        assert "It will ask for one thing more: Endpoint" in text_of(app)
        assert app.session.yaml() == before
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value(PODS) == "10.9.0.0/16"
        assert app.session.request().upload_certs
        assert getattr(app.focused, "path", "") == "controlPlaneEndpoint"


@both
async def test_a_preset_is_left_alone(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """The first answer of both questions goes back, and nothing was set."""
    app = make()
    async with app.run_test(size=size) as pilot:
        for keys in (("enter",), ("down", "enter", "enter")):
            await pilot.press("f6")
            await until(pilot, lambda: isinstance(app.screen, Choice))
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.1)
            await until(pilot, lambda: isinstance(app.screen, Configure))
        assert app.session.is_untouched


async def test_a_preset_from_the_command_line_fills_the_form(tmp_path: Path) -> None:
    """--preset: the session begins with it, beside a file as well."""
    from tui.app import KubebootApp
    from tui.presets import named

    app = KubebootApp(
        Preferences("harbour", "en"),
        home=tmp_path,
        files=(("k.yaml", f"{CLUSTER}clusterName: filed\n"),),
        preset=named("lab", ()),
    )
    session = app.make_session(FACTS)
    assert session.value("clusterName") == "filed"
    assert session.value("KubeletConfiguration.failSwapOn") == "false"


def test_a_mended_file_stands_in_no_file() -> None:
    """What differs from the file that it came from would be lost by leaving."""
    session = Session(FACTS)
    session.import_text("k.yaml", WHOLE, as_it_is=False)
    assert session.is_unsaved
