"""What was put into the cluster: objects with what became of each, and bootstrap tokens by their id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content

from tui import signs
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text, texts

KIND = 22
MASK = 16


def objects(items: Items, scene: Scene) -> Iterator[Content]:
    """One row each: kind, name with its namespace, and what became of it."""
    yield d.heading(_("Objects"))
    yield Content("")
    longest = max((len(text(data, "kind")) for data in items.values()), default=0)
    kind = min(longest + signs.width() + 1, max(scene.width // 2, KIND))
    for item, data in items.items():
        state = signs.of_status(text(data, "state"))
        word = d.muted(said(text(data, "state")))
        name = text(data, "name") or item.partition(" ")[2] or item
        namespace = text(data, "namespace")
        place = f"{namespace}/{name}" if namespace else name
        left = d.row([(d.marked(state, text(data, "kind")), kind), (d.styled(place), 0)])
        yield d.spread(left, word, scene.width)
        if note := text(data, "note"):
            yield d.muted(f"  {said(note)}")


def tokens(items: Items, scene: Scene) -> Iterator[Content]:
    """The id of each token; its secret is in no journal, the join commands have it."""
    yield d.heading(_("Tokens"), _("the join commands hold them whole"))
    yield Content("")
    for identity, data in items.items():
        state = signs.of_status(text(data, "state"))
        shown = scene.tokens.get(identity) or f"{identity}.{signs.pick('•', '*') * MASK}"
        yield d.spread(d.marked(state, shown), d.muted(said(text(data, "state"))), scene.width)
        indent = " " * (signs.width() + 1)
        for label, value in (
            (_("usages"), ", ".join(texts(data, "usages"))),
            (_("groups"), ", ".join(texts(data, "groups"))),
            (_("expires"), _moment(text(data, "expires"))),
        ):
            for line in d.labelled(label, value, scene.width - len(indent)):
                yield Content.assemble(indent, line)


def _moment(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text
