"""Review: the point of no return. What would really be done, from a run that changes nothing, and the
question whether to do it. The safe answer has the focus.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Static

from phases.engine.request import Request
from tui import signs
from tui.launch import start
from tui.preview import GROUPS, Foreseen, Preview
from tui.screens.page import Page
from tui.signs import pick
from tui.text import _, mark
from tui.widgets import foreseen as drawn
from tui.widgets.form import Action
from tui.widgets.lengthy import Lengthy
from tui.widgets.prompts import Ask
from tui.widgets.there import is_there

PACE = 1 / 20
TITLES = {
    "images": mark("Images to pull"),
    "files": mark("Files to write"),
    "folders": mark("Folders to make"),
    "commands": mark("Commands to run"),
    "objects": mark("Objects in the cluster"),
}


class Confirmed(Message):
    """A person has read what will be done, and wants it done."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request


class Group(Vertical):
    """One kind of effects: a line with their number, and below it each of them when it is opened."""

    def __init__(self, name: str) -> None:
        super().__init__(id=f"group-{name}", classes="group")
        self.kind = name
        self.opened = False

    def compose(self) -> Iterable[Widget]:
        yield Action(f"group:{self.kind}", "")
        yield Static("", classes="effects", markup=False)

    def show(self, foreseen: Foreseen, width: int) -> None:
        effects = foreseen.effects(self.kind)
        self.display = bool(effects)
        arrow = pick("▾", "v") if self.opened else pick("▸", ">")
        title = f"{arrow} {_(TITLES[self.kind])}"
        head = drawn.group_line(title, effects, width, opened=self.opened)
        self.query_one(Action).update(head)
        listed = self.query_one(".effects", Static)
        listed.display = self.opened
        if self.opened:
            listed.update(drawn.effect_lines(effects))


