"""Coming back to a run: from another terminal its configuration is there, to try again and to mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phases.engine import asked
from phases.engine.request import Request
from tests.engine.bench import documents
from tests.tui.program import Place
from tests.tui.stage import FACTS, NARROW, RECORDINGS, WIDE, engine_at, make_app, text_of, until
from tests.tui.stage import watched as watched_run
from tui import resumed
from tui.machine import Look
from tui.screens.checks import Checks
from tui.screens.choice import Choice
from tui.screens.configure import Configure
from tui.screens.run import Run
from tui.session import Session

CONFIG = documents("clusterName: harbour\nnetworking: {podSubnet: 10.9.0.0/16}\n")
PODS = "networking.podSubnet"
PLUGIN = "apiVersion: v1\nkind: Namespace\nmetadata: {name: flannel}\n"


def kept_run(place: Path, recording: str = "failed", **more: Any) -> Path:
    """The folder of a run with what it was asked; returns its journal."""
    journal = place / "state" / "runs" / "one" / "journal.jsonl"
    journal.parent.mkdir(parents=True)
    journal.write_bytes((RECORDINGS / f"{recording}.jsonl").read_bytes())
    asked.keep(Request(**{"config": CONFIG} | more), journal.parent)
    return journal


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_another_terminal_can_retry(tmp_path: Path, size: tuple[int, int]) -> None:
    """A run that somebody else started, and that failed, is tried again with what it was asked."""
    begun: list[Request] = []

    def begin(request: Request) -> object:
        begun.append(request)
        return engine_at(RECORDINGS / "good.jsonl")[0]

    app = make_app(tmp_path, begin=begin)
    async with app.run_test(size=size) as pilot:
        await watched_run(pilot, kept_run(tmp_path, upload_certs=True))
        assert "r try again from here" in text_of(app)
        await pilot.press("r")
        await until(pilot, lambda: bool(begun) and isinstance(app.screen, Run))
    assert begun == [Request(config=CONFIG, upload_certs=True)]


async def test_another_terminal_leads_to_the_field_with_its_text(tmp_path: Path) -> None:
    """e opens the form with the configuration of the run; leaving then loses nothing and asks nothing."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await watched_run(pilot, kept_run(tmp_path))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        assert app.session.value("clusterName") == "harbour"
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert app.return_value == 4


async def test_what_was_typed_is_not_replaced(tmp_path: Path) -> None:
    """A form in which something stands keeps it, whatever run is looked at."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        app.session.set_field("clusterName", "mine")
        await watched_run(pilot, kept_run(tmp_path))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        assert app.session.value("clusterName") == "mine"


@pytest.mark.parametrize(
    ("config", "page"), [(CONFIG, Checks), (documents("dns: {mood: 1}"), Configure)]
)
async def test_resume_goes_on_with_the_runs_configuration(
    tmp_path: Path, config: str, page: type[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leads on with that very configuration, or, where that has problems, to the form."""
    nothing = tmp_path / "aside" / "runs" / "one" / "journal.jsonl"
    monkeypatch.setattr("tui.screens.checks.start", lambda _request: engine_at(nothing)[0])
    journal = kept_run(tmp_path, config=config)
    app = make_app(tmp_path, seen=Look("half-done", journal, failure="it broke"))
    async with app.run_test(size=NARROW) as pilot:
        assert "with the configuration of that run" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, page))
        assert app.session.yaml() == config


async def test_a_refused_run_is_tried_again_with_its_configuration(tmp_path: Path) -> None:
    """On a machine that is still fresh the first step is to try again what was refused."""
    journal = kept_run(tmp_path, "refused")
    app = make_app(tmp_path, seen=Look("fresh", journal))
    async with app.run_test(size=NARROW):
        assert "Try again" in text_of(app)


@pytest.mark.parametrize(
    ("typed", "asks"),
    [({}, False), ({"clusterName": "other"}, True), ({"--upload-certs": "true"}, True)],
)
async def test_detaching_asks_only_where_text_would_be_lost(
    tmp_path: Path, typed: dict[str, str], asks: bool
) -> None:
    """What runs is kept beside the run; what was typed since would be gone."""
    journal = kept_run(tmp_path)
    journal.write_text("".join(f"{line}\n" for line in journal.read_text().splitlines()[:100]))
    app = make_app(tmp_path)
    app.engine_lives = lambda: True  # type: ignore[method-assign]
    async with app.run_test(size=WIDE) as pilot:
        app.session.set_yaml(CONFIG)
        await watched_run(pilot, journal)
        for path, text in typed.items():
            app.session.set_field(path, text)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Choice) or app.return_value == 0)
        assert isinstance(app.screen, Choice) == asks


async def test_a_rehearsal_keeps_nothing_for_later(tmp_path: Path) -> None:
    """No start of this program looks into a rehearsal's folder, so leaving asks."""
    journal = kept_run(tmp_path, mode="rehearsal", folder=str(tmp_path))
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        app.session.set_yaml(CONFIG)
        await watched_run(pilot, journal)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, Choice))


# from a request to the form


def laid(**asked_of: Any) -> Session:
    session = Session(FACTS)
    resumed.lay(session, Request(**asked_of))
    return session


def test_a_text_comes_back_word_for_word() -> None:
    """Comments and all; nothing of it is unsaved."""
    session = laid(config=f"# mine\n{CONFIG}", config_name="/root/site.yaml")
    assert session.yaml() == f"# mine\n{CONFIG}"
    assert (session.source, session.is_unsaved) == ("/root/site.yaml", False)


def test_flags_become_fields() -> None:
    """What a run without a screen was told by flags stands in the form."""
    session = laid(flags={"pod-network-cidr": "10.9.0.0/16", "node-name": "n1"})
    assert session.value(PODS) == "10.9.0.0/16"
    assert session.value("nodeRegistration.name") == "n1"
    assert session.problems() == ()


def test_flags_beside_a_file_that_cannot_be_read_leave_it_alone() -> None:
    """The form then says what is wrong with the text."""
    session = laid(config="a: [", flags={"node-name": "n"})
    assert session.yaml() == "a: ["


def test_options_come_back_with_the_plugin_that_was_reviewed() -> None:
    """Uploading and the plugin's very text are asked for again; its source isn't read anew."""
    session = laid(
        config=CONFIG,
        upload_certs=True,
        network_manifest=PLUGIN,
        network_source="/nowhere/flannel.yaml",
    )
    again = session.request()
    assert (again.upload_certs, again.network_manifest) == (True, PLUGIN)
    assert not session.is_unsaved
    assert resumed.says(session, again)


def test_a_text_that_cannot_be_read_is_not_what_was_asked() -> None:
    """The engine is asked with the last readable text, but the other one would be lost."""
    session = laid(config=CONFIG)
    request = session.request()
    session.set_yaml("a: [")
    assert not resumed.says(session, request)


# the engine keeps it


def test_an_engine_keeps_what_it_was_asked_until_all_went_well(tmp_path: Path) -> None:
    """A run that fails leaves it to whoever comes back, for their eyes alone; a good one takes it away."""
    place = Place(tmp_path)
    failed = place.rehearse("--only", "upload-config")
    (journal,) = place.journals()
    kept = asked.read(journal)
    assert failed.code == 4
    assert kept is not None
    assert (kept.config, kept.folder) == (place.config.read_text(), str(place.rehearsal))
    assert place.rehearse().code == 0
    assert not list(place.state.glob(f"runs/*/{asked.NAME}"))
