"""Welcome: what this is, what this machine is, and the one obvious next step."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui import next_steps, signs
from tui.screens.choice import Answer, Choice
from tui.screens.page import Page
from tui.text import LANGUAGES, _, language
from tui.widgets import drawing as d
from tui.widgets.menu import Entry, Menu
from tui.widgets.there import is_there

if TYPE_CHECKING:
    from tui.facts import Facts

LABEL = 12


class Welcome(Page):
    """Has looked at this machine; offers the steps that make sense on it."""

    CSS_PATH: ClassVar = ["page.tcss", "welcome.tcss"]
    HELP_TOPIC = "welcome"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "app.next_theme", "Theme", key_display="F2"),
        Binding("f8", "app.next_language", "Language", key_display="F8"),
    ]

    def badge(self) -> str:
        return ""

    def heading(self) -> str:
        return " · ".join(("kubeboot", self._hostname()))

    def _hostname(self) -> str:
        facts = self.installer.facts
        return facts.hostname if facts else socket.gethostname()

    def aside(self) -> str:
        return LANGUAGES[language()]

    def content(self) -> Iterable[Widget]:
        with VerticalScroll(id="welcome", can_focus=False):
            yield Static(self._purpose(), id="purpose")
            yield Static(d.stacked(list(self._facts())), id="facts")
            yield Static(d.stacked(list(self._finding())), id="finding")
            yield Menu(self._steps())

    def on_mount(self) -> None:
        self._stand()
        if self.installer.facts is None:
            self.call_after_refresh(self._look_around)

    @work(thread=True)
    def _look_around(self) -> None:
        """The facts of this machine cost what they import, so the page is there before them."""
        import tui.session  # noqa: F401  loaded here, where it keeps nobody waiting
        from tui.facts import look_around

        facts = look_around()
        self.app.call_from_thread(self._looked, facts)

    def _looked(self, facts: Facts) -> None:
        self.installer.make_session(facts)
        if is_there(self):
            self.query_one("#facts", Static).update(d.stacked(list(self._facts())))

    async def respeak(self) -> None:
        await super().respeak()
        self._stand()

    def _stand(self) -> None:
        self.query_one(Menu).focus()

    def _purpose(self) -> Content:
        words = _(
            "Makes this machine the first control plane of a Kubernetes cluster, as kubeadm would."
        )
        return Content.assemble(d.styled("kubeboot-tui", "bold $accent"), "\n", d.muted(words))

    def _facts(self) -> Iterator[Content]:
        facts = self.installer.facts
        if facts is None:
            yield from d.labelled(_("machine"), self._hostname(), 60, label_width=LABEL)
            yield from (Content("") for _line in range(3))  # what comes in a moment moves nothing
            return
        addresses = ", ".join(f"{one.text} ({one.interface})" for one in facts.addresses)
        rows = (
            (
                _("machine"),
                signs.pick(" · ", ", ").join(filter(None, (facts.hostname, facts.system))),
            ),
            (
                _("hardware"),
                _("{n} CPUs, {memory} GiB memory", n=facts.cpus, memory=facts.gibibytes),
            ),
            (_("addresses"), addresses or _("none found")),
            (_("runtime"), ", ".join(facts.cri_sockets) or _("no container runtime found")),
        )
        width = max(min(self.app.size.width - 8, 100), 40)
        for label, value in rows:
            yield from d.labelled(label, value, width, label_width=LABEL)

    def _finding(self) -> Iterator[Content]:
        found = next_steps.finding(self.installer.seen)
        yield d.marked(found.state, found.sentence).stylize("bold")
        indent = " " * (signs.width() + 1)
        yield from (Content.assemble(indent, d.muted(line)) for line in found.lines)
        if not self.installer.is_root:
            words = _(
                "You are not root: this machine can't be changed, only rehearsed on. Use sudo."
            )
            yield d.marked("risky", words)

    def _steps(self) -> tuple[Entry, ...]:
        app = self.installer
        kept = app.last_asked is not None
        return next_steps.steps(app.seen, root=app.is_root, has_file=app.has_file, kept=kept)

    @on(Menu.Taken)
    def _taken(self, event: Menu.Taken) -> None:
        app = self.installer
        app.rehearsing = event.name == "rehearse"
        match event.name:
            case "watch" if app.seen.journal:
                app.watch_journal(app.seen.journal)
            case "desk" if app.seen.journal:
                app.open_desk(app.seen.journal)
            case "resume" | "review" | "rehearse":
                app.take_up(None if app.rehearsing else app.last_asked)
                app.go_to(app.before_run if self._is_ready() else "configure")
            case "configure":
                app.go_to("configure")
            case "over":
                self._start_over()
            case "leave":
                app.action_interrupt()

    def _is_ready(self) -> bool:
        """Whether there is a configuration that somebody has given, and no problem in it."""
        session = self.installer.session
        return not session.is_untouched and session.configuration() is not None

    @work
    async def _start_over(self) -> None:
        from tui import undoing

        answers = (
            Answer("back", _("Back")),
            Answer("reset", _("Take all of it back"), undoing.puts_back()),
        )
        question = Choice(_("Start over"), tuple(undoing.way_back()), answers)
        if await self.app.push_screen_wait(question) == "reset":
            self.installer.begin(undoing.REQUEST)
