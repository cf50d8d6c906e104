"""The join desk: both commands whole, how long they are good for, and the nodes as they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Static

from phases.engine.errors import InstallerError
from phases.engine.request import Request
from phases.engine.state import RunState
from tui import desk, outcome, signs
from tui.closing import KUBECONFIG
from tui.desk import Desk
from tui.follower import Follower, Story
from tui.launch import Engine
from tui.screens.choice import Answer, Choice
from tui.screens.page import Page
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.panels import nodes
from tui.widgets.there import is_there

EVERY = 0.1
"""Seconds between two looks for news of nodes."""


class Join(Page):
    """Draws the desk of the run that was watched last. Secrets are hidden until `v`."""

    CSS_PATH: ClassVar = ["page.tcss", "join.tcss"]
    HELP_TOPIC = "join"
    KEYS_THAT_YIELD = ("choose", "save")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "send", "Send"),
        Binding("v", "reveal", "Show"),
        Binding("s", "save", "Save"),
        Binding("up,k", "choose('worker')", "Choose", key_display="↑↓"),
        Binding("down,j", "choose('control_plane')", "Control planes", show=False),
        Binding("n", "reissue", "New token"),
        Binding("ctrl+k", "kubeconfig", "Kubeconfig"),
        Binding("pageup", "page(-1)", "Scroll up", show=False),
        Binding("pagedown", "page(1)", "Scroll down", show=False),
        Binding("escape", "back", "Run", key_display="esc"),
        Binding("q", "app.interrupt", "Leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk({})
        self.story = Story()
        self.revealed = False
        self.chosen = "worker"
        self.busy = ""
        self._engine: Engine | None = None
        self._follower: Follower | None = None

    @property
    def user(self) -> str:
        """Who called sudo; empty where nobody did."""
        user = self.installer.environment.get("SUDO_USER", "")
        return "" if user == "root" else user

    def heading(self) -> str:
        return outcome.name(self.installer.latest.started)

    def aside(self) -> str:
        began = self.installer.latest.ended
        if self.busy:
            return self.busy
        return _("up for {time}", time=d.clock(self.installer.now() - began)) if began else ""

    def badge(self) -> str:
        return outcome.badge(self.installer.latest.started)

    def further(self) -> Iterator[str]:
        """Why there is no command for control planes, or what it takes, in full."""
        if why := self.desk.no_control_plane:
            yield _("Further control planes: {why}", why=said(why))

    def content(self) -> Iterable[Widget]:
        with VerticalScroll(id="desk", can_focus=False):
            yield Static(id="commands")
            yield Static(id="nodes")
            yield Static(id="use")

    @work
    async def _watch_nodes(self) -> None:
        """Follows an engine of the desk's own, which tells of nodes for as long as this page is there."""
        try:
            self._engine = await self.installer.open_engine(self.installer.on_master("desk"))
        except InstallerError:
            return  # no nodes then; the commands are what this page is for
        engine = self._engine
        self._follower = Follower(engine.journal, lambda: engine.process.poll() is None)
        self._follower.start()
        self.set_interval(EVERY, self._drain)

    def _drain(self) -> None:
        story = self._follower.take() if self._follower else None
        if story is not None:
            self.story = story
            self._draw()

    def on_unmount(self) -> None:
        if self._follower is not None:
            self._follower.stop()
        if self._engine is not None and self._engine.process.stdin is not None:
            self._engine.process.stdin.close()

    def on_mount(self) -> None:
        if self._can_ask():
            self._watch_nodes()
        self.desk = Desk.of(self.installer.handing_out)
        self.chosen = next(iter(self.desk.commands), "worker")
        self.set_interval(1, self._draw)
        self._draw()

    def on_resize(self, _event: Resize) -> None:
        self.call_after_refresh(self._draw)

    async def respeak(self) -> None:
        self.reframe()
        self._draw()

    # drawing

    def _draw(self) -> None:
        if not is_there(self):
            return
        self.rehead()
        width = max(min(self.size.width - 6, 132), 40)
        self.query_one("#commands", Static).update(d.stacked(list(self._commands(width))))
        self.query_one("#use", Static).update(d.stacked(list(self._use())))
        lines = list(nodes.draw(self.story.state, width, self.installer.now()))
        place = self.query_one("#nodes", Static)
        place.update(d.stacked(lines))
        place.display = bool(lines)

    def _commands(self, width: int) -> Iterator[Content]:
        if not self.desk.commands:
            yield d.marked("risky", _("The join commands of this run can't be read here."))
            yield d.muted(
                _("On a control plane, as root: kubeadm token create --print-join-command")
            )
            return
        yield from self._command("worker", _("Workers"), width)
        yield Content("")
        yield from self._command("control_plane", _("Further control planes"), width)
        if why := self.desk.no_control_plane:
            lead = "" if "control_plane" in self.desk.commands else _("not offered: ")
            short = lead + desk.in_short(why)
            yield from map(d.muted, d.wrapped(short, width, first="  ", rest="  "))

    def _command(self, kind: str, title: str, width: int) -> Iterator[Content]:
        command = self.desk.commands.get(kind, "")
        bar = signs.pick("▌ ", "> ") if kind == self.chosen and command else "  "
        name = Content.assemble(Content.styled(bar, "$accent"), d.styled(title, "bold"))
        good = desk.left(self.desk.until(kind), self.installer.now()) if command else ""
        yield d.spread(name, d.muted(good), width)
        shown = command if self.revealed else desk.masked(command)
        for line in d.wrapped(shown, width - 2) if command else ():
            yield Content.assemble("  ", d.styled(line))

    def _use(self) -> Iterator[Content]:
        """How the cluster is used from here."""
        latest, journal = self.installer.latest, self.installer.journal
        if latest.started is not None and latest.started.mode == "rehearsal":
            yield d.muted(_("A rehearsal ends like this; no cluster is behind these commands."))
            if folder := outcome.rehearsed_in(latest.started, journal):
                yield d.muted(_("What it made lies in {folder}", folder=folder))
        elif self.desk.commands:
            yield d.heading(_("To use the cluster as your own user"))
            yield from (d.muted(f"  {line}") for line in KUBECONFIG)

    # doing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        there = bool(self.desk.commands)
        allowed = {
            "send": there,
            "reveal": there,
            "save": there,
            "choose": len(self.desk.commands) > 1,
            "reissue": self._can_ask() and not self.busy,
            "kubeconfig": self._can_ask() and bool(self.user) and not self.busy,
            "back": self.installer.journal is not None,
        }
        return allowed.get(action, True)

    def action_choose(self, kind: str) -> None:
        if kind in self.desk.commands:
            self.chosen = kind
            self._draw()

    def action_page(self, direction: int) -> None:
        place = self.query_one("#desk")
        place.scroll_page_down(animate=False) if direction > 0 else place.scroll_page_up(
            animate=False
        )

    def action_send(self) -> None:
        self.installer.send_to_clipboard(self.desk.commands[self.chosen])
        self.notify(_("Sent to the terminal's clipboard; whether it took it, pasting tells."))

    def action_reveal(self) -> None:
        self.revealed = not self.revealed
        self._draw()

    @work
    async def action_save(self) -> None:
        """Saves the chosen command beside where the program was started; asks before overwriting."""
        target = self.installer.folder / desk.FILES[self.chosen]
        if target.exists() and not await self._may_overwrite(target):
            return
        try:
            desk.save(self.desk.commands[self.chosen], target)
        except OSError as error:
            why = error.strerror or str(error)
            self.notify(_("It can't be saved: {why}", why=why), severity="error")
        else:
            self.notify(_("Saved, readable by you alone: {path}", path=target))

    async def _may_overwrite(self, target: Path) -> bool:
        answers = (Answer("no", _("Keep it")), Answer("yes", _("Overwrite it")))
        question = Choice(_("{path} is there already.", path=target), (), answers)
        return await self.app.push_screen_wait(question) == "yes"

    @work
    async def action_reissue(self) -> None:
        """A new token, and a new certificate key where there was a command for control planes."""
        more = "control_plane" in self.desk.commands
        request = self.installer.on_master("token", renew=True, upload_certs=more)
        state = await self._ask_engine(request, _("Making a new token …"))
        if state is not None and state.handover:
            self.installer.reissued = state
            self.desk = Desk.of(state)
            self.notify(_("New commands; the ones before stay good until they expire."))
            self._draw()

    @work
    async def action_kubeconfig(self) -> None:
        """admin.conf for the user who called sudo, on consent."""
        lines = (_("It makes {user} an administrator of the cluster.", user=self.user),)
        answers = (Answer("no", _("Leave it")), Answer("yes", _("Put it in place")))
        title = _("~/.kube/config for {user}? One that is there is kept beside it.", user=self.user)
        if await self.app.push_screen_wait(Choice(title, lines, answers)) != "yes":
            return
        request = self.installer.on_master(only=("user-kubeconfig",), user_kubeconfig=self.user)
        if await self._ask_engine(request, _("Putting it in place …")) is not None:
            self.notify(_("{user} can use kubectl now.", user=self.user))

    async def _ask_engine(self, request: Request, words: str) -> RunState | None:
        """Has an engine do it; its state when that went well, else the reason is shown."""
        self._set_busy(words)
        try:
            state = await self.installer.carry_out(request)
        except InstallerError as refusal:
            self.notify(said(str(refusal.what)), severity="error")
            return None
        finally:
            self._set_busy("")
        finished = state.finished
        if finished is not None and finished.exit_code == 0:
            return state
        failure = finished.failure if finished else None
        self.notify(said(failure.what) if failure else _("The engine is gone."), severity="error")
        return None

    def _set_busy(self, words: str) -> None:
        self.busy = words
        if is_there(self):
            self.refresh_bindings()
            self._draw()

    def _can_ask(self) -> bool:
        """Whether engines can be started for this cluster from here: as root, or in a rehearsal."""
        started = self.installer.latest.started
        if started is None:
            return False
        rehearsed = started.mode == "rehearsal" and self.installer.request is not None
        return rehearsed or (started.mode == "real" and self.installer.is_root)

    def action_back(self) -> None:
        if self.installer.journal is not None:
            self.installer.watch_again()
