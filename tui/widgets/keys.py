"""The last line: the keys that work here and now, read from the bindings themselves, so it is true."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tui import signs
from tui.text import _
from tui.widgets import drawing as d

NAMES = {
    "up": ("↑", "Up"),
    "down": ("↓", "Down"),
    "left": ("←", "Left"),
    "right": ("→", "Right"),
    "enter": ("⏎", "Enter"),
    "escape": ("esc", "Esc"),
    "slash": ("/", "/"),
    "question_mark": ("?", "?"),
    "pageup": ("PgUp", "PgUp"),
    "pagedown": ("PgDn", "PgDn"),
}
"""How keys are called in Unicode and in ASCII, where that isn't their own name."""


MOVING = ("move", "page", "scroll")
"""Actions that only move about in a page."""


def key_name(binding: Binding) -> str:
    """What a key is called on the screen."""
    if binding.key_display:
        return binding.key_display.replace("↑↓", signs.pick("↑↓", "Up/Dn"))
    key = binding.key.partition(",")[0]
    if key in NAMES:
        return signs.pick(*NAMES[key])
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


def active(screen: Screen[object], *, shown_only: bool) -> Iterator[Binding]:
    """The bindings that would do something now, one per action, the nearest first."""
    return (binding for _node, binding in _working(screen) if binding.show or not shown_only)


def commands(screen: Screen[object]) -> Iterator[Binding]:
    """What the page itself would do now; moving about in it is no command, and what the app or any
    screen can do isn't the page's."""
    own = (
        (binding, binding.action.partition("(")[0])
        for node, binding in _working(screen)
        if node is screen
    )
    return (binding for binding, name in own if name not in MOVING and "." not in name)


def _working(screen: Screen[object]) -> Iterator[tuple[object, Binding]]:
    seen: set[str] = set()
    for node, binding, enabled, _tip in screen.active_bindings.values():
        if enabled and binding.action not in seen and binding.description and not binding.system:
            seen.add(binding.action)
            yield node, binding


class Keys(Widget):
    """Keys with a word each, as many as there is room for; help stands at the right end always."""

    HELP = "help"

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Content:
        found = list(active(self.screen, shown_only=True))
        help_ = [self._drawn(binding) for binding in found if binding.action == self.HELP]
        right = Content("   ").join([*self._leaving(), *help_])
        room = self.size.width - right.cell_length - 2
        left = Content("")
        for binding in found:
            if binding.action == self.HELP:
                continue
            piece = self._drawn(binding)
            wider = Content("   ").join([left, piece]) if left else piece
            if wider.cell_length > room:
                break
            left = wider
        return d.spread(left, right, self.size.width)

    def _leaving(self) -> list[Content]:
        """What ctrl+c means here: the page says it."""
        word = getattr(self.screen, "interrupt_word", str)()
        return [_key("^c", word)] if word else []

    def _drawn(self, binding: Binding) -> Content:
        return _key(key_name(binding), _(binding.description))


def _key(key: str, word: str) -> Content:
    return Content.assemble(d.styled(key, "bold $accent"), " ", d.styled(word))
