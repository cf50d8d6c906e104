"""The app around its pages: themes, languages, sizes, help, leaving, and what it does when it fails itself."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.tui.stage import NARROW, RECORDINGS, WIDE, app_of, make_app, text_of, until, watched
from themes import skins
from tui import preferences, signs, start, text
from tui.app import KubebootApp
from tui.preferences import Preferences
from tui.screens.configure import Configure
from tui.screens.help import Help
from tui.text import _
from tui.widgets.keys import active


@pytest.fixture(autouse=True)
def _english_again() -> object:
    yield
    text.use("en")
    signs.use_ascii(False)


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (40, 10), (10, 3), (1, 1)])
async def test_a_window_that_is_too_small_says_so_and_comes_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Below 80x24 there is a notice instead of a broken page; enlarging brings the page back."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        assert "Fresh" in text_of(app)
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert app.screen.query_one("#too-small", Static).display
        if size[0] >= 40:
            assert "too small" in text_of(app)
        await pilot.resize_terminal(*NARROW)
        await pilot.pause()
        assert "Fresh" in text_of(app)
        assert not app.screen.query_one("#too-small", Static).display


async def test_a_storm_of_resizes_breaks_nothing(tmp_path: Path) -> None:
    """Sizes that change faster than pages are drawn leave a page that is right in the end."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE) as pilot:
        await watched(pilot, RECORDINGS / "good.jsonl")
        for number in range(60):
            await pilot.resize_terminal(1 + (number * 37) % 200, 1 + (number * 17) % 60)
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "node5 is a control plane now" in text_of(app))


async def test_every_page_explains_itself(tmp_path: Path) -> None:
    """F1 tells what a page is for and its real keys; escape leads back."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        for name in ("welcome", "configure", "run", "join"):
            app.journal = RECORDINGS / "good.jsonl"
            app.go_to(name)
            await pilot.pause()
            page = app.screen
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(app.screen, Help))
            keys = [binding for binding, _word in app.screen._keys]  # type: ignore[attr-defined]
            assert keys
            assert app.screen._topic.title.lower().startswith(name[:3])  # type: ignore[attr-defined]
            await pilot.press("escape")
            await until(pilot, lambda page=page: app.screen is page)  # type: ignore[misc]


async def test_help_is_readable_at_the_smallest_size(tmp_path: Path) -> None:
    """The first lines and the way back are in sight at 80x24, the rest is scrolled to."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, Help))
        assert "This program makes a fresh Linux machine" in text_of(app)
        assert "esc back" in text_of(app)
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert "kubeboot-tui init --help" in text_of(app)


async def test_a_theme_is_chosen_by_a_key_and_remembered(tmp_path: Path) -> None:
    """F2 goes through the themes; the next start has the last one."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: app.theme != "harbour")
        chosen = app.theme
    environment = {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
    assert preferences.load(environment, tmp_path).theme == chosen


async def test_the_language_changes_at_once_and_is_remembered(tmp_path: Path) -> None:
    """F8 draws the page in the other language, footer and all."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: "语言" in text_of(app))
        assert "Language" not in text_of(app)
        assert "Fresh" not in text_of(app)
    assert preferences.load({"LANG": "C.UTF-8"}, tmp_path).language == "zh_CN"


async def test_the_palette_offers_no_screenshot(tmp_path: Path) -> None:
    """A screenshot would put a token into a file; themes, languages and leaving are offered."""
    app = make_app(tmp_path)
    async with app.run_test(size=WIDE):
        titles = [command.title for command in app.get_system_commands(app.screen)]
    assert not [title for title in titles if "creenshot" in title]
    assert len([title for title in titles if title.startswith("Theme")]) == len(skins())
    assert "Leave" in titles


async def test_the_ascii_theme_draws_in_ascii(tmp_path: Path) -> None:
    """With the theme for serial consoles every page is plain ASCII."""
    app = make_app(tmp_path, chosen=Preferences("ascii", "en"))
    async with app.run_test(size=NARROW) as pilot:
        for recording in ("good", "failed", "refused"):
            page = await watched(pilot, RECORDINGS / f"{recording}.jsonl")
            for phase in page.story.state.phases:
                page._select(phase)
                await pilot.pause()
                assert text_of(app).isascii()
        for name in ("welcome", "join"):
            app.go_to(name)
            await pilot.pause()
            assert text_of(app).isascii()
        await pilot.press("f1")
        await pilot.pause()
        assert text_of(app).isascii()


