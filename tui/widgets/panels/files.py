"""Manifests and the kubelet's files: where each lies, and its text with YAML highlighted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from textual.content import Content

from tui import signs
from tui.text import _, clean, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text


def draw(items: Items, scene: Scene) -> Iterator[Content]:
    yield d.heading(_("Files"))
    for data in items.values():
        state = signs.of_status(text(data, "state"))
        word = d.muted(said(text(data, "state")))
        yield d.spread(d.marked(state, text(data, "path")), word, scene.width)
    for item, data in items.items():
        yield Content("")
        yield d.heading(item)
        yield from _text(text(data, "text"), text(data, "path"), scene.width)


def _text(content: str, path: str, width: int) -> Iterator[Content]:
    lines = _highlighted(content) if path.endswith((".yaml", ".yml")) else _plain(content)
    bar = Content.styled(signs.pick("│ ", "| "), "$rule")
    for line in lines:
        for piece in d.pieces(line, width - 2):
            yield Content.assemble(bar, piece)


def _plain(content: str) -> tuple[Content, ...]:
    return tuple(Content(line) for line in clean(content).rstrip("\n").split("\n"))


@lru_cache(maxsize=32)
def _highlighted(content: str) -> tuple[Content, ...]:
    """YAML in colours; the highlighter is loaded when it is first needed."""
    from textual.highlight import highlight

    return tuple(highlight(clean(content).rstrip("\n"), language="yaml", theme=_yaml()).split("\n"))


@lru_cache(maxsize=1)
def _yaml() -> type:
    """Keys in one colour, values in the text's own: calm, and readable in every theme."""
    from pygments.token import Token  # type: ignore[import-untyped]
    from textual.highlight import HighlightTheme

    class Yaml(HighlightTheme):
        STYLES = {  # noqa: RUF012  as the base class has it
            Token.Comment: d.MUTED,
            Token.Name.Tag: "$primary",
            Token.Punctuation: d.MUTED,
            Token.Literal.Number: "$foreground",
            Token.Literal.String: "$foreground",
        }

    return Yaml
