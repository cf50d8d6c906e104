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

from tui import desk, outcome, signs
from tui.desk import Desk
from tui.follower import Story
from tui.screens.choice import Answer, Choice
from tui.screens.page import Page
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.panels import nodes


class Join(Page):
    """Draws the desk of the run that was watched last. Secrets are hidden until `v`."""

    CSS_PATH: ClassVar = ["page.tcss", "join.tcss"]
    HELP_TOPIC = "join"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "send", "To the clipboard"),
        Binding("v", "reveal", "Show"),
        Binding("s", "save", "Save"),
        Binding("up,k", "choose('worker')", "Which command", key_display="↑↓"),
        Binding("down,j", "choose('control_plane')", "Control planes", show=False),
        Binding("n", "reissue", "New token"),
        Binding("ctrl+k", "kubeconfig", "Kubeconfig"),
        Binding("pageup", "page(-1)", "Scroll up", show=False),
        Binding("pagedown", "page(1)", "Scroll down", show=False),
        Binding("escape", "back", "To the run", key_display="esc"),
        Binding("q", "app.interrupt", "Leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk({})
        self.story = Story()
        self.revealed = False
        self.chosen = "worker"

    def heading(self) -> str:
        return outcome.name(self.installer.latest.started)

    def aside(self) -> str:
        began = self.installer.latest.ended
        return _("up for {time}", time=d.clock(self.installer.now() - began)) if began else ""

    def badge(self) -> str:
        return outcome.badge(self.installer.latest.started)

    def content(self) -> Iterable[Widget]:
        with VerticalScroll(id="desk", can_focus=False):
            yield Static(id="commands")
            yield Static(id="nodes")

    def on_mount(self) -> None:
        self.desk = Desk.of(self.installer.latest)
        self.chosen = next(iter(self.desk.commands), "worker")
        self.set_interval(1, self._draw)
        self._draw()

    def on_resize(self, _event: Resize) -> None:
        self.call_after_refresh(self._draw)

    async def respeak(self) -> None:
        self.refresh_bindings()
        self._draw()

    def show_story(self, story: Story) -> None:
        """What the desk's own engine tells of nodes and tokens."""
        self.story = story
        self._draw()

    # drawing

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        self.rehead()
        width = max(min(self.size.width - 6, 132), 40)
        self.query_one("#commands", Static).update(d.stacked(list(self._commands(width))))
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
            yield from map(d.muted, d.wrapped(lead + said(why), width, first="  ", rest="  "))

    def _command(self, kind: str, title: str, width: int) -> Iterator[Content]:
        command = self.desk.commands.get(kind, "")
        bar = signs.pick("▌ ", "> ") if kind == self.chosen and command else "  "
        name = Content.assemble(Content.styled(bar, "$accent"), d.styled(title, "bold"))
        good = desk.left(self.desk.until(kind), self.installer.now()) if command else ""
        yield d.spread(name, d.muted(good), width)
        shown = command if self.revealed else desk.masked(command)
        for line in d.wrapped(shown, width - 2) if command else ():
            yield Content.assemble("  ", d.styled(line))

    # doing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        there = bool(self.desk.commands)
        allowed = {
            "send": there,
            "reveal": there,
            "save": there,
            "choose": len(self.desk.commands) > 1,
            "reissue": self.installer.reissue() is not None,
            "kubeconfig": self.installer.can_give_kubeconfig(),
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

    def action_reissue(self) -> None:
        request = self.installer.reissue(control_planes="control_plane" in self.desk.commands)
        if request is not None:
            self.installer.begin(request)

    def action_kubeconfig(self) -> None:
        self.installer.give_kubeconfig()

    def action_back(self) -> None:
        if self.installer.journal is not None:
            self.installer.watch_again()
