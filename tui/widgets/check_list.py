"""The checks as a list: those with something to do first, each with its sign; the passed ones counted."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import signs
from tui.checkup import Checkup, Found
from tui.text import _, said_each
from tui.widgets import drawing as d

NAME, HEAD = 24, 8
"""How wide a name may be, and how much of its beginning stays where it is longer: its end tells more."""


class CheckList(VerticalScroll, can_focus=True):
    """Up and down move; what stands there is `chosen`, and stays so while the list changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Choose", key_display="↑↓", show=False),
        Binding("down,j", "move(1)", "Next", show=False),
        Binding("pageup", "move(-10)", "Up a page", show=False),
        Binding("pagedown", "move(10)", "Down a page", show=False),
    ]

    class Moved(Message):
        """Another check is chosen."""

    class Taken(Message):
        """Somebody wants the chosen one mended."""

    def __init__(self) -> None:
        super().__init__()
        self._checkup = Checkup()
        self._standing_on = ""

    def compose(self) -> ComposeResult:
        yield Static("", classes="lines", markup=False)

    @property
    def chosen(self) -> Found | None:
        """The check that it stands on; the first open one where that has gone."""
        found = self._checkup.open
        return next(
            (one for one in found if one.name == self._standing_on), found[0] if found else None
        )

    def show(self, checkup: Checkup) -> None:
        self._checkup = checkup
        self._draw()

    def _draw(self) -> None:
        width = max(self.scrollable_content_region.width, 20)
        lines = [self._line(one, width) for one in self._checkup.open]
        if passed := len(self._checkup.of("passed")):
            lines += [Content("")] if lines else []
            lines.append(Content.assemble(" ", d.marked("ok", _("{n} passed", n=passed))))
        self.query_one(Static).update(d.stacked(lines))

    def _line(self, one: Found, width: int) -> Content:
        """Its name, what was found in short, and whether there is a fix."""
        bar = signs.pick("▌", ">") if one == self.chosen else " "
        style = "bold $accent" if one == self.chosen and self.has_focus else "$accent"
        offer = _("fix")
        mark = d.styled(offer, style if one == self.chosen else d.MUTED) if one.fixes else ""
        room = width - cell_len(bar) - signs.width() - cell_len(offer) - 3
        name = min(NAME, room)
        found = d.muted(said_each(one.found))
        words = d.row([(d.styled(shortened(one.name)), name), (found, max(room - name - 2, 1))])
        sign = d.marked(signs.of_status(one.state))
        end = d.fitted(mark, cell_len(offer) + 1)
        return Content.assemble((bar, style), sign, " ", d.fitted(words, room), " ", end)

    def action_move(self, by: int) -> None:
        found = self._checkup.open
        if not found:
            return
        at = found.index(self.chosen) if self.chosen else 0
        at = min(max(at + by, 0), len(found) - 1)
        self._standing_on = found[at].name
        self._draw()
        self.scroll_to(y=max(at - self.size.height // 2, 0), animate=False)
        self.post_message(self.Moved())

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def on_click(self, event: events.Click) -> None:
        at, found = event.y + self.scroll_offset.y, self._checkup.open
        if at < len(found):
            self._standing_on = found[int(at)].name
            self._draw()
            self.post_message(self.Moved())


def shortened(name: str) -> str:
    """A name by its beginning and its end, where it is too long."""
    if len(name) <= NAME:
        return name
    dots = signs.pick("…", "~")
    return f"{name[:HEAD]}{dots}{name[HEAD + 1 - NAME :]}"
