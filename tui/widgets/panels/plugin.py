"""What a network plugin's manifest brings, with the parts that have power over this machine, and what
became of this node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textual.content import Content

from phases.render.manifest import Summary
from tui.plugin_words import brought
from tui.text import _, said, said_each
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text, texts

LABEL = 14


def brings(items: Items, scene: Scene) -> Iterator[Content]:
    for source, data in items.items():
        yield d.heading(_("Manifest"), source)
        yield Content("")
        for label, words in brought(_summary(data)):
            yield from d.labelled(label, words, scene.width, label_width=LABEL)


def _summary(data: Mapping[str, Any]) -> Summary:
    """The summary as the engine has told it; parts of another form are left out."""
    kinds = tuple((str(kind), int(number)) for kind, number in _pairs(data, "kinds"))
    owned = (tuple(_pairs(data, key)) for key in ("powers", "privileged", "host_paths"))
    return Summary(kinds, texts(data, "images"), *owned)


def _pairs(data: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    value = data.get(key, ())
    for one in value if isinstance(value, list | tuple) else ():
        if isinstance(one, list | tuple) and len(one) == 2:
            yield str(one[0]), one[1]


def node(items: Items, scene: Scene) -> Iterator[Content]:
    """This node, which waits for the plugin to become Ready."""
    yield d.heading(_("Node"))
    yield Content("")
    for name, data in items.items():
        ready = text(data, "state") == "Ready"
        word = d.muted(said(text(data, "state")))
        yield d.spread(d.marked("ok" if ready else "running", name), word, scene.width)
        if lacks := text(data, "lacks"):
            yield from map(d.muted, d.wrapped(said_each(lacks), scene.width, first="  ", rest="  "))
