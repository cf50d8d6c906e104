"""Images: which are there, which are being pulled and how often that was tried.

The runtime tells no bytes while it pulls, so there is no bar that would have to be made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textual.content import Content

from tui import signs
from tui.text import _, mark, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text

WORDS = {
    "present": mark("present"),
    "waiting": mark("waiting"),
    "pulling": mark("pulling"),
    "pulled": mark("pulled"),
    "failed": mark("failed"),
    "missing": mark("missing"),
}
THERE = ("present", "pulled")


def draw(items: Items, scene: Scene) -> Iterator[Content]:
    there = sum(text(data, "state") in THERE for data in items.values())
    yield d.muted(_("{there} of {all}", there=there, all=len(items)))
    yield Content("")
    for name, data in items.items():
        state = signs.of_status(text(data, "state"))
        word = d.styled(_note(data), signs.colour(state))
        yield d.spread(d.marked(state, name), word, scene.width)
        indent = " " * (signs.width() + 1)
        for line in d.labelled(_("cause"), said(text(data, "reason")), scene.width - len(indent)):
            yield Content.assemble(indent, line)


def _note(data: Mapping[str, Any]) -> str:
    state = text(data, "state")
    word = _(WORDS[state]) if state in WORDS else state
    size, attempt = data.get("size"), data.get("attempt")
    if isinstance(size, int | float):
        return f"{word}  {d.size(size):>8}"
    if isinstance(attempt, int) and attempt > 1 and state == "pulling":
        return _("{word}, attempt {n}", word=word, n=attempt)
    return word
