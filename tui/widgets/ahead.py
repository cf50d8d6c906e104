"""Images that are pulled ahead, while the form is still filled in: the offer, how it goes, how it ended.

What pulls them and adds up what it tells is `tui.prepull`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from tui import signs
from tui.prepull import Prepull
from tui.signs import State
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.form import Action
from tui.widgets.panels.images import pace, progress_words
from tui.widgets.there import is_there

KEY = "F5"


class Ahead(Vertical):
    """An action, and below it a line on what became of it."""

    def __init__(self) -> None:
        super().__init__(classes="below")

    def compose(self) -> Iterable[Widget]:
        arrow = signs.pick("→", "->")
        yield Action("ahead", f"{arrow} " + _("Pull these images now") + f"  {KEY}")
        yield Static("", markup=False)

    def show(self, prepull: Prepull, now: datetime) -> None:
        if not is_there(self):
            return
        state, words = line(prepull, now)
        told = self.query(Static).last()
        told.display = bool(words)
        told.update(d.marked(state, words) if words else "")


def line(prepull: Prepull, now: datetime) -> tuple[State, str]:
    """How it stands, in a sentence; nothing where none was begun."""
    there, of = prepull.counted
    if prepull.is_running:
        return "running", _running(prepull, now)
    if not prepull.was_begun:
        return "waiting", ""
    if prepull.is_stopped:
        words = _("Stopped: {there} of {of} are there. The installation pulls the rest.")
        return "stopped", words.format(there=there, of=of)
    if prepull.why:
        words = _("Not all could be pulled ahead: {why}. The installation will try again.")
        return "risky", words.format(why=said(prepull.why).rstrip("."))
    return "ok", _("All {of} images are there.", of=of)


def _running(prepull: Prepull, now: datetime) -> str:
    there, of = prepull.counted
    words = _("{there} of {of} images are there", there=there, of=of) if of else _("Looking")
    whole = pace(prepull.phase.marks, now) if prepull.phase else None
    return _(", ").join((words, progress_words(whole))) if whole and whole.done else words


def in_short(prepull: Prepull, now: datetime) -> str:
    """For a heading or a list; nothing unless it is under way."""
    if not prepull.is_running:
        return ""
    there, of = prepull.counted
    whole = pace(prepull.phase.marks, now) if prepull.phase else None
    size = [d.size(whole.done)] if whole and whole.done else []
    return " · ".join((_("pulling {there}/{of}", there=there, of=of), *size))
