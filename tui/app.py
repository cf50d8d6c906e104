"""The app: what all screens share (session, engine, theme, language) and the way from one to the next.

What each screen shows lives with the screen; nothing here draws a thing.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from phases.engine import asked
from phases.engine.errors import InstallerError
from phases.engine.request import Request
from themes import skins
from tui import machine, preferences, signs, text
from tui.beside import beside
from tui.machine import Look, look
from tui.preferences import Preferences
from tui.screens.page import Page
from tui.text import _
from tui.widgets import keys

if TYPE_CHECKING:  # what runs need is imported when one is there: the first page needs none of it
    from phases.engine.state import RunState
    from tui.crash import Crash
    from tui.facts import Facts
    from tui.launch import Engine
    from tui.prepull import Prepull
    from tui.presets import Preset
    from tui.session import Session

SCREENS = Path(__file__).parent / "screens"

PAGES = {
    "welcome": ("tui.screens.welcome", "Welcome"),
    "configure": ("tui.screens.configure", "Configure"),
    "checks": ("tui.screens.checks", "Checks"),
    "review": ("tui.screens.review", "Review"),
    "run": ("tui.screens.run", "Run"),
    "join": ("tui.screens.join", "Join"),
}
"""Every page by name: the module it lives in and its class. A page is imported when it is shown."""


class PlainBars(ScrollBarRender):
    """Scrollbars without block characters."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


