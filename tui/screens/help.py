"""Help: what the page below is for, the keys that work there, and where to read on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui import signs
from tui.key_messages import KEYS
from tui.screens.page import Page
from tui.text import _, mark
from tui.widgets import drawing as d
from tui.widgets.keys import active, key_name
from tui.widgets.lengthy import Lengthy

KEY, GAP = 13, 1
"""Cells of a key's name, and those kept free between two columns."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A page's title, what it is for, and what to read next; as messages of the catalogue."""

    title: str
    purpose: tuple[str, ...]
    further: str = ""


TOPICS = {
    "welcome": Topic(
        mark("Welcome"),
        (
            mark(
                "This program makes a fresh Linux machine the first control plane of a Kubernetes "
                "cluster. What it makes is what kubeadm would make, so kubeadm join, token, certs, "
                "upgrade and reset work afterwards."
            ),
            mark(
                "It has looked at this machine and offers what makes sense here; the first step is "
                "the obvious one. Nothing is changed before you have confirmed it on the review page."
            ),
        ),
        mark("Without a screen: kubeboot-tui init --help"),
    ),
    "configure": Topic(
        mark("Configure"),
        (
            mark(
                "Each section on the left holds a part of the kubeadm configuration, with a sign for "
                "its state. What you type shows in the kubeadm.yaml at once, and the other way round."
            ),
            mark("Empty fields take the default that they show. Nothing typed is lost by leaving."),
        ),
        mark("The fields: kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4"),
    ),
    "checks": Topic(
        mark("Checks"),
        (
            mark(
                "Each check says what was found, what is needed and what to do. Where this program can do "
                "it, f shows the exact change first; it is made when you agree, checked again, and can be "
                "taken back."
            ),
            mark("Waiving takes the risk of a check: it stands in the configuration from then on."),
        ),
        mark("Every check and fix: docs/checks.md"),
    ),
    "review": Topic(
        mark("Review"),
        (
            mark(
                "This is the point before anything is changed. It lists what a run would really do "
                "here: files, commands, objects and images, found by rehearsing the same plan."
            ),
            mark("Back changes nothing. Start asks once more, then the run begins."),
        ),
        mark("The same as a list: kubeboot-tui init --config FILE --dry-run"),
    ),
    "run": Topic(
        mark("Run"),
        (
            mark(
                "The phases of the run with state and time; beside them the panel of one phase, below "
                "them the log. The panel follows the run until you move; f follows again."
            ),
            mark(
                "The run does not need this screen: detach, close the terminal, come back later. "
                "Ctrl+c asks whether to go on, to detach, or to stop at the next safe point."
            ),
            mark(
                "A run that was stopped or failed is resumed by running it again: what is done stays "
                "done, only the rest is made."
            ),
        ),
        mark("Line by line: kubeboot-tui watch   The journal: /var/lib/kubeboot/runs"),
    ),
    "join": Topic(
        mark("Join desk"),
        (
            mark(
                "These commands bring further machines into the cluster; run them there as root. "
                "Whoever has the token can add a node, so it is hidden until you ask for it."
            ),
            mark(
                "The clipboard is your terminal's: the command is sent to it, no answer comes back. "
                "When you leave, the commands are printed on the normal screen again."
            ),
        ),
        mark("New tokens by hand: kubeadm token create --print-join-command"),
    ),
    "import": Topic(
        mark("Import"),
        (
            mark(
                "What a file or a paste was taken for, before anything is taken over. Where copying has "
                "damaged it, it stands beside what was meant: ~ marks a line that was changed, - one that "
                "was left out, + one that was put in, ? one that only you can tell the meaning of."
            ),
            mark(
                "Where a line could belong to more than one field, each answer is one reading; look at an "
                "answer and its text is shown. What is taken over can be taken back in the form."
            ),
        ),
        mark("Presets and kubeadm lines: docs/presets.md"),
    ),
}


class Help(ModalScreen[None]):
    """Explains the page that it was called from."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "dismiss", "Back", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, page: Screen[object]) -> None:
        super().__init__()
        self._topic = TOPICS.get(getattr(page, "HELP_TOPIC", ""), TOPICS["welcome"])
        self._further = tuple(page.further()) if isinstance(page, Page) else ()
        found = list(explained(page))
        self._keys = [(key_name(binding), binding.description) for binding in found]
        self._of_widgets = {key_name(one) for one in found if _is_of_widget(one)}

    def compose(self) -> ComposeResult:
        with Lengthy(id="help"):
            yield Static(d.stacked(list(self._lines())))
        yield Static(id="help-back")

    def on_mount(self) -> None:
        self.watch(self.query_one(Lengthy), "more", self._draw_way_out)

    def _draw_way_out(self, more: bool) -> None:
        """How to leave, and that there is more where not all is in sight."""
        arrow = signs.pick("↓", "down")
        words = [_("esc back"), *([_("{arrow} more", arrow=arrow)] if more else [])]
        self.query_one("#help-back", Static).update(d.muted("   ".join(words)))

    def _lines(self) -> Iterator[Content]:
        width = max(min(self.app.size.width - 16, 72), 40)
        yield d.styled(_(self._topic.title), "bold $accent")
        for paragraph in (*map(_, self._topic.purpose), *self._further):
            yield Content("")
            yield from map(d.styled, d.wrapped(paragraph, width))
        yield Content("")
        yield d.heading(_("Keys"))
        yield from _listed([key for key in self._keys if key[0] not in self._of_widgets], width)
        if further := [key for key in self._keys if key[0] in self._of_widgets]:
            yield Content("")
            yield d.heading(_("Keys of the field, or of the list, that one is in"))
            yield from _listed(further, width)
        if self._topic.further:
            yield Content("")
            yield from map(d.muted, d.wrapped(_(self._topic.further), width))

    def action_scroll(self, lines: int) -> None:
        self.query_one(Lengthy).scroll_relative(y=lines, animate=False)

    async def action_dismiss(self, result: None = None) -> None:
        self.dismiss(result)


def _listed(keys: list[tuple[str, str]], width: int) -> Iterator[Content]:
    """Keys in two columns, read downwards; those with many words stand below, a line each."""
    column = width // 2
    short = [key for key in keys if cell_len(_(key[1])) <= column - KEY - GAP]
    depth = -(-len(short) // 2)
    for number in range(depth):
        yield d.row([cell for key in short[number::depth] for cell in _cells(key, column)], gap=0)
    yield from (d.row(_cells(key, width), gap=0) for key in keys if key not in short)


def _cells(key: tuple[str, str], width: int) -> list[tuple[Content | str, int]]:
    """A key with its words in so many cells."""
    name, description = key
    return [(d.styled(name, "bold $accent"), KEY), (_(description), width - KEY)]


def explained(page: Screen[object]) -> Iterator[Binding]:
    """The footer's keys first, then ours that work here, then those of Textual's fields; each thing once."""
    own = [binding for binding in active(page, shown_only=False) if binding.action != "help"]
    return iter(sorted(own, key=lambda one: (not one.show, one.description in KEYS)))


def _is_of_widget(binding: Binding) -> bool:
    """Whether a key comes with Textual's fields and lists."""
    return not binding.show and binding.description in KEYS
