"""Images: which are there, which are being pulled, how much of them has arrived, how fast, and what is left.

Only what the runtime tells is drawn: no bar without a total, no time left without a rate. Where it tells
no bytes, there is the time that a pull has taken so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.cells import cell_len
from textual.content import Content

from phases.engine.state import Mark
from tui import signs
from tui.text import _, mark, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text

WORDS = {
    "present": mark("present"),
    "waiting": mark("waiting"),
    "pulling": mark("pulling"),
    "pulled": mark("pulled"),
    "pausing": mark("pausing"),
    "importing": mark("importing"),
    "imported": mark("imported"),
    "failed": mark("failed"),
    "missing": mark("missing"),
}
THERE = ("present", "pulled", "imported")
WINDOW = timedelta(seconds=5)
"""What a rate is taken from."""

SHORTEST, LONGEST = 8, 24
"""How wide a bar is drawn, in cells."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Bytes so far, of how many (0: not known), and how many a second; None before there is telling."""

    done: float
    total: float
    rate: float | None = None

    @property
    def left(self) -> timedelta | None:
        if not self.total or not self.rate:
            return None
        return timedelta(seconds=(self.total - self.done) / self.rate)


def draw(items: Items, scene: Scene) -> Iterator[Content]:
    images = [data for data in items.values() if "images" not in data]  # not the archives
    there = sum(text(data, "state") in THERE for data in images)
    yield d.muted(_("{there} of {all}", there=there, all=len(images)))
    if (whole := pace(scene.phase.marks, scene.now)) and whole.done:
        yield from _told(whole, scene, scene.width)
    yield Content("")
    for name, data in items.items():
        yield from _image(name, data, scene)


def _image(name: str, data: Mapping[str, Any], scene: Scene) -> Iterator[Content]:
    state = text(data, "state")
    sign = signs.of_status(state)
    word = d.styled(_note(data, scene), signs.colour(sign))
    yield d.spread(d.marked(sign, name), word, scene.width)
    indent = " " * (signs.width() + 1)
    room = scene.width - len(indent)
    lines = d.labelled(_("cause"), said(text(data, "reason")), room)
    if state in ("pulling", "importing") and (one := pace(scene.phase.marks, scene.now, name)):
        lines.extend(_told(one, scene, room))
    yield from (Content.assemble(indent, line) for line in lines)


def pace(marks: Sequence[Mark], now: datetime, item: str = "") -> Pace | None:
    """How far an item is, or the whole, and how fast that went over the last seconds."""
    known = [(each.at, amount) for each in marks if (amount := _amount(each, item))]
    if not known:
        return None
    done, total = known[-1][1]
    before = [one for one in known if one[0] <= now - WINDOW]
    since, (first, _total) = before[-1] if before else known[0]
    seconds = (now - max(since, now - WINDOW)).total_seconds()
    return Pace(done, total, max(done - first, 0) / seconds if seconds >= 1 else None)


def _amount(each: Mark, item: str) -> tuple[float, float] | None:
    """Done and total; None where an engine didn't tell them."""
    if not item:
        return each.progress.done, each.progress.total
    match each.progress.items.get(item):
        case (int() | float() as done, int() | float() as total):
            return done, total
    return None


def _told(one: Pace, scene: Scene, width: int) -> Iterator[Content]:
    """A bar where it measures something, and the numbers; these alone where there is no room."""
    words = _numbers(one, running=scene.phase.status == "running")
    room = min(width - cell_len(words) - 2, LONGEST)
    if one.total and room >= SHORTEST:
        yield Content.assemble(_bar(one.done / one.total, room), "  ", d.muted(words))
    else:
        yield from map(d.muted, d.wrapped(words, width))


def _numbers(one: Pace, *, running: bool) -> str:
    if not running or one.done == one.total:
        return _("{size} fetched", size=d.size(one.done))
    return progress_words(one)


def progress_words(one: Pace) -> str:
    """How much of how much, how fast, and what is left, as far as that is known."""
    size = d.size(one.done)
    known = _("{done} of {total}", done=size, total=d.size(one.total))
    words = [known if one.total else _("{size} so far", size=size)]
    if one.rate is not None:
        words.append(_("{size} a second", size=d.size(one.rate)) if one.rate else _("stands still"))
    if one.left is not None:
        words.append(_("{time} left", time=d.clock(one.left)))
    return _(", ").join(words)


def _bar(share: float, width: int) -> Content:
    full = min(int(share * width), width)
    return Content.assemble(
        Content.styled(signs.pick("█", "#") * full, "$accent"),
        Content.styled(signs.pick("░", ".") * (width - full), "$muted"),
    )


def _note(data: Mapping[str, Any], scene: Scene) -> str:
    """The state, the size and the time, as far as they are told."""
    state, attempt = text(data, "state"), data.get("attempt")
    word = _(WORDS[state]) if state in WORDS else state
    if isinstance(attempt, int) and attempt > 1 and state == "pulling":
        word = _("{word}, attempt {n}", word=word, n=attempt)
    pause = data.get("pause")
    if state == "pausing" and isinstance(pause, int | float):
        word = _("again after {time}", time=d.clock(timedelta(seconds=pause)))
    size, seconds = data.get("size"), data.get("seconds")
    weight = f"{d.size(size):>8}" if isinstance(size, int | float) else ""
    time = f"{seconds:.1f} s" if isinstance(seconds, int | float) else _since(data, scene)
    return "  ".join(filter(None, (word, weight, f"{time:>7}" if time else "")))


def _since(data: Mapping[str, Any], scene: Scene) -> str:
    """How long a pull has been under way."""
    try:
        began = datetime.fromisoformat(text(data, "since"))
    except ValueError:
        return ""
    return d.span(began, scene.phase.finished or scene.now)
