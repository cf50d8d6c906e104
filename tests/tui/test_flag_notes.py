"""What is said of the programs' flags: all of them, in every language, the common ones first."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from phases.model.arguments import known_flags
from tests.tui.machine import Installer
from tests.tui.stage import text_of
from tests.tui.test_configure import settle, to_section, write
from tui import text
from tui.fields.notes import notes, proposals
from tui.sections import PROGRAMS
from tui.text import _

LONGEST = 80
"""A note is one line beside its flag on a wide terminal."""


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    text.use("en")


def table() -> dict[str, Any]:
    return tomllib.loads(files("tui.fields").joinpath("flag_notes.toml").read_text("utf-8"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_known_flag_has_a_note(program: str) -> None:
    """Whatever a program lists is explained, in one short clause."""
    said = notes(program)
    assert not known_flags(program)[0] - {name for name, note in said.items() if note}
    assert not {note for note in said.values() if len(note) > LONGEST or note.endswith(".")}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("language", [one for one in text.LANGUAGES if one != "en"])
def test_every_note_is_translated(language: str, program: str) -> None:
    """No note comes out in English elsewhere; `python -m tui.locale` adds new ones to be translated."""
    text.use(language)
    assert not {name: note for name, note in notes(program).items() if _(note) == note}


@pytest.mark.parametrize("program", PROGRAMS)
def test_notes_are_about_flags_that_exist(program: str) -> None:
    """No note of a program is about a flag that it doesn't list, and none stands twice."""
    common, seldom = table().get(program, {}), table()["seldom"].get(program, {})
    assert set(common) | set(seldom) <= known_flags(program)[0]
    assert not set(common) & set(seldom)


def test_shared_notes_are_about_shared_flags() -> None:
    """What stands under `every` is known to more than one program, and is either common or not."""
    common, seldom = table()["every"], table()["seldom"]["every"]
    for name in {**common, **seldom}:
        assert sum(name in known_flags(program)[0] for program in PROGRAMS) > 1, name
    assert not set(common) & set(seldom)
    assert set(table()) | set(table()["seldom"]) == {*PROGRAMS, "every", "seldom"}


def test_a_program_has_its_own_word() -> None:
    """Where a flag means something else to one program, its own note goes before the shared one."""
    assert notes("kube-apiserver")["secure-port"] == "Port of the API; 6443"
    assert notes("kube-scheduler")["secure-port"] == "Port of its metrics and health"


def test_common_flags_are_proposed_first() -> None:
    """Seldom used ones come behind, also where the alphabet has them before."""
    names = [one.name for one in proposals("kube-apiserver", "audit-log-")]
    assert names.index("audit-log-path") < names.index("audit-log-batch-max-size")
    assert all(one.note for one in proposals("kube-apiserver", "audit-log-"))


async def test_the_form_explains_flags_in_chinese(tmp_path: Path) -> None:
    """The proposals beneath a begun flag have their notes in the language in use."""
    app = Installer("configure", tmp_path)
    text.use("zh_CN")
    async with app.run_test(size=(120, 40)) as pilot:
        await to_section(pilot, "control-plane")
        await pilot.press("tab")
        await write(pilot, "etcd-k")
        await settle(pilot)
        hint = text_of(app)
        assert "etcd-keyfile" in hint
        assert "访问 etcd" in hint
        assert "所用证书的密钥" in hint
