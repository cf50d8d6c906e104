"""The frame that every screen shares: a heading line, the content, and the keys that work here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tui.text import _
from tui.widgets.heading import Heading
from tui.widgets.keys import Keys

if TYPE_CHECKING:
    from textual.types import CSSPathType

    from tui.app import KubebootApp

SMALLEST = (80, 24)


class Page(Screen[None]):
    """A screen of the installer. Subclasses say what their heading and their content are.

    Text is drawn through `tui.text._` inside these methods, so that `respeak` can draw it again
    in another language; whatever a person typed must live in the app's session, not in widgets.
    The classes -wide and -tall tell style sheets how much room there is.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    HELP_TOPIC: ClassVar[str] = ""
    KEYS_THAT_YIELD: ClassVar[tuple[str, ...]] = ()
    """Actions whose keys give way in the last line, the first one first, where there is little room."""
    HORIZONTAL_BREAKPOINTS = [(0, "-cramped"), (80, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (24, "-low"), (34, "-tall")]  # noqa: RUF012

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

    def aside(self) -> str:
        """What stands at the right end of the first line."""
        return ""

    def badge(self) -> str:
        """A word that must not be overlooked; empty for none."""
        return _("REHEARSAL") if self.installer.rehearsing else ""

    def interrupt_word(self) -> str:
        """What ctrl+c does here, in a word."""
        return _("Leave")

    def idle(self) -> tuple[str, ...]:
        """Actions that have nothing to act on now: the last line doesn't show their keys."""
        return ()

    def further(self) -> Iterable[str]:
        """What the help adds here and now, ready to be drawn; a paragraph each."""
        return ()

    def content(self) -> Iterable[Widget]:
        """The widgets between heading and keys."""
        return ()

    def compose(self) -> ComposeResult:
        yield Heading(self.heading(), self.aside(), self.badge())
        yield from self.content()
        yield Keys()
        yield Static(self._too_small(), id="too-small", markup=False)

    def _too_small(self) -> str:
        width, height = SMALLEST
        return _(
            "This window is too small: {width} x {height} is the least. "
            "Enlarge it and everything is back; nothing is lost, and a run goes on.",
            width=width,
            height=height,
        )

    def rehead(self) -> None:
        """Draws the first line again."""
        self.query_one(Heading).show(self.heading(), self.aside(), self.badge())

    def reframe(self) -> None:
        """Draws all that isn't the page's content again, in another language or with other signs."""
        self.rehead()
        self.query_one("#too-small", Static).update(self._too_small())
        self.refresh_bindings()

    async def respeak(self) -> None:
        """Draws everything again: the language or the signs have changed."""
        await self.recompose()
