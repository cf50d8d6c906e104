"""Configure: the sections with their states, the form of one of them, and the kubeadm.yaml beside it.

What was typed lives in the session; this page only carries messages between it and the widgets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches
from textual.events import DescendantBlur, Resize
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from phases.system.download import is_url
from tui import plugin, portrait, sections
from tui.beside import beside
from tui.fields.extras import MANIFEST
from tui.screens import unsaved
from tui.screens.page import Page
from tui.session import YAML, Session
from tui.signs import State, pick, sign
from tui.text import _, clean
from tui.widgets import below
from tui.widgets.argument_list import ArgumentList
from tui.widgets.field_editors import Pasted, Typed
from tui.widgets.form import Action, Form
from tui.widgets.prompts import Ask, OpenFile
from tui.widgets.section_list import SectionList
from tui.widgets.yaml_pane import YamlPane

PAUSE = 0.12
"""Seconds after the last key before the draft is judged."""

LONG = 8192
"""Characters from which on a text takes long enough to read that it is felt."""

WIDE, MIDDLE = 110, 90
"""From these widths on the YAML, and the section list, stand beside the form."""


class Configure(Page):
    """The hub. Arrows choose a section, tab and enter lead into its fields, escape leads back."""

    CSS_PATH: ClassVar = ["page.tcss", "configure.tcss"]
    HELP_TOPIC = "configure"
    KEYS_THAT_YIELD = ("open", "save")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "step(1)", "Next", key_display="^n"),
        Binding("ctrl+b", "step(-1)", "Previous", key_display="^b", show=False),
        Binding("f3", "fold", "More", key_display="F3"),
        Binding("ctrl+y", "yaml", "YAML", key_display="^y", priority=True),
        Binding("y", "yaml", "YAML", show=False),
        Binding("ctrl+o", "open", "Open", key_display="^o"),
        Binding("ctrl+s", "save", "Save", key_display="^s"),
        Binding("ctrl+z", "undo('^z')", "Undo", key_display="^z"),
        Binding("u", "undo('u')", "Undo"),
        Binding("f4", "propose", "Free ranges", show=False),
        Binding("pageup", "page(-1)", "Scroll up", show=False),
        Binding("pagedown", "page(1)", "Scroll down", show=False),
        Binding("escape", "back", "Back", key_display="esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._pending: Timer | None = None
        self._reading: Timer | None = None
        self._unread: str | None = None
        self.settled = False
        self._unsubscribe: Callable[[], None] = lambda: None
        self._standing_on = ""
        self._drawn = 0

    @property
    def session(self) -> Session:
        return self.installer.session

    def heading(self) -> str:
        facts = self.session.facts
        parts = ["kubeboot", facts.hostname, facts.system]
        if facts.cpus:
            parts.append(_("{n} CPUs, {memory} GiB", n=facts.cpus, memory=facts.gibibytes))
        return " · ".join(part for part in parts if part)

    def aside(self) -> str:
        return self.session.source

    def content(self) -> Iterable[Widget]:
        with Horizontal(id="hub"):
            yield SectionList(id="sections")
            with Vertical(id="middle"):
                yield Static("", id="broken", markup=False)
                yield Form()
                yield Static("", id="hint", markup=False)
            yield YamlPane(id="yaml")

    async def on_mount(self) -> None:
        self._unsubscribe = self.session.subscribe(self._session_changed)
        self._drawn = self.session.edits
        self._fit(self.app.size.width)
        self.query_one(SectionList).focus()
        wanted = sections.field_of(self.session.wanted)
        await self._go_to_section(self.session.section, wanted.path if wanted else "")
        self.session.wanted = ""

    def on_unmount(self) -> None:
        self._unsubscribe()
        self._read_yaml()

    async def respeak(self) -> None:
        await self.recompose()
        self._fit(self.app.size.width)
        await self._show_section()
        self.query_one(SectionList).focus()

    # drawing

    def on_resize(self, event: Resize) -> None:
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        self.set_class(width < WIDE, "middling")
        self.set_class(width < MIDDLE, "narrow")
        try:
            self.query_one(SectionList).folded = width < MIDDLE
        except NoMatches:  # before the first compose
            return

    def _session_changed(self) -> None:
        """Judging takes some milliseconds: it waits until the fingers rest. Then all is `settled`."""
        self.settled = False
        if self._pending is not None:
            self._pending.stop()
        self._pending = self.set_timer(PAUSE, partial(self.call_next, self._redraw))

    async def _redraw(self) -> None:
        """In its turn among the page's messages, never cut short by the next keystroke."""
        unchanged = await asyncio.to_thread(self.session.judge)
        if not (unchanged and self.is_attached):
            return  # another redraw is on its way
        self.settled = True
        if not is_url(self.session.plugin_source):
            self._read_plugin()  # a file is read while its name is typed; the web isn't asked for halves
        edits, rows = self.session.edits, tuple(portrait.rows(self.session))
        form = self.query_one(Form)
        if tuple(row.field.path for row in rows) != form.paths:
            await self._show_section(keep_focus=True)
        else:
            standing = getattr(self.focused, "path", "")
            form.update(rows, None if self._changed_elsewhere(standing) else self.focused)
            self._draw_around()
        self._drawn = edits

    def _changed_elsewhere(self, here: str) -> bool:
        """Whether what is to be drawn was not typed here; what is typed here is ahead of the session."""
        return self.session.edits != self._drawn and self.session.typed_in != here

    async def _show_section(self, *, keep_focus: bool = False) -> None:
        session = self.session
        standing = self._standing_on if keep_focus else ""
        section = sections.section(session.section)
        await self.query_one(Form).show(
            _(section.title),
            tuple(portrait.rows(session)),
            below.widgets(session),
            self._fold_label(),
        )
        row = await self.query_one(Form).arrived(standing) if standing else None
        if row is not None:
            row.editor.focus()
        self._draw_around()

    def _fold_label(self) -> str:
        fields = portrait.folded(self.session)
        if not fields:
            return ""
        if self.session.section in self.session.unfolded:
            return f"{pick('▾', 'v')} " + _("Advanced")
        return f"{pick('▸', '>')} " + _("Advanced: {count} more", count=len(fields))

    def _draw_around(self) -> None:
        """Everything beside the rows: sections, text, and what stands below the fields."""
        session = self.session
        listed = self.query_one(SectionList)
        listed.chosen, listed.entries = session.section, portrait.entries(session)
        below.update(self.query_one(Form), session)
        broken = self.query_one("#broken", Static)
        broken.display = session.is_broken
        if session.is_broken:
            broken.update(
                f"{sign('missing')} "
                + _(
                    "kubeadm.yaml can't be read: ^y mends it, {key} takes it back.",
                    key=self._undo_key,
                )
            )
        self._draw_hint()
        self._draw_yaml()
        self.refresh_bindings()

    def _draw_hint(self) -> None:
        row = self.query_one(Form).standing
        self.query_one("#hint", Static).update(row.hint() if row else "")

    def _draw_yaml(self) -> None:
        session, pane = self.session, self.query_one(YamlPane)
        pane.show(session.yaml(), foreign=self._changed_elsewhere(YAML))
        pane.say(self._state_line())
        place = None if session.is_broken else session.place(self._standing_on)
        pane.mark(portrait.faults(session), place.line - 1 if place else -1, follow=True)

    def _state_line(self) -> Text:
        session = self.session
        problems = session.syntax_problems() or session.problems()
        warnings = session.warnings()
        words = portrait.troubles(len(problems), len(warnings)) or _("valid")
        state: State = "missing" if problems else "risky" if warnings else "ok"
        line = Text("kubeadm.yaml  ", no_wrap=True, overflow="ellipsis")
        line.append(f"{sign(state)} {words}", "bold")
        return line

    # sections

    @on(SectionList.SectionChosen)
    async def _choose_section(self, event: SectionList.SectionChosen) -> None:
        await self._go_to_section(event.name)

    async def _go_to_section(self, name: str, path: str = "") -> None:
        self.session.pause()
        self._read_plugin()
        self.session.section = name
        self._standing_on = path or sections.section(name).fields[0].path
        field = sections.fields().get(path)
        if field is not None and field.advanced:
            self.session.unfolded.add(name)
        await self._show_section()
        row = await self.query_one(Form).arrived(path) if path else None
        if row is not None:
            row.editor.focus()

    @on(SectionList.FieldsWanted)
    def _enter_fields(self) -> None:
        first = next(self.query_one(Form).rows(), None)
        if first is not None:
            first.editor.focus()
        elif actions := list(self.query_one(Form).query(Action)):
            actions[0].focus()

    async def action_step(self, by: int) -> None:
        """To the next section, its first field when one was in a field."""
        in_fields = (
            isinstance(self.focused, Widget) and self.query_one(Form) in self.focused.ancestors
        )
        names = [one.name for one in sections.SECTIONS]
        at = (names.index(self.session.section) + by) % len(names)
        await self._go_to_section(names[at])
        if in_fields:
            self._enter_fields()

    async def action_fold(self) -> None:
        if portrait.folded(self.session):
            self.session.unfolded ^= {self.session.section}
            await self._show_section(keep_focus=True)

    # fields

    @on(Typed)
    def _typed(self, event: Typed) -> None:
        self.session.set_field(event.path, event.text, typed=True)

    @on(Form.FieldEntered)
    def _entered(self, event: Form.FieldEntered) -> None:
        self.session.pause()
        self._standing_on = event.path
        self._draw_hint()
        self._draw_yaml()

    @on(ArgumentList.Chosen)
    def _proposed(self) -> None:
        self._draw_hint()

    @on(Action.Chosen)
    async def _act(self, event: Action.Chosen) -> None:
        name, _sign, argument = event.name.partition(":")
        match name:
            case "fold":
                await self.action_fold()
            case "preset":
                await self._take_preset(argument)
            case "range":
                path, _sign, text = argument.partition("=")
                self.session.set_field(path, text)
            case "field":
                await self._go_to_section(sections.home_of(argument), argument)
            case "review":
                self.installer.go_to("review")

    async def _take_preset(self, name: str) -> None:
        preset = next(one for one in sections.PRESETS if one.name == name)
        self.session.apply(preset)
        if preset.asks:
            await self._go_to_section(sections.home_of(preset.asks), preset.asks)
        words = _("{preset}: filled in. {key} takes it back.")
        self.say(words.format(preset=_(preset.title), key=self._undo_key))

    def action_propose(self) -> None:
        for path, text in below.proposals(self.session):
            self.session.set_field(path, text)

    # the network plugin

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Enter reads the manifest, also one that was read before."""
        source = self.session.plugin_source
        if source and getattr(event.input, "path", "") == MANIFEST:
            self._fetch(source)

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        if getattr(event.widget, "path", "") == MANIFEST:
            self._read_plugin()

    def _read_plugin(self) -> None:
        """Reads the manifest that is named, unless that was done or is under way."""
        source = self.session.plugin_source
        if source and self.session.plugin is None and source != self.session.reading:
            self._fetch(source)

    def _fetch(self, source: str) -> None:
        self.session.begin_reading(source)
        self._await_plugin(source)

    @work(exclusive=True, group="plugin")
    async def _await_plugin(self, source: str) -> None:
        try:
            self.session.take_plugin(await beside(partial(plugin.read, source)))
        finally:
            self.session.end_reading(source)

    # taking back

    @property
    def _in_text(self) -> bool:
        return isinstance(self.focused, Input | TextArea)

    @property
    def _undo_key(self) -> str:
        """In a text ctrl+z takes back; elsewhere it gives the terminal back, as it does on all pages."""
        return "^z" if self._in_text else "u"

    def action_page(self, direction: int) -> None:
        form = self.query_one(Form)
        form.scroll_relative(y=direction * max(form.size.height - 2, 1), animate=False)

    def idle(self) -> tuple[str, ...]:
        """Its key is taken here all the same, or ctrl+z in a text would suspend the program."""
        return () if self.session.can_undo else ("undo",)

    def action_undo(self, _key: str) -> None:
        if not self.session.undo():
            self.say(_("Nothing to take back."))

    # the text

    def action_yaml(self) -> None:
        pane = self.query_one(YamlPane)
        if pane.editing:
            self._leave_yaml()
            return
        self.session.pause()
        self.add_class("yaml-only")
        place = self.session.place(self._standing_on)
        pane.edit(self.session.yaml(), place.line - 1 if place else 0)
        self._draw_yaml()

    def _leave_yaml(self) -> None:
        self._read_yaml()
        self.remove_class("yaml-only")
        self.query_one(YamlPane).stop_editing(self.session.yaml())
        self.query_one(SectionList).focus()
        self._session_changed()

    @on(YamlPane.Edited)
    def _edited(self, event: YamlPane.Edited) -> None:
        """A long text is read when the fingers rest: that takes more than a moment."""
        if self._reading is not None:
            self._reading.stop()
        if len(event.text) < LONG:
            self.session.set_yaml(event.text)
        else:
            self._unread = event.text
            self._reading = self.set_timer(PAUSE, self._read_yaml)

    def _read_yaml(self) -> None:
        text, self._unread = self._unread, None
        if text is not None:
            self.session.set_yaml(text)

    @work
    async def _offer_import(self, text: str) -> None:
        question = _("This looks like a kubeadm.yaml: import it?")
        detail = _("It takes the place of what is here; ^z brings that back.")
        if await self.app.push_screen_wait(
            Ask(question, detail, _("Import"), _("Keep what is here"))
        ):
            self.session.import_text("", text)

    @on(Pasted)
    def _pasted(self, event: Pasted) -> None:
        self._offer_import(event.text)

    # files

    @work
    async def action_open(self) -> None:
        found = await self.app.push_screen_wait(OpenFile())
        if found is not None:
            self.session.import_text(*found)

    @work
    async def action_save(self) -> None:
        if saved := await unsaved.save(self.installer, self.session):
            self.say(_("Saved as {name}.", name=saved))

    def say(self, words: str) -> None:
        """A notice in passing; what it names may come from outside and is no markup."""
        self.notify(clean(words), markup=False)

    def action_back(self) -> None:
        """Out of the text, out of the fields, out of the page: one at a time."""
        if self.query_one(YamlPane).editing:
            self._leave_yaml()
        elif not isinstance(self.focused, SectionList):
            self.query_one(SectionList).focus()
        else:
            self.installer.go_to("welcome")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer shows what works: folding only where there is something to fold."""
        if action == "undo":
            return parameters == (self._undo_key,)
        if action == "fold" and self.is_mounted:
            return bool(portrait.folded(self.session))
        return True
