"""The checks of this machine: those that need something done first, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textual.content import Content

from tui import signs
from tui.text import _, mark, said_each
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text

ORDER = ("failed", "warned", "waived")
NAME = 22
"""As long as most names are: with signs before them three of these fit side by side at 80x24."""

WORDS = {
    "failed": mark("failed"),
    "warned": mark("warning"),
    "waived": mark("waived"),
    "passed": mark("passed"),
}


def draw(items: Items, scene: Scene) -> Iterator[Content]:
    """The open ones in full, then the passed ones in columns."""
    yield d.heading(_("Checks"), _tally(items))
    yield Content("")
    for state in ORDER:
        for name, data in items.items():
            if text(data, "state") == state:
                yield from _open(name, data, scene.width)
                yield Content("")
    yield from _passed([name for name, data in items.items() if _is_passed(data)], scene.width)


def _is_passed(data: Mapping[str, Any]) -> bool:
    return text(data, "state") not in ORDER


def _tally(items: Items) -> str:
    """How many of each kind, the worst first."""
    states = [text(data, "state") for data in items.values()]
    counts = [(states.count(state), state) for state in (*ORDER, "passed")]
    told = (f"{count} {_counted(state, count)}" for count, state in counts if count)
    return signs.pick(" · ", ", ").join(told)


def _counted(state: str, count: int) -> str:
    return _("warnings") if state == "warned" and count > 1 else _(WORDS[state])


def _open(name: str, data: Mapping[str, Any], width: int) -> Iterator[Content]:
    state = signs.of_status(text(data, "state"))
    word = d.styled(_(WORDS.get(text(data, "state"), "passed")), signs.colour(state))
    yield d.spread(d.marked(state, name).stylize(d.TITLE), word, width)
    indent = " " * (signs.width() + 1)
    for label, key in ((_("found"), "found"), (_("needed"), "needed"), (_("remedy"), "remedy")):
        for line in d.labelled(label, said_each(text(data, key)), width - len(indent)):
            yield Content.assemble(indent, line)


def _passed(names: list[str], width: int) -> Iterator[Content]:
    """Names in as many columns as there is room for, then those too long for one, each on its own."""
    room = NAME + signs.width() + 1
    short = [name for name in names if len(name) <= NAME]
    across = max((width + 2) // (room + 2), 1)
    depth = -(-len(short) // across)
    for number in range(depth):
        yield d.row([(d.marked("ok", name), room) for name in short[number::depth]])
    for name in names:
        if len(name) > NAME:
            first, *rest = d.wrapped(name, width - signs.width() - 1)
            yield d.marked("ok", first)
            yield from (d.styled(" " * (signs.width() + 1) + line) for line in rest)