class Review(Page):
    """Starts a preview when it is shown and draws what it foresees; leaving ends the preview."""

    CSS_PATH: ClassVar = ["page.tcss", "review.tcss"]
    HELP_TOPIC = "review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Look again"),
        Binding("right,down", "app.focus_next", "Next", show=False),
        Binding("left,up", "app.focus_previous", "Previous", show=False),
        Binding("pagedown", "scroll(1)", "Scroll down", show=False),
        Binding("pageup", "scroll(-1)", "Scroll up", show=False),
        Binding("escape", "back", "Back", key_display="esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.foreseen = Foreseen()
        self._preview: Preview | None = None

    def heading(self) -> str:
        session = self.installer.session
        cluster, node = session.effective("clusterName"), session.effective("nodeRegistration.name")
        version = session.effective("kubernetesVersion")
        return " · ".join(
            ("kubeboot", cluster, _("{version} on {node}", version=version, node=node), _("review"))
        )

    def content(self) -> Iterable[Widget]:
        with Lengthy(id="foreseen"):
            yield Static("", id="state", markup=False)
            yield Static("", id="findings", markup=False)
            for name in GROUPS:
                yield Group(name)
            yield Static("", id="skips", markup=False)
            yield Static("", id="honest", markup=False)
        with Horizontal(id="decision"):
            yield Button(_("Back"), id="back", compact=True)
            yield Button(self._start_word(), id="start", compact=True)
            yield Static("", id="why", markup=False)
            yield Static("", id="more", markup=False)

    def on_mount(self) -> None:
        self.query_one("#back", Button).focus()
        self.set_interval(PACE, self._drain)
        self._look()
        self.watch(self.query_one(Lengthy), "more", self._tell_of_more)

    def on_unmount(self) -> None:
        if self._preview is not None:
            self._preview.stop()

    async def respeak(self) -> None:
        self.reframe()
        self.query_one("#back", Button).label = _("Back")
        self.query_one("#start", Button).label = self._start_word()
        self._tell_of_more(self.query_one(Lengthy).more)
        self._draw()

    def _look(self) -> None:
        if self._preview is not None:
            self._preview.stop()
        session = self.installer.session
        self.foreseen = Foreseen()
        self._draw()
        if session.problems():
            return
        as_root = session.facts.euid == 0 and not self.installer.rehearsing
        self._preview = Preview(session.request, as_root=as_root, begin=start)
        self._preview.start()

    def _drain(self) -> None:
        fresh = self._preview.take() if self._preview is not None else None
        if fresh is not None:
            self.foreseen = fresh
            self._draw()

    def _draw(self) -> None:
        if not is_there(self):
            return
        foreseen, session = self.foreseen, self.installer.session
        problems, width = len(session.problems()), self._room()
        self.query_one("#state", Static).update(drawn.state_line(foreseen, problems, width))
        self._show("#findings", drawn.finding_lines(foreseen, width))
        for group in self.query(Group):
            group.show(foreseen, width)
        self._show("#skips", drawn.skip_lines(foreseen, width))
        self._show("#honest", drawn.honest_words(foreseen))
        self.query_one("#start", Button).disabled = bool(self._obstacle())
        self.query_one("#why", Static).update(self._obstacle())

    def _room(self) -> int:
        """The cells of a line; a scrollbar takes one whether it is there yet or not."""
        seen = self.query_one(Lengthy)
        return max(seen.scrollable_content_region.width or self.size.width - 6, 40)

    def _tell_of_more(self, more: bool) -> None:
        arrow = signs.pick("↓", "down")
        self.query_one("#more", Static).update(_("{arrow} more", arrow=arrow) if more else "")

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _show(self, name: str, text: Content | str) -> None:
        widget = self.query_one(name, Static)
        widget.update(text)
        widget.display = bool(str(text))

    def _obstacle(self) -> str:
        """Why it can't be started, empty when it can."""
        session = self.installer.session
        if session.problems():
            return _("the configuration has problems")
        if session.facts.euid != 0 and not self.installer.rehearsing:
            return _("only root can: start it with sudo")
        if not self.foreseen.ended:
            return _("wait: still looking")
        if not (self.foreseen.walked if self.installer.rehearsing else self.foreseen.succeeded):
            return _("mend what is said above, then look again")
        return ""

    # deciding

    @on(Action.Chosen)
    def _unfold(self, event: Action.Chosen) -> None:
        group = self.query_one(f"#group-{event.name.partition(':')[2]}", Group)
        group.opened = not group.opened
        group.show(self.foreseen, self._room())

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        self.installer.go_to("configure")

    def action_scroll(self, by: int) -> None:
        seen = self.query_one(Lengthy)
        seen.scroll_relative(y=by * max(seen.size.height - 2, 1), animate=False)

    def action_again(self) -> None:
        self._look()

    def _start_word(self) -> str:
        word = _("Rehearse…") if self.installer.rehearsing else _("Start…")
        return signs.spelled(word)

    @on(Button.Pressed, "#start")
    @work
    async def _start(self) -> None:
        question = self._rehearsal_question if self.installer.rehearsing else self._question
        if await self.app.push_screen_wait(question()):
            self.post_message(Confirmed(self._request()))

    def _request(self) -> Request:
        session = self.installer.session
        if not self.installer.rehearsing:
            return session.request()
        return session.request("rehearsal", tempfile.mkdtemp(prefix="kubeboot-rehearsal-"))

    def _rehearsal_question(self) -> Ask:
        detail = _(
            "It walks the whole way in a new folder below {folder}, and touches nothing else. What it makes "
            "stays there: keys, certificates, kubeconfigs and manifests.",
            folder=tempfile.gettempdir(),
        )
        return Ask(_("Rehearse this?"), detail, _("Rehearse"), _("Back"))

    def _question(self) -> Ask:
        session = self.installer.session
        question = _(
            "Make {node} the control plane of {cluster}?",
            node=session.effective("nodeRegistration.name"),
            cluster=session.effective("clusterName"),
        )
        changes = sum(len(self.foreseen.effects(name)) for name in GROUPS)
        detail = _(
            "This machine, {host}, will be changed in {changes} places. A run can be stopped, but what was done stays.",
            host=session.facts.hostname,
            changes=changes,
        )
        return Ask(question, detail, _("Start"), _("Back"))

    @on(Confirmed)
    def _confirmed(self, event: Confirmed) -> None:
        """The app starts the engine and shows the run, or why it can't begin."""
        event.stop()
        self.installer.begin(event.request)
