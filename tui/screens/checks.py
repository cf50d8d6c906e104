"""Checks: what was found on this machine, what is needed, and for each the fix that mends it, on consent.

What a fix would change is shown by the dialog in `mend`; the requests and the findings are `checkup`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from phases.engine.request import Request
from tui import checkup, signs
from tui.checkup import Checkup
from tui.fix_words import title_of
from tui.follower import Follower, Story
from tui.launch import Engine, start
from tui.preview import Foreseen, Preview
from tui.screens.mend import Mend
from tui.screens.page import Page
from tui.signs import State, pick
from tui.text import _, said, sentences
from tui.widgets import check_detail
from tui.widgets import drawing as d
from tui.widgets.check_list import CheckList
from tui.widgets.foreseen import error_words
from tui.widgets.panel import Panel
from tui.widgets.prompts import Ask
from tui.widgets.there import is_there

PACE = 1 / 20
WAIVERS = "nodeRegistration.ignorePreflightErrors"


def in_the_way(count: int) -> str:
    if count == 1:
        return _("One check stands in the way of a control plane.")
    return _("{n} checks stand in the way of a control plane.", n=count)


class Checks(Page):
    """Looks when it is shown; what is being done is said below the list, and the list stays usable."""

    CSS_PATH: ClassVar = ["page.tcss", "checks.tcss"]
    HELP_TOPIC = "checks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,enter", "fix", "Fix", key_display="f"),
        Binding("a", "fix_all", "Fix all"),
        Binding("w", "waive", "Waive"),
        Binding("ctrl+n", "go_on", "Review", key_display="^n"),
        Binding("escape", "back", "Back", key_display="esc"),
        Binding("u", "undo", "Undo"),
        Binding("r", "again", "Again"),
    ]
    KEYS_THAT_YIELD: ClassVar = ("again", "waive")

    def __init__(self) -> None:
        super().__init__()
        self.checkup = Checkup()
        self.mended: tuple[str, ...] = ()
        self.trouble = ""
        self._looked = Foreseen()
        self._preview: Preview | None = None
        self._follower: Follower | None = None
        self._engine: Engine | None = None
        self._then: Callable[[Story], None] | None = None
        self._doing = self._at = ""

    def heading(self) -> str:
        session = self.installer.session
        words = _(
            "{version} on {node}",
            version=session.effective("kubernetesVersion"),
            node=session.effective("nodeRegistration.name"),
        )
        return " · ".join(("kubeboot", session.effective("clusterName"), words, _("checks")))

    def aside(self) -> str:
        counts = ((len(self.checkup.of(state)), word) for state, word in self._counted())
        return pick(" · ", ", ").join(f"{count} {word}" for count, word in counts if count)

    def _counted(self) -> tuple[tuple[str, str], ...]:
        """What isn't settled; how many passed stands below the list."""
        return (("failed", _("failed")), ("warned", _("warned")), ("waived", _("waived")))

    def content(self) -> Iterable[Widget]:
        yield Static("", id="state", markup=False)
        with Container(id="work"):
            yield CheckList()
            yield Panel()

    def on_mount(self) -> None:
        self.query_one(CheckList).focus()
        self.set_interval(PACE, self._drain)
        self._look()

    def on_unmount(self) -> None:
        if self._preview is not None:
            self._preview.stop()
        if self._follower is not None:
            self._follower.stop()

    async def respeak(self) -> None:
        self.reframe()
        self._draw()

    # looking

    def _look(self) -> None:
        if self._preview is not None:
            self._preview.stop()
        session = self.installer.session
        self._looked, self.trouble = Foreseen(), ""
        if session.problems():
            self.trouble = _("the configuration has problems")
        else:
            request = checkup.looking(session)
            self._preview = Preview(
                lambda _mode, _folder: request, as_root=True, begin=start, fallback=False
            )
            self._preview.start()
        self._draw()

    def _drain(self) -> None:
        fresh = self._preview.take() if self._preview is not None else None
        if fresh is not None:
            self._looked = fresh
            self.checkup = self.checkup.after(fresh.state)
            self._draw()
        story = self._follower.take() if self._follower is not None else None
        if story is not None:
            self._told(story)

    @property
    def looks(self) -> bool:
        """Whether checks are being made now."""
        return self._preview is not None and not self._looked.ended

    # drawing

    def _draw(self) -> None:
        if not is_there(self):
            return
        self.rehead()
        self.query_one("#state", Static).update(self._state())
        self.query_one(CheckList).show(self.checkup)
        self._draw_detail()
        self.refresh_bindings()

    def _state(self) -> Content:
        """How it stands, and what can be done about it; folded under itself."""
        state, words = self._standing()
        indent = " " * (signs.width() + 1)
        first, *rest = d.wrapped(words, self.app.size.width - 4 - len(indent))
        return d.stacked([d.marked(state, first), *(d.styled(indent + line) for line in rest)])

    def _standing(self) -> tuple[State, str]:
        if self._doing:
            return "running", f"{self._doing}  {self._at}".rstrip()
        if self.trouble:
            return "failed", self.trouble
        if self._looked.error is not None:
            return "failed", error_words(self._looked.error)
        if self.looks:
            return "running", _("Looking at this machine")
        failed = len(self.checkup.of("failed"))
        if not failed:
            return "ok", _("Nothing stands in the way. ^n leads on to the review.")
        if self.checkup.offered:
            help_ = _("Press a for all fixes.")
        else:
            help_ = _("Mend it by hand and press r, or take the risk with w.")
        return "failed", sentences(in_the_way(failed), help_)

    @on(CheckList.Moved)
    def _draw_detail(self) -> None:
        if not is_there(self):
            return
        chosen, panel = self.query_one(CheckList).chosen, self.query_one(Panel)
        if panel.display != (chosen is not None):
            panel.display = chosen is not None
            self.call_after_refresh(self._draw_detail)  # once it has a width
        airy = self.has_class("-wide")
        panel.show(
            check_detail.draw(chosen, panel.room, airy=airy) if chosen else [], from_top=True
        )

    def on_resize(self) -> None:
        """When the panel has its new width."""
        self.call_after_refresh(self._draw)

    # mending

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Only what can be done now is offered."""
        chosen = self.query_one(CheckList).chosen if is_there(self) else None
        busy = bool(self._doing)
        return {
            "fix": bool(chosen and chosen.fixes) and not busy,
            "fix_all": bool(self.checkup.offered) and not busy,
            "waive": bool(chosen and chosen.state in ("failed", "waived")) and not busy,
            "undo": bool(self.mended) and not busy,
            "again": not busy and not self.looks,
            "go_on": not busy,
        }.get(action, True)

    @on(CheckList.Taken)
    def action_fix(self) -> None:
        chosen = self.query_one(CheckList).chosen
        if chosen and chosen.fixes and not self._doing:
            self._propose(chosen.fixes)

    def action_fix_all(self) -> None:
        self._propose(self.checkup.offered)

    @work
    async def _propose(self, fixes: tuple[str, ...]) -> None:
        """Shows the exact changes, and applies the fixes when they are agreed to."""
        session = self.installer.session
        request = checkup.foreseeing(session, fixes)
        agreed = await self.app.push_screen_wait(Mend(fixes, request, start))
        if agreed:
            checks = self.checkup.mended_by(*fixes)
            self._carry_out(checkup.applying(session, fixes, checks), _("Mending"), self._mended)

    def _mended(self, story: Story) -> None:
        self.checkup = self.checkup.after(story.state)
        applied = story.state.phases.get("prepare")
        reports = applied.reports.get("fix", {}) if applied else {}
        done = [name for name, data in reports.items() if data.get("state") == "applied"]
        self.mended = tuple(dict.fromkeys((*self.mended, *done)))
        if done and self.checkup.waits:
            self.set_timer(PACE, self._look)

    @work
    async def action_undo(self) -> None:
        listed = "\n".join(f"  {title_of(name)}" for name in self.mended)
        question = Ask(_("Take back what was mended?"), listed, _("Take back"), _("Back"))
        if await self.app.push_screen_wait(question):
            self._carry_out(checkup.taking_back(self.mended), _("Taking back"), self._taken_back)

    def _taken_back(self, _story: Story) -> None:
        self.mended = ()
        self.set_timer(PACE, self._look)

    @work
    async def _carry_out(self, request: Request, doing: str, then: Callable[[Story], None]) -> None:
        """Has an engine do something, and tells what it is at."""
        from phases.engine.errors import InstallerError

        self._doing, self._then, self.trouble = doing, then, ""
        self._draw()
        try:
            self._engine = engine = await self.installer.open_engine(request)
        except InstallerError as refusal:
            self._doing, self.trouble = "", error_words(refusal)
            self._draw()
            return
        self._follower = Follower(engine.journal, lambda: engine.process.poll() is None)
        self._follower.start()

    def _told(self, story: Story) -> None:
        if not story.ended:
            self._at = story.lines[-1].text if story.lines else ""
            self._draw()
            return
        self._follower, self._doing, self._at = None, "", ""
        finished = story.state.finished
        if finished is None or finished.outcome == "failed":
            failure = finished.failure if finished else None
            why = "\n".join(filter(None, (failure.what, failure.why))) if failure else ""
            self.trouble = said(why) or _("The engine is gone without having finished.")
        if self._then is not None:
            self._then(story)
        self._draw()

    # deciding

    def action_waive(self) -> None:
        """Takes the risk of a check, or takes that back; it stands in the configuration from then on."""
        chosen, session = self.query_one(CheckList).chosen, self.installer.session
        if chosen is None:
            return
        waived = [name for name in session.value(WAIVERS).split("\n") if name.strip()]
        kept = [name for name in waived if name != chosen.name]
        session.set_field(WAIVERS, "\n".join(kept if kept != waived else [*waived, chosen.name]))
        self._look()

    def action_again(self) -> None:
        self._look()

    def action_go_on(self) -> None:
        self.installer.go_to("review")

    def action_back(self) -> None:
        self.installer.go_to("configure")
