"""Configure by keys alone: fields and text in step, bad input, files, the planner, at both sizes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui.machine import FACTS, Installer
from tests.tui.stage import text_of
from tui import sections, signs, text
from tui.masking import masked
from tui.screens.configure import PAUSE, Configure
from tui.screens.importing import Import
from tui.session import Session
from tui.widgets.argument_list import ArgumentList
from tui.widgets.field_editors import LineEditor
from tui.widgets.form import FieldRow, Form
from tui.widgets.prompts import completions, shared_beginning, write_file
from tui.widgets.section_list import Entry, SectionList
from tui.widgets.yaml_pane import YamlArea, YamlPane

SIZES = [(80, 24), (120, 40)]
PODS = "networking.podSubnet"
SAMPLE = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: imported
"""

both = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
KEYS = {
    ".": "full_stop",
    "/": "slash",
    "-": "minus",
    "=": "equals_sign",
    ":": "colon",
    " ": "space",
    "[": "left_square_bracket",
}


async def settle(pilot: Pilot[Any]) -> None:
    """Until the draft was judged and drawn."""
    await pilot.pause(PAUSE)
    for _try in range(100):
        if getattr(pilot.app.screen, "settled", True):
            break
        await pilot.pause(0.03)
    await pilot.pause()


async def write(pilot: Pilot[Any], words: str) -> None:
    await pilot.press(*(KEYS.get(letter, letter) for letter in words))


async def to_section(pilot: Pilot[Any], name: str) -> None:
    names = [one.name for one in sections.SECTIONS]
    await pilot.press("home", *["down"] * names.index(name))
    await pilot.pause()


async def type_pods(pilot: Pilot[Any], text: str) -> None:
    """Into the field of the pod range, the first of its section."""
    await to_section(pilot, "networking")
    await pilot.press("tab")
    await write(pilot, text)
    await settle(pilot)


def row(app: Installer, path: str) -> FieldRow:
    found = app.screen.query_one(Form).row(path)
    assert found is not None
    return found


def note(app: Installer, path: str) -> str:
    return row(app, path).notes


def focused_path(app: Installer) -> str:
    return getattr(app.focused, "path", "")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Installer]:
    return lambda session=None: Installer("configure", tmp_path, session)