async def test_the_form_and_the_palette_are_ascii_too(tmp_path: Path) -> None:
    """With that theme neither the form with its plan nor the palette's frame has another sign."""
    app = make_app(tmp_path, chosen=Preferences("ascii", "en"))
    async with app.run_test(size=NARROW) as pilot:
        app.session.set_field("networking.podSubnet", "10.244.0.0/16")
        app.session.section = "networking"
        app.go_to("configure")
        await until(pilot, lambda: "pods fit" in text_of(app))
        assert text_of(app).isascii()
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Type to search" in text_of(app))
        drawn = [line for line in text_of(app).splitlines() if "Language: " not in line]
        assert "".join(drawn).isascii()


async def test_the_keys_of_the_form_are_in_sight_at_once(tmp_path: Path) -> None:
    """At 80x24 those of the footer need no scrolling, and where there is more it is said."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        app.go_to("configure")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        await pilot.press("tab", "f1")
        await until(pilot, lambda: isinstance(app.screen, Help) and "↓ more" in text_of(app))
        text = text_of(app)
        for key, word in (("^n", "Next"), ("^o", "Open"), ("^s", "Save"), ("^z", "Undo")):
            assert re.search(rf"{re.escape(key)} +{word}", text.rpartition("esc back")[0])
        await pilot.resize_terminal(120, 80)
        await until(pilot, lambda: "↓ more" not in text_of(app))


SECRET = "ujasfb.abcdefghij012345"


async def shown(app: KubebootApp) -> None:
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()


class Breaking(KubebootApp):
    """An app with a defect and a secret in its hands."""

    def on_mount(self) -> None:
        super().on_mount()
        self.call_later(self._break)

    def _break(self) -> None:
        token = SECRET
        raise ValueError(f"a defect near {token}")


async def test_a_defect_ends_the_screen_without_telling_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and a file with places in the code; no values, no message, and not exit code 0."""
    app = Breaking(Preferences("harbour", "en"), home=tmp_path)
    with pytest.raises(ValueError, match="a defect"):
        await shown(app)
    assert app.crash is not None
    assert app.return_code == 1
    words = str(app.crash)
    assert "ValueError" in words
    report = Path(app.crash.report).read_text()
    assert "_break" in report
    printed = capsys.readouterr()
    for place in (words, report, printed.out, printed.err):
        assert SECRET not in place
    Path(app.crash.report).unlink()


async def test_a_defect_in_a_worker_is_no_different(tmp_path: Path) -> None:
    """What raises in a worker ends the screen in the same way."""
    app = make_app(tmp_path)

    async def broken() -> None:
        await asyncio.sleep(0)
        raise ValueError(SECRET)

    async def show() -> None:
        async with app.run_test(size=NARROW) as pilot:
            app.run_worker(broken())
            await pilot.pause()
            await pilot.pause()

    with pytest.raises(Exception, match=SECRET):
        await show()
    assert app.crash is not None
    assert SECRET not in str(app.crash)
    Path(app.crash.report).unlink()


def test_the_environment_is_cleaned() -> None:
    """What could steer Python, the loader or Textual is dropped; the rest stays."""
    environment = {
        "TEXTUAL_DRIVER": "evil:Driver",
        "TEXTUAL_PRESS": "enter",
        "PYTHONPATH": "/evil",
        "LD_PRELOAD": "x.so",
        "PATH": "/bin",
        "LANG": "C.UTF-8",
    }
    start.scrub(environment)
    assert environment == {"PATH": "/bin", "LANG": "C.UTF-8"}


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}, "harbour"),
        ({"TERM": "tmux-256color", "LC_ALL": "C.UTF-8"}, "harbour"),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "LANG": "de_DE.UTF-8"}, "harbour"),
        ({"TERM": "screen", "LANG": "en_US.UTF-8"}, "ansi"),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, "ascii"),
        ({"TERM": "vt100", "LANG": "en_US.UTF-8"}, "ascii"),
        ({"TERM": "xterm-256color"}, "ascii"),
        ({"TERM": "xterm-256color", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, "ascii"),
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8", "LC_CTYPE": "en_US.UTF-8"}, "harbour"),
        ({"TERM": "xterm-256color", "LC_ALL": "C", "LANG": "en_US.UTF-8"}, "ascii"),
    ],
)
def test_the_first_theme_suits_the_terminal(environment: dict[str, str], theme: str) -> None:
    """ASCII without UTF-8 or on old terminals, 16 colours where there are no more, else the dark one."""
    assert preferences.suiting(environment) == theme


