"""The last line: the keys that work here and now, read from the bindings themselves, so it is true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    own = ((binding, _name(binding)) for node, binding in _working(screen) if node is screen)
    return (binding for binding, name in own if name not in MOVING and "." not in name)


def _working(screen: Screen[object]) -> Iterator[tuple[object, Binding]]:
    """Those of the page in the page's own order, whichever widget has a key of the same name."""
    seen: set[str] = set()
    found: list[tuple[object, Binding]] = []
    for node, binding, enabled, _tip in screen.active_bindings.values():
        if enabled and binding.action not in seen and binding.description and not binding.system:
            seen.add(binding.action)
            found.append((node, binding))
    return iter(sorted(found, key=lambda pair: _rank(screen, *pair)))


def _rank(screen: Screen[object], node: object, binding: Binding) -> int:
    """Keys of a widget before those of the page it is on, and the app's behind them."""
    own = [one.action for one in screen.BINDINGS if isinstance(one, Binding)]
    if node is screen and binding.action in own:
        return own.index(binding.action)
    return len(own) if node is screen.app else -1


GAPS = ("   ", "  ")
"""What stands between two keys, and where there is little room."""


class Keys(Widget):
    """Keys with a word each; help stands at the right end always.

    Where there is no room for all, those that the page says may give way, and a mark tells of it.
    """

    HELP = "help"

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Content:
        idle: tuple[str, ...] = getattr(self.screen, "idle", tuple)()
        found = [one for one in active(self.screen, shown_only=True) if _name(one) not in idle]
        help_ = [self._drawn(binding) for binding in found if binding.action == self.HELP]
        ends = [*self._leaving(), *help_]
        keys = [(_name(one), self._drawn(one)) for one in found if one.action != self.HELP]
        yielding = getattr(self.screen, "KEYS_THAT_YIELD", ())
        for gap in GAPS:
            right = Content(gap).join(ends)
            room = self.size.width - right.cell_length - len(gap)
            left = Content(gap).join([piece for _action, piece in keys])
            if left.cell_length <= room:
                break
        else:
            left = _as_many_as_fit(keys, yielding, room)
        return d.spread(left, right, self.size.width)

    def _leaving(self) -> list[Content]:
        """What ctrl+c means here: the page says it."""
        word = getattr(self.screen, "interrupt_word", str)()
        return [_key("^c", word)] if word else []

    def _drawn(self, binding: Binding) -> Content:
        return _key(key_name(binding), _(binding.description))


def _as_many_as_fit(keys: list[tuple[str, Content]], yielding: Sequence[str], room: int) -> Content:
    """Without those that give way first, then without the last ones, and a mark behind them."""
    kept, gap, more = list(keys), GAPS[-1], d.muted("…")
    order = [one for name in yielding for one in keys if one[0] == name]
    for given in [*order, *(one for one in reversed(keys) if one not in order)]:
        kept.remove(given)
        line = Content(gap).join([*(piece for _action, piece in kept), more])
        if line.cell_length <= room:
            return line
    return more


def _name(binding: Binding) -> str:
    """An action without what it is given."""
    return binding.action.partition("(")[0]


def _key(key: str, word: str) -> Content:
    return Content.assemble(d.styled(key, "bold $accent"), " ", d.styled(word))
