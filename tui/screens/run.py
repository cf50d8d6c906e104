"""Run: a journal as it grows. Phases with state and time, the panel of one of them, the log below.

It draws any journal: our own engine's, somebody else's, or a recording. It holds no engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Input, Static

from phases.engine.events import Failure
from phases.engine.state import PhaseState
from tui import bundle, causes, desk, outcome, signs, undoing
from tui.follower import Follower, Story
from tui.screens.choice import Answer, Choice
from tui.screens.page import Page
from tui.signs import State
from tui.text import _, language
from tui.widgets import drawing as d
from tui.widgets.log_view import LogView
from tui.widgets.panel import Line, Panel
from tui.widgets.panels import trouble, whole
from tui.widgets.panels.scene import Scene
from tui.widgets.phase_list import PhaseList, folded
from tui.widgets.there import is_there

EVERY = 0.05
"""Seconds between two looks for news: 20 redraws a second at most."""


CLOCKS = 0.3
"""Seconds between two redraws of running times while nothing else has changed."""


class Run(Page):
    """Follows the run until the person moves; `f` follows again."""

    CSS_PATH: ClassVar = ["page.tcss", "run.tcss"]
    AUTO_FOCUS = ""
    HELP_TOPIC = "run"
    KEYS_THAT_YIELD = ("filter", "log")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "join", "Join commands", key_display="⏎"),
        Binding("v", "reveal", "Show"),
        Binding("r", "retry", "Retry"),
        Binding("e", "edit", "To the form"),
        Binding("b", "bundle", "Bundle"),
        Binding("u", "undo", "Undo"),
        Binding("up,k", "move(-1)", "Phase", key_display="↑↓"),
        Binding("down,j", "move(1)", "Next phase", show=False),
        Binding("f", "follow", "Follow"),
        Binding("l", "log", "Log"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("d", "detach", "Detach"),
        Binding("pageup", "page(-1)", "Scroll the panel up", show=False),
        Binding("pagedown", "page(1)", "Scroll the panel down", show=False),
        Binding("escape", "back", "Back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.selected = ""
        self.following = True
        self._follower: Follower | None = None
        self._refusal: Failure | None = None
        self._drawn: tuple[object, ...] = ()
        self._verdict: tuple[object, ...] = ("nothing yet",)
        self._redrawn = 0.0
        self._tokens: Mapping[str, str] = {}

    # the frame

    def heading(self) -> str:
        return outcome.name(self.story.state.started)

    def aside(self) -> str:
        return _("could not begin") if self._refusal else outcome.pace(self.story, self.now())

    def badge(self) -> str:
        return outcome.badge(self.story.state.started)

    def further(self) -> Iterable[str]:
        """Where a rehearsal lies."""
        if folder := self._rehearsed_in():
            yield _("This is a rehearsal; what it makes lies in {folder}", folder=folder)

    def _rehearsed_in(self) -> Path | None:
        return outcome.rehearsed_in(self.story.state.started, self.installer.journal)

    def interrupt_word(self) -> str:
        over = outcome.is_over(self.story) or self._refusal
        return _("Leave") if over else _("Stop…")

    def content(self) -> Iterable[Widget]:
        yield Static(id="verdict")
        yield Line("folded")
        with Horizontal(id="work"):
            yield PhaseList()
            yield Panel()
        yield Line("log-title")
        yield LogView()
        yield Input(id="filter", placeholder=_("show only lines with …"), compact=True)

    def now(self) -> datetime:
        return self.installer.now()

    # following

    def on_mount(self) -> None:
        self.set_interval(EVERY, self._drain)
        self.set_interval(1, self._tick)
        if self.installer.journal is not None:
            self.watch_journal()

    def on_unmount(self) -> None:
        if self._follower:
            self._follower.stop()

    def watch_journal(self) -> None:
        """Begins to follow the journal that the app has."""
        journal = self.installer.journal
        if journal is None or self._follower is not None:
            return
        self._follower = Follower(journal, self.installer.engine_lives)
        self._follower.start()

    def refused(self, failure: Failure) -> None:
        """The engine could not begin, and said why."""
        self._refusal = failure
        self._redraw(everything=True)

    def _drain(self) -> None:
        story = self._follower.take() if self._follower and is_there(self) else None
        if story is None:
            return
        before, self.story = self.story, story
        was_over = outcome.is_over(before)
        self.installer.latest = story.state
        self.query_one(LogView).add(story.lines, story.state.began)
        if self.following:
            self.selected = leading(tuple(story.state.phases.values()))
        self._redraw_if_worth(before, story)
        if was_over != outcome.is_over(story):
            self.refresh_bindings()

    def _redraw_if_worth(self, before: Story, now: Story) -> None:
        """A batch of log lines alone moves nothing but the log and, now and then, the clocks."""
        same = before.state.phases is now.state.phases and not outcome.is_over(now)
        if same and monotonic() - self._redrawn < CLOCKS:
            self._draw_log_title()
        else:
            self._redraw()

    def _tick(self) -> None:
        if not outcome.is_over(self.story):
            self._redraw()

    def on_resize(self, _event: Resize) -> None:
        self.call_after_refresh(self._redraw, everything=True)

    async def respeak(self) -> None:
        """Every word here is drawn from the story, so nothing has to be put together anew."""
        place = self.query_one("#filter", Input)
        place.placeholder = _("show only lines with …")
        self.reframe()
        self._redraw(everything=True)
        self.query_one(LogView).refresh()

    # drawing

    def _redraw(self, *, everything: bool = False) -> None:
        if not is_there(self):
            return
        self._redrawn = monotonic()
        moment = outcome.until(self.story, self.now())
        phases = tuple(self.story.state.phases.values())
        self.rehead()
        self._draw_verdict()
        self.query_one(PhaseList).show(phases, self.selected, moment)
        line = self.query_one("#folded", Line)
        line.show(folded(phases, self.selected, moment, max(self.size.width - 2, 20)))
        self._draw_panel(moment, everything=everything)
        self._draw_log_title()

    def _draw_verdict(self) -> None:
        """How it ended; drawn once, because nothing of it changes any more."""
        found = None if self._refusal else outcome.verdict(self.story)
        said = (found, language(), signs.is_ascii(), self.size.width)
        if said == self._verdict:
            return
        self._verdict = said
        place = self.query_one("#verdict", Static)
        place.display = found is not None
        place.update(self._sentence(*found) if found else "")

    def _sentence(self, state: State, words: str) -> Content:
        sentence = d.marked(state, words).stylize("bold")
        if folder := self._rehearsed_in():
            indent = " " * (signs.width() + 1)
            where = _("What it made lies in {folder}", folder=folder)
            sentence = Content.assemble(sentence, "\n", indent, d.muted(where))
        if not (outcome.went_well(self.story) and self.check_action("join", ())):
            return sentence
        key = Content.styled(signs.pick("⏎", "Enter"), "bold $accent")
        join = Content.assemble(key, " ", _("Join commands"))
        used = sentence.split("\n")[-1].cell_length
        fits = used + 3 + join.cell_length <= self.size.width - 4
        gap = "   " if fits else "\n" + " " * (signs.width() + 1)
        return Content.assemble(sentence, gap, join)

    def _draw_panel(self, moment: datetime, *, everything: bool) -> None:
        panel, phase = self.query_one(Panel), self.story.state.phases.get(self.selected)
        live = self._live_second(phase, moment)
        seen = (self.selected, phase, live, panel.room, self._refusal, bool(self._tokens))
        if seen == self._drawn and not everything:
            return
        from_top = not self._drawn or self._drawn[0] != self.selected
        self._drawn = seen
        panel.show(self._lines(phase, moment, panel.room), from_top=from_top)

    def _live_second(self, phase: PhaseState | None, moment: datetime) -> int:
        """A panel of a phase under way is drawn anew each second; others only when they change."""
        return int(moment.timestamp()) if phase and phase.status == "running" else 0

    def _lines(self, phase: PhaseState | None, moment: datetime, width: int) -> list[Content]:
        if self._refusal:
            return list(trouble.draw(self._refusal, width, self._choices()))
        if phase is None:
            return [d.muted(_("The engine is starting …"))]
        scene = Scene(phase, self.story.state, moment, width, self.story.samples, self._tokens)
        return list(whole.draw(scene, self._choices()))

    def _draw_log_title(self) -> None:
        shown, known = self.query_one(LogView).tally
        wanted = self.query_one("#filter", Input).value
        note = _("{shown} of {all} lines with “{text}”", shown=shown, all=known, text=wanted) if (
            wanted
        ) else _("{n} lines", n=known)  # fmt: skip
        if below := self.query_one(LogView).below:
            note = " · ".join((note, _("{n} below", n=below)))
        title = Content.assemble(d.styled(_("Log"), "bold"), "  ", d.muted(note))
        self.query_one("#log-title", Line).show(title)

    def _choices(self) -> list[tuple[str, str]]:
        """The ways on from a failure, as keys with what they do."""
        known = (
            ("r", "retry", _("try again from here: what is done stays done")),
            ("e", "edit", self._edit_label()),
            ("l", "log", _("the whole log")),
            ("b", "bundle", _("save a bundle for a report")),
            ("u", "undo", _("what was changed, and how to undo it")),
        )
        return [(key, label) for key, action, label in known if self.check_action(action, ())]

    def _edit_label(self) -> str:
        """Which field of the form e leads to, as far as there is one: a guess."""
        from tui import sections

        failure = self.failure()
        field = sections.field_of(causes.path(failure)) if failure else None
        if field is None:
            return _("to the form")
        return _("to the form: {label}", label=_(field.label))

    # moving

    @on(PhaseList.Picked)
    def _picked(self, event: PhaseList.Picked) -> None:
        self._select(event.name)

    def action_move(self, step: int) -> None:
        names = list(self.story.state.phases)
        if names:
            at = names.index(self.selected) if self.selected in names else 0
            self._select(names[min(max(at + step, 0), len(names) - 1)])

    def _select(self, name: str) -> None:
        self.selected, self.following = name, False
        self.refresh_bindings()
        self._redraw()

    def action_follow(self) -> None:
        self.following = True
        self.selected = leading(tuple(self.story.state.phases.values()))
        self.refresh_bindings()
        self._redraw()

    def action_page(self, direction: int) -> None:
        panel = self.query_one(Panel)
        panel.scroll_page_down(animate=False) if direction > 0 else panel.scroll_page_up(
            animate=False
        )

    def action_log(self) -> None:
        """The log takes the whole page, or gives it back."""
        self.set_class(not self.has_class("-log"), "-log")
        if self.has_class("-log"):
            self.query_one(LogView).focus()
        else:
            self.set_focus(None)

    def action_filter(self) -> None:
        self.add_class("-filter")
        self.query_one("#filter", Input).focus()

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        self.query_one(LogView).narrow(event.value)
        self._draw_log_title()

    @on(LogView.Moved)
    def _log_moved(self) -> None:
        self._draw_log_title()

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        self.set_class(bool(event.value), "-filter")
        self.query_one(LogView).focus()

    def action_back(self) -> None:
        """Escape takes back the filter, then the whole log, then the focus."""
        place = self.query_one("#filter", Input)
        if self.has_class("-filter"):
            place.value = ""
            self.remove_class("-filter")
        elif self.has_class("-log"):
            self.remove_class("-log")
        self.set_focus(None)

    # what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """The footer and the panel offer only what would work now."""
        over = outcome.is_over(self.story) or self._refusal is not None
        well = outcome.went_well(self.story)
        allowed = {
            "join": well and bool(self.story.state.handover),
            "retry": over and not well and self.installer.request is not None,
            "edit": self.failure() is not None and self._makes_a_master,
            "bundle": over and self.installer.journal is not None,
            "undo": over
            and not well
            and self._makes_a_master
            and undoing.is_worth(self.story.state),
            "reveal": self._has_token() and bool(self.story.state.handover),
            "detach": not over,
            "follow": not (self.following or over),
        }
        return allowed.get(action, True)

    @property
    def _makes_a_master(self) -> bool:
        """Whether this is a run of init, rather than one that takes something back."""
        started = self.story.state.started
        return started is None or started.workflow == "init"

    def _has_token(self) -> bool:
        phase = self.story.state.phases.get(self.selected)
        return phase is not None and "token" in phase.reports

    def action_reveal(self) -> None:
        """Shows the tokens of the panel whole, as the join commands have them, or hides them again."""
        shown = bool(self._tokens)
        self._tokens = {} if shown else desk.tokens(self.story.state)
        if not (shown or self._tokens):
            self.notify(_("The join commands that hold the token can't be read here."))
        self._redraw()

    def failure(self) -> Failure | None:
        """What went wrong, as far as it is known."""
        finished = self.story.state.finished
        return self._refusal or (finished.failure if finished and finished.exit_code else None)

    def action_join(self) -> None:
        self.installer.show_join(self.story.state)

    def action_retry(self) -> None:
        if self.installer.request is not None:
            self.installer.begin(self.installer.request)

    def action_edit(self) -> None:
        failure = self.failure()
        if failure is not None:
            self.installer.take_up(self.installer.request)
            if path := causes.path(failure):
                self.installer.session.lead_to(path)
            self.installer.go_to("configure")

    def action_detach(self) -> None:
        self.installer.detach()

    @work
    async def action_undo(self) -> None:
        """What this run has changed; all of it is taken back by a run of its own, when that is wanted."""
        lines = undoing.lines(self.story.state, self.installer.journal)
        title = _("What this run has changed, and what takes it back")
        answers = [Answer("back", _("Back"))]
        if self.story.state.started and self.story.state.started.mode == "real":
            answers.append(Answer("reset", _("Take all of it back"), undoing.puts_back()))
        if await self.app.push_screen_wait(Choice(title, lines, answers)) == "reset":
            self.installer.begin(undoing.REQUEST)

    @work
    async def action_bundle(self) -> None:
        """Shows what goes in, then saves it."""
        journal = self.installer.journal
        if journal is None:
            return
        target = bundle.place(journal, self.installer.folder)
        listed = [
            f"{path.name:<16}{d.size(path.stat().st_size):>10}" for path in bundle.contents(journal)
        ]
        answers = (Answer("no", _("Don't save")), Answer("yes", _("Save it"), str(target)))
        title = _("A bundle for a report: no keys, no tokens; host names and addresses are in it.")
        if await self.app.push_screen_wait(Choice(title, listed, answers)) != "yes":
            return
        try:
            saved = bundle.save(journal, target)
        except OSError as error:
            self.notify(
                _("It can't be saved: {why}", why=error.strerror or str(error)), severity="error"
            )
        else:
            self.notify(_("Saved: {path}", path=saved))

    # leaving

    def ask_before_leaving(self) -> bool:
        """ctrl+c in a run asks what is meant; False when there is nothing to ask."""
        if outcome.is_over(self.story) or self._refusal:
            return False
        self._ask()
        return True

    @work(exclusive=True, group="leaving")
    async def _ask(self) -> None:
        answers = (
            Answer("stay", _("Go on"), _("keep watching")),
            Answer("detach", _("Detach"), _("leave this screen; the run goes on")),
            Answer("cancel", _("Cancel"), _("stop at the next safe point; a new run resumes")),
        )
        question = Choice(_("The run is under way. What now?"), (), answers, on_interrupt="cancel")
        chosen = await self.app.push_screen_wait(question)
        if chosen == "detach":
            self.installer.detach()
        elif chosen == "cancel" and (why := self.installer.cancel(self.story.state)):
            self.notify(why, severity="error")


def leading(phases: tuple[PhaseState, ...]) -> str:
    """The phase to look at: the failed one, else the one that runs longest, else the last one done."""
    for status in ("failed", "stopped", "running"):
        found = [phase for phase in phases if phase.status == status]
        if found:
            return min(found, key=_start).name
    ended = [phase for phase in phases if phase.finished and phase.status != "skipped"]
    if ended:
        return max(
            ended, key=lambda phase: phase.finished.timestamp() if phase.finished else 0
        ).name
    return phases[0].name if phases else ""


def _start(phase: PhaseState) -> float:
    return phase.started.timestamp() if phase.started else 0.0