def test_without_utf8_the_first_language_is_english(tmp_path: Path) -> None:
    """Chinese can't be drawn in ASCII, so it isn't chosen by itself."""
    assert preferences.load({"LANG": "zh_CN.UTF-8"}, tmp_path).language == "zh_CN"
    assert preferences.load({"LANG": "zh_CN.GB18030"}, tmp_path).language == "en"


@pytest.mark.parametrize("terminal", ["linux", "vt100"])
def test_a_console_without_chinese_letters_starts_in_english(tmp_path: Path, terminal: str) -> None:
    """The kernel's console draws none; a choice that was made counts all the same."""
    environment = {"LANG": "zh_CN.UTF-8", "TERM": terminal}
    assert preferences.load(environment, tmp_path).language == "en"
    assert preferences.load(environment | {"TERM": "xterm"}, tmp_path).language == "zh_CN"
    preferences.save(tmp_path, theme="paper")
    assert preferences.load(environment | {"TERM": "xterm"}, tmp_path).language == "zh_CN"
    preferences.save(tmp_path, language="zh_CN")
    chosen = preferences.load(environment, tmp_path)
    assert (chosen.language, chosen.theme) == ("zh_CN", "paper")


async def test_the_palette_has_what_the_page_can_do(tmp_path: Path) -> None:
    """Each command of the page is there by its name, in the language in use, and does what its key does."""
    app = make_app(tmp_path, chosen=Preferences("harbour", "zh_CN"))
    async with app.run_test(size=WIDE) as pilot:
        page = await watched(pilot, RECORDINGS / "failed.jsonl")
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert {"撤销", "日志", "打包"} <= set(titles)
        assert "脱离" not in titles
        await pilot.press("ctrl+p")
        await until(pilot, lambda: type(app.screen).__name__ == "CommandPalette")
        await pilot.press(*"日志")
        await until(pilot, lambda: "l" in text_of(app) and "此页" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is page and page.has_class("-log"))


async def test_every_key_is_explained_in_chinese(tmp_path: Path) -> None:
    """Also those that Textual brings along, in fields, lists of lines and the text itself."""
    app = make_app(tmp_path, chosen=Preferences("harbour", "zh_CN"))
    async with app.run_test(size=WIDE) as pilot:
        app.go_to("configure")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        found: set[str] = set()
        for keys in ((), ("tab",), ("escape", "ctrl+y")):
            await pilot.press(*keys)
            await pilot.pause()
            found |= {binding.description for binding in active(app.screen, shown_only=False)}
        assert "Cursor word left" in found
        assert [words for words in sorted(found) if _(words) == words and words != "YAML"] == []


def test_preferences_that_make_no_sense_are_passed_over(tmp_path: Path) -> None:
    """A broken or outdated file falls back to what suits the terminal."""
    place = tmp_path / ".config" / "kubeboot-tui" / "preferences.toml"
    place.parent.mkdir(parents=True)
    for content in ("theme = 3", "not toml [", 'theme = "gone"\nlanguage = "xx"'):
        place.write_text(content)
        found = preferences.load({"TERM": "xterm-256color", "LANG": "C.UTF-8"}, tmp_path)
        assert found == Preferences("harbour", "en")


async def test_leaving_a_page_without_a_run_prints_nothing(tmp_path: Path) -> None:
    """ctrl+c on the first page ends with 0 and no words."""
    app = make_app(tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("ctrl+c")
    assert (app.return_value, app.parting) == (0, [])
    assert app_of(pilot) is app


async def test_keys_of_fields_stand_apart_in_the_help(tmp_path: Path) -> None:
    """What a text field brings along comes behind the keys of the page, under a heading of its own."""
    app = make_app(tmp_path)
    async with app.run_test(size=(120, 80)) as pilot:
        app.go_to("configure")
        await until(pilot, lambda: isinstance(app.screen, Configure))
        await pilot.press("tab", "f1")
        await until(pilot, lambda: isinstance(app.screen, Help))
        await until(pilot, lambda: "Keys of the field" in text_of(app))
        own, _heading, further = text_of(app).partition("Keys of the field")
        further = further.partition("esc back")[0]
        for word in ("YAML", "Undo", "All commands"):
            assert word in own
            assert word not in further
        assert "Move cursor left" in further
        assert "Move cursor left" not in own