class KubebootApp(App[int]):
    """The installer. Returns an exit code; `parting` holds lines to print once the screen is gone.

    `latest` is the state of the run that was watched last, `request` what its engine was asked,
    `reissued` the state of the run that made its join commands anew.
    `rehearsing` says that what is filled in is for a rehearsal, not for this machine.
    """

    CSS_PATH: ClassVar = [SCREENS / "page.tcss", SCREENS / "welcome.tcss"]  # the first page's
    ENABLE_COMMAND_PALETTE = True
    TITLE = "kubeboot-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", key_display="F1"),
        Binding("f2", "next_theme", "Theme", key_display="F2", show=False),
        Binding("f8", "next_language", "Language", key_display="F8", show=False),
        Binding("ctrl+p", "command_palette", "All commands", show=False),
        Binding("ctrl+l", "redraw", "Redraw", show=False),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False),
        Binding("ctrl+c,ctrl+q", "interrupt", "Leave", key_display="^c", show=False, priority=True),
    ]

    def __init__(
        self,
        chosen: Preferences,
        *,
        seen: Look | None = None,
        begin: Callable[[Request], Engine] | None = None,
        home: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        environment: Mapping[str, str] | None = None,
        files: tuple[tuple[str, str], ...] = (),
        preset: Preset | None = None,
    ) -> None:
        super().__init__()
        self.chosen = chosen
        self.seen = seen or look()
        self.engine: Engine | None = None
        self.journal: Path | None = self.seen.journal
        self.request: Request | None = None
        self.rehearsing = False
        self._latest: RunState | None = None
        self.reissued: RunState | None = None
        self.parting: list[str] = []
        self.crash: Crash | None = None
        self.now = now
        self.folder = Path.cwd()
        self.environment = dict(os.environ if environment is None else environment)
        self._starter = begin
        self._home = home or Path.home()
        self._files = files
        self._preset = preset
        self._session: Session | None = None
        for skin in skins().values():
            self.register_theme(skin.theme())
        self.apply_theme(chosen.theme)  # before any style sheet is read, so that each is read once
        text.use(chosen.language)

    @property
    def session(self) -> Session:
        """What was typed; made when it is first asked for, so that the first screen is there at once."""
        return self._session or self.make_session()

    def make_session(self, facts: Facts | None = None) -> Session:
        """Begins the session, with the facts of this machine where they are known already."""
        if self._session is None:
            from tui.session import Session

            self._session = Session(facts)
            for name, content in self._files:
                self._session.import_text(name, content)
                self._session.unseen = content
            if self._preset is not None:
                self._session.lay(self._preset.fragment, f"preset {self._preset.name}")
        return self._session

    @property
    def latest(self) -> RunState:
        """The state of the run that was watched last."""
        from phases.engine.state import RunState

        return self._latest or RunState()

    @latest.setter
    def latest(self, state: RunState | None) -> None:
        self._latest = state

    @property
    def facts(self) -> Facts | None:
        """What this machine brings, None as long as nobody has looked."""
        return self._session.facts if self._session else None

    @property
    def is_root(self) -> bool:
        """Whether this machine may be changed."""
        return (self.facts.euid if self.facts else os.geteuid()) == 0

    @property
    def before_run(self) -> str:
        """The page that comes before a run: the checks, where this machine is to be changed."""
        return "checks" if self.is_root and not self.rehearsing else "review"

    @property
    def has_file(self) -> bool:
        """Whether a configuration was given on the command line."""
        return bool(self._files)

    def get_default_screen(self) -> Screen[None]:
        return Screen()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own words for colours, so that any theme will do."""
        return dict(OWN_VARIABLES)

    def on_mount(self) -> None:
        if not self.is_headless:
            asyncio.get_running_loop().add_signal_handler(
                signal.SIGTERM, self.leave, 128 + signal.SIGTERM
            )
        self.go_to("welcome")

    # from page to page

    def go_to(self, name: str) -> None:
        """Shows a page in place of the one that is shown."""
        module, cls = PAGES[name]
        page: Page = getattr(importlib.import_module(module), cls)()
        if len(self.screen_stack) > 1:
            self.switch_screen(page)
        else:
            self.push_screen(page)

    def show_join(self, state: RunState) -> None:
        """Shows the join desk of a run that ended well."""
        self.latest = state
        self.go_to("join")

    @property
    def handing_out(self) -> RunState:
        """The run whose join commands count: the one that made them anew, else the one that is watched."""
        return self.reissued or self.latest

    # engines

    def begin(self, request: Request) -> None:
        """Starts the engine for a request that was confirmed, and shows the run."""
        self.request, self.engine, self.journal = request, None, None
        self._latest = self.reissued = None
        self.go_to("run")
        self._start(request)

    def _begin(self, request: Request) -> Engine:
        """Blocks until the engine has answered. Raises InstallerError where it can't begin."""
        from tui.launch import start

        return (self._starter or start)(request)

    @work(exclusive=True, group="engine")
    async def _start(self, request: Request) -> None:
        """An engine takes a second to answer, so it is started beside the screen."""
        from phases.engine.events import Failure
        from tui.screens.run import Run

        try:
            engine = await asyncio.to_thread(self._begin, request)
        except InstallerError as refusal:
            if isinstance(self.screen, Run):
                self.screen.refused(Failure(**refusal.as_data()))
            return
        self.engine, self.journal = engine, engine.journal
        if isinstance(self.screen, Run):
            self.screen.watch_journal()

    def watch_journal(self, journal: Path) -> None:
        """Shows the run of a journal that somebody else's engine writes, or wrote."""
        self.engine, self.journal = None, journal
        self._latest = self.reissued = None
        self.request = asked.read(journal)
        self.go_to("run")

    @cached_property
    def prepull(self) -> Prepull:
        """Images that are pulled while the form is filled in."""
        from tui.prepull import Prepull

        return Prepull()

    def pull_ahead(self) -> None:
        """Begins to; the form asked before."""
        from tui.prepull import request_of

        self.prepull.begin(request_of(self.session), self._begin)

    @cached_property
    def last_asked(self) -> Request | None:
        """What the last run on this machine was asked, where it left something to resume."""
        return asked.read(self.seen.journal) if self.seen.journal else None

    def take_up(self, request: Request | None) -> None:
        """The form holds what a run was asked, unless something was put into it already."""
        if request is not None and self.session.is_untouched:
            from tui import resumed

            resumed.lay(self.session, request)

    def watch_again(self) -> None:
        """Back to the run from the join desk."""
        self.go_to("run")

    def open_desk(self, journal: Path) -> None:
        """The join desk of a run that ended some time ago."""
        from phases.engine.journal import Reader
        from phases.engine.state import RunState, fold

        state = RunState()
        with suppress(OSError):  # one that vanished hands nothing out, and the desk says so
            for record in Reader(journal).new_records():
                state = fold(state, record)
        self.engine, self.journal, self.reissued = None, journal, None
        self.show_join(state)

    def engine_lives(self) -> bool:
        """Whether the journal that is watched may still grow. Called from the follower's thread."""
        if self.engine is not None:
            return self.engine.process.poll() is None
        return self.journal is not None and machine.is_running(self.journal)

    def cancel(self, state: RunState) -> str:
        """Asks the engine to stop at its next safe point; returns why it couldn't be asked."""
        try:
            if self.engine is not None:
                self.engine.process.terminate()
            elif state.started and self.engine_lives():
                os.kill(state.started.pid, signal.SIGTERM)
        except OSError as error:
            return _("The engine can't be asked: {why}", why=error.strerror or str(error))
        return ""

    async def carry_out(self, request: Request) -> RunState:
        """Has an engine do something beside the page that is shown; the state it ended in. Who leaves
        meanwhile doesn't wait for it.

        Raises InstallerError where it could not begin."""
        return await beside(partial(self._carried_out, request))

    def _carried_out(self, request: Request) -> RunState:
        from phases.engine.state import RunState, fold
        from tui.follow import follow

        engine, state = self._begin(request), RunState()
        for record in follow(engine.journal, lambda: engine.process.poll() is None):
            state = fold(state, record) if record else state
        engine.process.wait()
        return state

    async def open_engine(self, request: Request) -> Engine:
        """An engine whose journal a page follows by itself, and which it ends."""
        return await asyncio.to_thread(self._begin, request)

    def on_master(self, workflow: str = "init", **more: Any) -> Request:
        """A request about the master of the run that was watched last, in the mode of that run."""
        before = self.request or Request()
        mode = self.latest.started.mode if self.latest.started else "real"
        config = before.config if workflow == "init" else None
        return Request(workflow=workflow, config=config, mode=mode, folder=before.folder, **more)

    # looks and language

    def apply_theme(self, name: str) -> None:
        signs.use_ascii(skins()[name].signs == "ascii")
        ScrollBar.renderer = PlainBars if signs.is_ascii() else ScrollBarRender
        self.set_class(signs.is_ascii(), "ascii")
        self.theme = name

    async def choose(self, *, theme: str = "", language: str = "") -> None:
        """Changes theme or language now, draws the page again, and remembers the choice."""
        self.chosen = Preferences(theme or self.chosen.theme, language or self.chosen.language)
        self.apply_theme(self.chosen.theme)
        text.use(self.chosen.language)
        preferences.save(self._home, theme=theme, language=language)
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.call_next(screen.respeak)  # in its turn, with what else the page has to do

    async def action_next_theme(self) -> None:
        await self.choose(theme=_after(self.chosen.theme, list(skins())))

    async def action_next_language(self) -> None:
        await self.choose(language=_after(self.chosen.language, list(text.LANGUAGES)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers: what the page can do now, then what works everywhere.

        No screenshots, because a screen may show a token.
        """
        for binding in keys.commands(screen):
            act = partial(self.run_action, binding.action, screen)
            words = _("On this page: key {key}", key=keys.key_name(binding))
            yield SystemCommand(_(binding.description), words, act)
        for skin in skins().values():
            chosen = partial(self._choose_later, theme=skin.name)
            title = _("Theme: {name}", name=_(skin.title))
            yield SystemCommand(title, _("Change the colours"), chosen)
        for code, name in text.LANGUAGES.items():
            chosen = partial(self._choose_later, language=code)
            yield SystemCommand(_("Language: {name}", name=name), _("Change the language"), chosen)
        yield SystemCommand(_("Help"), _("What can be done here"), self.action_help)
        yield SystemCommand(_("Redraw"), _("Paint the screen anew"), self.action_redraw)
        yield SystemCommand(
            _("Suspend"), _("Back to the shell; fg returns"), self.action_suspend_process
        )
        yield SystemCommand(_("Leave"), _("End this program"), self.action_interrupt)

    def _choose_later(self, *, theme: str = "", language: str = "") -> None:
        self.run_worker(self.choose(theme=theme, language=language))

    # what works everywhere

    def action_help(self) -> None:
        from tui.screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.screen))

    def action_command_palette(self) -> None:
        """Everything that can be done, by name."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            words = _("Type to search all commands")
            self.push_screen(CommandPalette(placeholder=words, id="--command-palette"))

    def action_redraw(self) -> None:
        self.refresh(repaint=True, layout=True)

    def send_to_clipboard(self, words: str) -> None:
        """Sends words to the terminal's clipboard; whether it took them nobody knows."""
        from tui import clipboard

        if self._driver is not None and not self.is_headless:
            self._driver.write(clipboard.sequence(words, self.environment))
        self._clipboard = words

    def action_interrupt(self) -> None:
        """ctrl+c: a page with something under way asks what is meant; elsewhere the program ends."""
        interrupted = getattr(self.screen, "interrupted", None)
        if interrupted is not None:
            interrupted()
            return
        asks = getattr(self.screen, "ask_before_leaving", None)
        if asks is None or not asks():
            self.leave_unless_asked()

    @work(exclusive=True, group="leaving")
    async def leave_unless_asked(self) -> None:
        """Leaves; with something typed that stands nowhere else a person is asked before."""
        if await self._may_leave():
            finished = self.latest.finished
            self.leave(finished.exit_code if finished else 0)

    async def _may_leave(self) -> bool:
        """Whether nothing would be lost, or a person has agreed that it is."""
        if "prepull" in vars(self) and self.prepull.is_running:
            from tui.screens import pulling

            if not await pulling.may_leave(self, self.prepull):
                return False
        session = self._session
        if session is None or not session.is_unsaved or self._has_made() or self._is_kept(session):
            return True
        from tui.screens import unsaved

        return await unsaved.may_leave(self, session)

    def _is_kept(self, session: Session) -> bool:
        """Whether the run that is watched keeps the configuration where Resume will find it."""
        kept = asked.read(self.journal) if self.journal else None
        if kept is None or kept.mode != "real":
            return False
        from tui import resumed

        return resumed.says(session, kept)

    def _has_made(self) -> bool:
        """Whether the run has made a cluster: that one keeps its configuration."""
        started, finished = self.latest.started, self.latest.finished
        done = finished is not None and finished.exit_code == 0
        return done and started is not None and started.mode == "real"

    @work(exclusive=True, group="leaving")
    async def detach(self) -> None:
        """Leaves a run to its engine, which keeps what it was asked; what was typed since is asked about."""
        if not await self._may_leave():
            return
        from tui import parting

        self.parting = list(parting.detached(self.latest, self.journal))
        self.exit(0)

    def leave(self, code: int) -> None:
        """Ends the screen; what the person needs next is printed once it is gone."""
        if self._latest is not None:
            from tui import parting

            running = self._is_running()
            handed = replace(self._latest, handover=self.handing_out.handover)
            self.parting = list(parting.lines(handed, self.journal, running=running))
        self.exit(code)

    def _is_running(self) -> bool:
        return (
            self.latest.started is not None
            and self.latest.finished is None
            and (self.engine_lives())
        )

    # when this program itself fails

    def _fatal_error(self) -> None:
        """One sentence instead of a traceback with everything that was in memory, secrets too."""
        from tui.crash import Crash

        self.crash = Crash.of(self._exception, self.journal)
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:  # noqa: ARG002  Textual would print them
        self._fatal_error()


OWN_VARIABLES = {"muted": "ansi_bright_black", "rule": "ansi_bright_black"}
"""Variables that our style sheets use beside Textual's own, for a theme that has forgotten them."""


def _after(current: str, names: list[str]) -> str:
    return names[(names.index(current) + 1) % len(names)] if current in names else names[0]


def run(
    chosen: Preferences,
    files: tuple[tuple[str, str], ...] = (),
    preset: Preset | None = None,
) -> KubebootApp:
    """Shows the app on this terminal; it is returned once it has ended."""
    app = KubebootApp(chosen, files=files, preset=preset)
    app.run()
    return app
