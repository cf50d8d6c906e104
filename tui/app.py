"""The app: what all screens share (session, engine, theme, language) and the way from one to the next.

What each screen shows lives with the screen; nothing here draws a thing.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from phases.engine.request import Request
from themes import skins
from tui import preferences, signs, text
from tui.launch import Engine, start
from tui.machine import Look, look
from tui.preferences import Preferences
from tui.screens.page import Page
from tui.text import _

if TYPE_CHECKING:
    from tui.session import Session

PAGES = {
    "welcome": ("tui.screens.welcome", "Welcome"),
    "configure": ("tui.screens.configure", "Configure"),
    "review": ("tui.screens.review", "Review"),
    "run": ("tui.screens.run", "Run"),
    "join": ("tui.screens.join", "Join"),
}
"""Every page by name: the module it lives in and its class. A page is imported when it is shown."""


class KubebootApp(App[int]):
    """The installer. Returns an exit code; `parting` holds lines to print once the screen is gone."""

    CSS_PATH = None
    ENABLE_COMMAND_PALETTE = True
    TITLE = "kubeboot-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", key_display="F1", priority=False),
        Binding("ctrl+c", "interrupt", "Leave", show=False, priority=True),
        Binding("ctrl+q", "interrupt", "Leave", show=False, priority=True),
        Binding("ctrl+l", "redraw", "Redraw", show=False),
    ]

    def __init__(
        self,
        chosen: Preferences,
        *,
        seen: Look | None = None,
        begin: Callable[[Request], Engine] = start,
        home: Path | None = None,
    ) -> None:
        super().__init__()
        self.chosen = chosen
        self.seen = seen or look()
        self.engine: Engine | None = None
        self.journal: Path | None = self.seen.journal
        self.request = Request()
        self.parting: list[str] = []
        self._begin = begin
        self._home = home or Path.home()
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """What was typed; made when it is first asked for, so that the first screen is there at once."""
        if self._session is None:
            from tui.session import Session

            self._session = Session()
        return self._session

    def get_default_screen(self) -> Screen[None]:
        return Screen()

    def on_mount(self) -> None:
        for skin in skins().values():
            self.register_theme(skin.theme())
        self.apply_theme(self.chosen.theme)
        text.use(self.chosen.language)
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

    def begin(self, request: Request) -> None:
        """Starts the engine for a request that was confirmed, and shows the run."""
        self.request = request
        self.engine = self._begin(request)
        self.watch_journal(self.engine.journal)

    def watch_journal(self, journal: Path) -> None:
        """Shows the run of a journal: our own engine's, or one that somebody else started."""
        self.journal = journal
        self.go_to("run")

    # looks and language

    def apply_theme(self, name: str) -> None:
        signs.use_ascii(skins()[name].signs == "ascii")
        self.set_class(signs.is_ascii(), "ascii")
        self.theme = name

    async def choose(self, *, theme: str = "", language: str = "") -> None:
        """Changes theme or language now, draws the page again, and remembers the choice."""
        self.chosen = Preferences(theme or self.chosen.theme, language or self.chosen.language)
        self.apply_theme(self.chosen.theme)
        text.use(self.chosen.language)
        preferences.save(self.chosen, self._home)
        if isinstance(self.screen, Page):
            await self.screen.respeak()

    def get_system_commands(  # the base class gives the screen, whose own commands we leave out
        self,
        screen: Screen[object],  # noqa: ARG002
    ) -> Iterable[SystemCommand]:
        """What the command palette offers; no screenshots, because a screen may show a token."""
        for skin in skins().values():
            yield SystemCommand(
                _("Theme: {name}", name=skin.title),
                _("Change the colours"),
                lambda name=skin.name: self.run_worker(self.choose(theme=name)),
            )
        for code, name in text.LANGUAGES.items():
            yield SystemCommand(
                _("Language: {name}", name=name),
                _("Change the language"),
                lambda code=code: self.run_worker(self.choose(language=code)),
            )
        yield SystemCommand(_("Help"), _("What can be done here"), self.action_help)
        yield SystemCommand(_("Leave"), _("End this program"), self.action_interrupt)

    # what works everywhere

    def action_help(self) -> None:
        from tui.screens.help import Help

        self.push_screen(Help(self.screen))

    def action_redraw(self) -> None:
        self.refresh(repaint=True, layout=True)

    def action_interrupt(self) -> None:
        """ctrl+c: a page with something under way asks what is meant; elsewhere the program ends."""
        asks = getattr(self.screen, "ask_before_leaving", None)
        if asks is None or not asks():
            self.exit(0)


def run(environment: dict[str, str] | None = None) -> int:
    """Shows the app on this terminal and returns its exit code."""
    app = KubebootApp(preferences.load(environment or dict(os.environ), Path.home()))
    code = app.run()
    for line in app.parting:
        print(line)  # noqa: T201
    return code if code is not None else app.return_code or 0
