"""The phases of a run with their state and time: a column, or folded to one line where that is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from phases.engine.state import PhaseState
from tui import outcome, signs
from tui.text import _, said
from tui.widgets import drawing as d

TIME = 8
SETTLED = ("done", "unchanged", "skipped")


class PhaseList(Widget):
    """Draws the phases it was shown last, with a bar at the one that is selected."""

    class Picked(Message):
        """A phase was pointed at."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self._phases: tuple[PhaseState, ...] = ()
        self._selected = ""
        self._now: datetime | None = None
        self._top = 0

    def show(self, phases: Sequence[PhaseState], selected: str, now: datetime) -> None:
        self._phases, self._selected, self._now = tuple(phases), selected, now
        self.refresh()

    def render(self) -> Content:
        self._scroll()
        shown = self._phases[self._top : self._top + max(self.size.height, 1)]
        return d.stacked([self._line(phase) for phase in shown])

    def _scroll(self) -> None:
        """Keeps the selected phase in sight."""
        names = [phase.name for phase in self._phases]
        at = names.index(self._selected) if self._selected in names else 0
        height = max(self.size.height, 1)
        self._top = min(max(self._top, at - height + 1), at, max(len(names) - height, 0))
        self._top = max(self._top, at - height + 1, 0)

    def _line(self, phase: PhaseState) -> Content:
        chosen = phase.name == self._selected
        bar = Content.styled(signs.pick("▌", ">") if chosen else " ", "$accent")
        time = d.span(phase.started, phase.finished or (self._now if phase.started else None))
        width = self.size.width - 1
        name = d.marked(outcome.state_of(phase), said(phase.title))
        if phase.status in ("waiting", "skipped"):
            name = name.stylize("$muted")
        line = d.row([(name, width - TIME - 1), (d.muted(f"{time:>{TIME}}"), TIME)], gap=1)
        line = line.stylize("bold") if chosen else line
        return Content.assemble(bar, line)

    def on_click(self, event: events.Click) -> None:
        number = self._top + event.y
        if number < len(self._phases):
            self.post_message(self.Picked(self._phases[number].name))


def folded(phases: Sequence[PhaseState], selected: str, now: datetime, width: int) -> Content:
    """All phases in one line: how many are done, which one is shown, and what comes next."""
    done = sum(phase.status in SETTLED for phase in phases)
    tally = _("{done} of {all}", done=done, all=len(phases))
    pieces = [d.marked("ok", tally)]
    shown = next((phase for phase in phases if phase.name == selected), None)
    if shown is not None:
        until = shown.finished or (now if shown.started else None)
        name = d.marked(outcome.state_of(shown), said(shown.title)).stylize("bold")
        time = d.muted(d.span(shown.started, until))
        pieces.append(
            Content.assemble(Content.styled(signs.pick("▌", ">"), "$accent"), name, " ", time)
        )
    running = [p for p in phases if p.status == "running" and p.name != selected]
    waiting = [p for p in phases if p.status == "waiting"]
    for phase in (*running, *waiting)[:1]:
        label = said(phase.title) if running else _("next: {title}", title=said(phase.title))
        pieces.append(d.marked(outcome.state_of(phase), label))
    return d.fitted(Content("   ").join(pieces), width)
