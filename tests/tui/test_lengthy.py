"""A page that may be longer than the screen says so whenever it becomes so, or stops being it."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

from tui.widgets.lengthy import Lengthy


class Paper(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[bool] = []

    def compose(self) -> ComposeResult:
        with Lengthy():
            yield Static("one line")

    def on_mount(self) -> None:
        self.watch(self.query_one(Lengthy), "more", self._tell, init=False)

    def _tell(self, more: bool) -> None:
        self.told.append(more)


async def test_it_follows_what_it_holds_the_way_one_goes_and_the_size() -> None:
    app = Paper()
    async with app.run_test(size=(80, 10)) as pilot:
        page, text = app.query_one(Lengthy), app.query_one(Static)
        await pilot.pause()
        assert app.told == []
        text.update("line\n" * 30)
        await pilot.pause()
        assert app.told == [True]
        page.scroll_end(animate=False)
        await pilot.pause()
        assert app.told == [True, False]
        page.scroll_home(animate=False)
        await pilot.pause()
        assert app.told == [True, False, True]
        await pilot.resize_terminal(80, 40)
        await pilot.pause()
        assert app.told == [True, False, True, False]
