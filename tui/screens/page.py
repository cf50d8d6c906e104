"""The frame that every screen shares: a heading line, the content, and the keys that work here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

if TYPE_CHECKING:
    from tui.app import KubebootApp


class Page(Screen[None]):
    """A screen of the installer. Subclasses say what their heading and their content are.

    Text is drawn through `tui.text._` inside these methods, so that `respeak` can draw it again
    in another language; whatever a person typed must live in the app's session, not in widgets.
    """

    CSS_PATH = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    HELP_TOPIC: ClassVar[str] = ""

    @property
    def installer(self) -> KubebootApp:
        """The app, by its own type."""
        from tui.app import KubebootApp

        app = self.app
        if not isinstance(app, KubebootApp):
            raise TypeError("pages belong to KubebootApp")
        return app

    def heading(self) -> str:
        """The first line: where one is and of which machine and cluster this tells."""
        return ""

    def content(self) -> Iterable[Widget]:
        """The widgets between heading and keys."""
        return ()

    def compose(self) -> ComposeResult:
        yield Static(self.heading(), id="heading", markup=False)
        yield from self.content()
        yield Footer(show_command_palette=False)

    async def respeak(self) -> None:
        """Draws everything again: the language or the signs have changed."""
        await self.recompose()