@both
async def test_a_field_is_filled_by_keys(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Arrows to the section, tab to the field, letters: the session and the YAML have it."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await type_pods(pilot, "10.244.0.0/16")
        assert focused_path(app) == PODS
        assert app.session.value(PODS) == "10.244.0.0/16"
        pane = app.screen.query_one(YamlPane)
        assert "podSubnet: 10.244.0.0/16" in pane.area.text
        assert pane.area.text.splitlines()[pane.area.here].strip().startswith("podSubnet")


@both
async def test_bad_input_is_told_under_its_field(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """While typing the field says what is wrong and what would be right; its section turns red."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await type_pods(pilot, "10.96.0.0/16")
        assert "overlaps the service range" in note(app, PODS)
        entry = app.screen.query_one(SectionList).entries[3]
        assert (entry.state, entry.summary) == ("missing", "1 problem")
        await pilot.press(*["backspace"] * 12)
        await settle(pilot)
        assert note(app, PODS) == ""


@both
async def test_the_proposal_of_the_planner_is_taken_by_one_key(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """F4 puts the free range where it belongs, and it fits."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await to_section(pilot, "networking")
        await pilot.press("f4")
        await settle(pilot)
        assert app.session.value(PODS) == "10.244.0.0/16"
        assert row(app, PODS).editor.text == "10.244.0.0/16"
        assert app.session.network_plan.overlaps == ()


@both
async def test_the_proposal_replaces_what_is_being_typed(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """The field with the cursor shows the planner's range, not the one that was typed before."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await type_pods(pilot, "10.96.0.0/16")
        await pilot.press("f4")
        await settle(pilot)
        assert app.session.value(PODS) == "10.244.0.0/16"
        assert row(app, PODS).editor.text == "10.244.0.0/16"


@both
async def test_the_text_is_edited_in_place(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """What is typed into the YAML stands in the fields when one comes back."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+y", *["down"] * 9, "end")
        await write(pilot, "clusterName: prod")
        await settle(pilot)
        assert app.session.value("clusterName") == "prod"
        await pilot.press("escape")
        await settle(pilot)
        assert row(app, "clusterName").editor.text == "prod"
        assert isinstance(app.focused, SectionList)


async def test_fields_that_come_while_the_text_is_edited_leave_the_keys_to_it(
    make: Callable[..., Installer],
) -> None:
    """An external etcd typed as text brings other fields to the form; what is typed next is text."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "etcd")
        before = app.screen.query_one(Form).paths
        await pilot.press("ctrl+y", *["down"] * 9, "end")
        await write(pilot, "etcd: {external: {endpoints: []}}")
        await settle(pilot)
        assert app.screen.query_one(Form).paths != before
        assert isinstance(app.focused, YamlArea)


@both
async def test_a_fault_in_the_text_stands_at_its_line(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Broken YAML is kept, its line is told, the form keeps the last readable values; undo mends it."""
    app = make()
    async with app.run_test(size=size) as pilot:
        app.session.set_field("clusterName", "prod")
        await pilot.press("ctrl+y", *["down"] * 9, "end")
        await write(pilot, "x: [")
        await settle(pilot)
        pane = app.screen.query_one(YamlPane)
        assert pane.area.faults
        assert pane.query_one("#yaml-fault").display
        assert app.session.value("clusterName") == "prod"
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen.query_one("#broken").display
        assert app.session.yaml().endswith("x: [")
        assert "u takes it back" in str(app.screen.query_one("#broken", Static).render())
        while app.session.is_broken:
            await pilot.press("u")
        await settle(pilot)
        assert not app.screen.query_one("#broken").display


async def test_a_redraw_never_overtakes_a_keystroke(make: Callable[..., Installer]) -> None:
    """A redraw between a key and its message leaves what was typed, in the text and in lines."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+y")
        await settle(pilot)
        page = app.screen
        assert isinstance(page, Configure)
        area = page.query_one(YamlPane).area
        area.insert("# mine\n", (0, 0))
        await page._redraw()
        assert area.text.startswith("# mine")
        await settle(pilot)
        assert app.session.yaml().startswith("# mine")
        await pilot.press("escape")
        await to_section(pilot, "control-plane")
        editor = row(app, "apiServer.extraArgs").editor
        assert isinstance(editor, ArgumentList)
        editor.insert("v=4")
        await page._redraw()
        await settle(pilot)
        assert app.session.value("apiServer.extraArgs") == editor.text == "v=4"


async def test_a_redraw_while_another_section_comes(make: Callable[..., Installer]) -> None:
    """Rows on their way out are left alone, and two that ask for a section leave one of it."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "images")
        page = app.screen
        assert isinstance(page, Configure)
        app.session.section = "etcd"
        coming = asyncio.gather(page._show_section(), page._show_section())
        await asyncio.sleep(0)
        await page._redraw()
        await coming
        await settle(pilot)
        paths = [one.path for one in page.query_one(Form).rows()]
        assert len(paths) == len(set(paths))
        assert set(paths) <= set(page.query_one(Form).paths)
        assert "etcd.local.dataDir" in paths


async def test_a_field_of_another_form_shows_what_the_text_says(
    make: Callable[..., Installer],
) -> None:
    """The row one doesn't type in follows the session."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        app.session.set_yaml(SAMPLE)
        await settle(pilot)
        assert row(app, "clusterName").editor.text == "imported"


@both
async def test_a_file_is_opened(
    make: Callable[..., Installer], size: tuple[int, int], tmp_path: Path
) -> None:
    """A path with completion by tab; the file takes the place of the draft; u brings it back."""
    (tmp_path / "site-cluster.yaml").write_text(SAMPLE)
    app = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+o")
        await pilot.pause()
        app.screen.query_one(Input).value = f"{tmp_path}/site"
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert app.session.value("clusterName") == "imported"
        assert row(app, "clusterName").editor.text == "imported"
        await pilot.press("u")
        await settle(pilot)
        assert row(app, "clusterName").editor.text == ""


async def test_a_file_that_is_none_is_told(make: Callable[..., Installer], tmp_path: Path) -> None:
    """A path that can't be read stays in the prompt with the reason."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o")
        await pilot.pause()
        app.screen.query_one(Input).value = str(tmp_path)
        await pilot.press("enter")
        await pilot.pause()
        assert "directory" in str(app.screen.query_one(".fault", Static).render())
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, Configure)


@both
async def test_a_file_is_saved(
    make: Callable[..., Installer], size: tuple[int, int], tmp_path: Path
) -> None:
    """Saving asks before it overwrites; a text with a token is for its owner alone."""
    app = make()
    app.session.set_field("bootstrapTokens", "abcdef.0123456789abcdeg")
    place = tmp_path / "out.yaml"
    place.write_text("precious")
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+s")
        await pilot.pause()
        app.screen.query_one(Input).value = str(place)
        await pilot.press("enter")
        await pilot.pause()
        assert place.read_text() == "precious"
        await pilot.press("enter")
        await settle(pilot)
    assert place.read_text() == app.session.yaml()
    assert place.stat().st_mode & 0o777 == 0o600


@both
async def test_a_pasted_configuration_is_offered_as_an_import(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """A whole YAML in a field is not typed into it; the safe answer keeps what is there."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab")
        app.focused.post_message(Paste(SAMPLE))  # type: ignore[union-attr]
        await pilot.pause()
        assert isinstance(app.screen, Import)
        await pilot.press("enter")
        await settle(pilot)
        assert app.session.value("clusterName") == ""
        await pilot.press("tab")
        app.focused.post_message(Paste(SAMPLE))  # type: ignore[union-attr]
        await pilot.pause()
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.session.value("clusterName") == "imported"


async def test_a_flag_is_completed(make: Callable[..., Installer]) -> None:
    """The rest of the flag stands behind the cursor, right takes it, the hint says what it does."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "control-plane")
        await pilot.press("tab")
        await write(pilot, "enable-adm")
        await pilot.press("right")
        await write(pilot, "NodeRestriction")
        await settle(pilot)
        editor = app.focused
        assert isinstance(editor, ArgumentList)
        assert app.session.value(editor.path) == "enable-admission-plugins=NodeRestriction"
        assert "Admission plugins" in str(app.screen.query_one("#hint", Static).render())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_any_of_the_proposals_can_be_taken(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Up and down choose among them, right takes the chosen one; the page says so, and marks it."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await to_section(pilot, "control-plane")
        await pilot.press("tab")
        await write(pilot, "audit-log-m")
        await settle(pilot)
        assert "▌ audit-log-maxage" in text_of(app)
        assert "→ takes it   ↑↓ chooses" in text_of(app)
        await pilot.press("down", "down")
        await settle(pilot)
        assert "▌ audit-log-maxsize" in text_of(app)
        await pilot.press("right")
        await write(pilot, "100")
        await settle(pilot)
        assert app.session.value("apiServer.extraArgs") == "audit-log-maxsize=100"
        await pilot.press("down")
        assert getattr(app.focused, "path", "") == "controllerManager.extraArgs"


async def test_a_removed_flag_brings_its_advice(make: Callable[..., Installer]) -> None:
    """A flag that the program no longer knows is told with what to do instead."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "control-plane")
        await pilot.press("tab")
        await write(pilot, "insecure-port=0")
        await settle(pilot)
        assert "only the secure port" in note(app, "apiServer.extraArgs")


async def test_arrows_go_through_what_the_machine_offers(make: Callable[..., Installer]) -> None:
    """Down in the address field takes the machine's addresses in turn, and the places are listed."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "node")
        await pilot.press("tab", "down", "down")
        await settle(pilot)
        assert app.session.value("localAPIEndpoint.advertiseAddress") == "172.17.0.1"
        below = app.screen.query_one(".below", Static)
        drawn = below.visual
        assert drawn is not None
        assert "172.17.0.1:2379" in app.export_screenshot()


@both
async def test_a_choice_is_turned_by_keys(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Right goes to the next value, delete back to the default."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await to_section(pilot, "etcd")
        await pilot.press("tab", "right")
        await settle(pilot)
        assert app.session.value("etcd") == "external"
        assert app.screen.query_one(Form).row("etcd.external.endpoints") is not None
        assert focused_path(app) == "etcd"
        await pilot.press("right")
        await settle(pilot)
        assert app.screen.query_one(Form).row("etcd.local.dataDir") is not None


@both
async def test_advanced_fields_are_folded(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """F3 and the line itself open and close them; the session remembers it."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await to_section(pilot, "node")
        assert app.screen.query_one(Form).row("nodeRegistration.taints") is None
        await pilot.press("f3")
        await settle(pilot)
        assert row(app, "nodeRegistration.taints")
        assert "node" in app.session.unfolded
        await pilot.press("f3")
        await settle(pilot)
        assert app.screen.query_one(Form).row("nodeRegistration.taints") is None


@both
async def test_next_walks_through_all_sections(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """ctrl+n goes through every section in order and comes round; every one of them can be drawn."""
    app = make()
    async with app.run_test(size=size) as pilot:
        seen = []
        for _one in sections.SECTIONS:
            seen.append(app.session.section)
            await pilot.press("f3", "ctrl+n")
            await pilot.pause()
        assert seen == [one.name for one in sections.SECTIONS]
        assert app.session.section == seen[0]


async def test_the_review_lists_what_is_wrong_and_leads_there(
    make: Callable[..., Installer],
) -> None:
    """Enter on a problem goes to its field, in its section, unfolded where it is an advanced one."""
    app = make()
    app.session.set_field("localAPIEndpoint.bindPort", "x")
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "review")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert app.session.section == "node"
        assert focused_path(app) == "localAPIEndpoint.bindPort"


@pytest.mark.parametrize(("rehearsing", "page"), [(False, "checks"), (True, "review")])
async def test_the_way_on_opens_when_nothing_is_wrong(
    make: Callable[..., Installer], rehearsing: bool, page: str
) -> None:
    """Without problems the last line leads to the checks of this machine, or to a rehearsal's review."""
    app = make()
    app.rehearsing = rehearsing
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "review")
        await pilot.press("enter", "down")
        app.visited.clear()
        app.go_to = app.visited.append  # type: ignore[method-assign, assignment]
        await pilot.press("enter")
        await pilot.pause()
        assert app.visited == [page]


@both
async def test_escape_leads_back_step_by_step(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """Out of the field to the sections, from there to the first page."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab")
        assert isinstance(app.focused, LineEditor)
        await pilot.press("escape")
        assert isinstance(app.focused, SectionList)
        await pilot.press("escape")
        assert app.visited[-1] == "welcome"


async def test_everything_is_there_after_leaving_and_coming_back(
    make: Callable[..., Installer],
) -> None:
    """Another page in between loses neither the section, what is unfolded, nor a bad text."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "node")
        await pilot.press("f3")
        await settle(pilot)
        app.session.set_field("localAPIEndpoint.bindPort", "six")
        app.go_to("configure")
        await settle(pilot)
        assert row(app, "localAPIEndpoint.bindPort").editor.text == "six"
        assert "whole number" in note(app, "localAPIEndpoint.bindPort")


async def test_the_page_opens_at_a_field_that_caused_trouble(
    make: Callable[..., Installer],
) -> None:
    """Whoever leads to a path of the model finds its section open and its field focused."""
    app = make()
    app.session.lead_to("timeouts.discovery")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.session.section == "control-plane"
        assert focused_path(app) == "timeouts.discovery"


async def test_the_page_can_be_resized_while_it_is_used(make: Callable[..., Installer]) -> None:
    """List and text come and go with the width; what one types in stays."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("tab")
        await write(pilot, "v1.36")
        for size in ((80, 24), (100, 30), (60, 10), (160, 45)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert focused_path(app) == "kubernetesVersion"
        assert app.session.value("kubernetesVersion") == "v1.36"
        assert app.screen.query_one(YamlPane).display


async def test_the_page_is_drawn_anew_in_another_language(make: Callable[..., Installer]) -> None:
    """A change of language keeps what was typed."""
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        app.session.set_field("clusterName", "prod")
        try:
            text.use("zh_CN")
            await app.screen.respeak()  # type: ignore[attr-defined]
            await settle(pilot)
            assert row(app, "clusterName").editor.text == "prod"
        finally:
            text.use("en")


@both
async def test_one_stands_where_one_stood_after_a_change_of_theme(
    make: Callable[..., Installer], size: tuple[int, int]
) -> None:
    """In a field, and in the text that is being edited, at its place."""
    app = make()
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab", "tab")
        standing = focused_path(app)
        await pilot.press("f2")
        await settle(pilot)
        assert standing
        assert focused_path(app) == standing
        await pilot.press("ctrl+y", *["down"] * 9, "end")
        await write(pilot, "clusterName: pro")
        await pilot.press("left", "f2")
        await settle(pilot)
        await write(pilot, "t")
        await settle(pilot)
        assert app.session.value("clusterName") == "prto"


async def test_text_from_outside_steers_no_terminal(make: Callable[..., Installer]) -> None:
    """Escape characters in a file reach the screen in no field, summary, sentence or line."""
    app = make(Session(FACTS))
    app.session.import_text("x", SAMPLE.replace("imported", '"a\\e[31m[bold]"') + "# \x1b[2J\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        lines = app.screen._compositor.render_strips()
        drawn = "".join(segment.text for strip in lines for segment in strip)
        assert "\x1b" not in drawn
        assert "# ?[2J" in drawn
        app.session.set_yaml(SAMPLE.replace("imported", '"a\\e[31m[bold]"'))
        await settle(pilot)
        drawn = "".join(
            segment.text for strip in app.screen._compositor.render_strips() for segment in strip
        )
        assert "\x1b" not in drawn
        assert "a?[31m[bold]" in drawn


def test_secrets_are_masked_in_the_pane() -> None:
    """Only a token's id is shown, of a key nothing."""
    shown = masked('  - token: abcdef.0123456789abcdef\ncertificateKey: "00ff"\ntokens: x\n')
    assert "0123" not in shown
    assert "00ff" not in shown
    assert "abcdef." in shown
    assert "tokens: x" in shown


@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
def test_sections_line_up_with_wide_characters(ascii_only: bool) -> None:
    """Summaries begin in the same cell, whatever the titles are written in."""
    signs.use_ascii(ascii_only)
    try:
        listed = SectionList()
        listed._style = lambda name: ""  # type: ignore[method-assign]
        rows = [
            listed._row(Entry("a", title, "ok", "|end"), 44).plain
            for title in ("Cluster", "集群", "节点与地址与更多的很长的标题")
        ]
        assert len({cell_len(one.partition("|")[0]) for one in rows}) == 1
        assert all(one.isascii() for one in rows[:1]) == ascii_only
    finally:
        signs.use_ascii(False)


def test_paths_are_completed(tmp_path: Path) -> None:
    """Folders end in a slash, hidden files only when asked for, no folder gives nothing."""
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alps.yaml").touch()
    (tmp_path / ".hidden").touch()
    base = f"{tmp_path}/"
    assert completions(base) == [f"{base}alpha/", f"{base}alps.yaml"]
    assert completions(f"{base}.h") == [f"{base}.hidden"]
    assert completions(f"{base}none/x") == []
    assert shared_beginning(completions(base)) == f"{base}alp"
    assert shared_beginning([]) == ""


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A place that can't be written leaves nothing behind."""
    place = tmp_path / "a.yaml"
    write_file(place, "x", 0o600)
    assert place.stat().st_mode & 0o777 == 0o600
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        write_file(tmp_path / "folder", "x", 0o600)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.yaml", "folder"]


def test_facts_are_what_the_session_shows() -> None:
    """Placeholders come from the machine."""
    session = Session(FACTS)
    assert session.placeholder("nodeRegistration.name") == "master"
    assert session.placeholder("localAPIEndpoint.advertiseAddress") == "192.0.2.10"
