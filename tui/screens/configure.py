"""Configure: the sections with their states, the form of one of them, and the kubeadm.yaml beside it.

What was typed lives in the session; this page only carries messages between it and the widgets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches
from textual.events import DescendantBlur, Paste, Resize
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from phases.system.download import is_url
from tui import plugin, portrait, presets, sections, supplies, understood
from tui.beside import beside
from tui.fields.extras import ARCHIVES, MANIFEST
from tui.screens import picking, pulling, unsaved
from tui.screens.importing import Import
from tui.screens.page import Page
from tui.session import YAML, Session
from tui.signs import State, pick, sign
from tui.text import _, clean
from tui.widgets import ahead, below
from tui.widgets.ahead import Ahead
from tui.widgets.argument_list import ArgumentList
from tui.widgets.field_editors import Pasted, Typed, looks_like_configuration
from tui.widgets.form import Action, Form
from tui.widgets.prompts import OpenFile
from tui.widgets.section_list import SectionList
from tui.widgets.there import is_there
from tui.widgets.yaml_pane import YamlPane

PAUSE = 0.12
"""Seconds after the last key before the draft is judged."""

TELL = 0.5
"""Seconds between two words on images that are being pulled."""

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
        Binding("f5", "pull", "Pull images", key_display="F5"),
        Binding("f6", "presets", "Presets", show=False),
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
        self._was_pulling = False

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
        pulling = ahead.in_short(self.installer.prepull, self.installer.now())
        return "   ".join(filter(None, (pulling and f" {pulling}", self.session.source)))

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
        self.set_interval(TELL, self._tell_pulling)
        self._fit(self.app.size.width)
        self.query_one(SectionList).focus()
        wanted = sections.field_of(self.session.wanted)
        await self._go_to_section(self.session.section, wanted.path if wanted else "")
        self.session.wanted = ""
        self._look_at_given()

    def _look_at_given(self) -> None:
        """A file that was given beforehand, and of which something is to be told."""
        text, self.session.unseen = self.session.unseen, ""
        if text and not understood.understand(self.session.source, text).is_plain:
            self._offer_import(self.session.source, text)

    def on_unmount(self) -> None:
        self._unsubscribe()
        self._read_yaml()

    async def respeak(self) -> None:
        """One stands afterwards where one stood: in the text, in a field or in the list."""
        self._read_yaml()
        pane, standing = self.query_one(YamlPane), self._standing_on if self._in_form else ""
        cursor = pane.area.cursor_location if pane.editing else None
        await self.recompose()
        self._fit(self.app.size.width)
        await self._show_section()
        row = await self.query_one(Form).arrived(standing) if standing else None
        if cursor is not None:
            self._edit_yaml(*cursor)
        elif row is not None:
            row.editor.focus()
        else:
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
        if not (unchanged and is_there(self)):
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
        standing = self._standing_on if keep_focus and self._in_form else ""
        section = sections.section(session.section)
        await self.query_one(Form).show(
            _(section.title),
            tuple(portrait.rows(session)),
            below.widgets(session),
            self._fold_label(),
        )
        row = await self.query_one(Form).arrived(standing) if standing else None
        if row is not None and not self.query_one(YamlPane).editing:
            row.editor.focus()
        self._draw_around()

    @property
    def _in_form(self) -> bool:
        """Whether one stands in the form; it may be drawn anew while one is elsewhere."""
        return self.focused is not None and self.query_one(Form) in self.focused.ancestors

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
        self._draw_pulling()
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

    # images that are pulled meanwhile

    def _tell_pulling(self) -> None:
        """While they are, and once more when they have come."""
        running = self.installer.prepull.is_running
        if running or self._was_pulling:
            self._draw_pulling()
            if not running:
                self.say(ahead.line(self.installer.prepull, self.installer.now())[1])
        self._was_pulling = running

    def _draw_pulling(self) -> None:
        if not is_there(self):
            return
        now = self.installer.now()
        self.rehead()
        listed = self.query_one(SectionList)
        if short := ahead.in_short(self.installer.prepull, now):
            listed.entries = tuple(
                replace(one, summary=short) if one.name == "images" else one
                for one in portrait.entries(self.session)
            )
        for offer in self.query(Ahead):
            offer.show(self.installer.prepull, now)

    @work
    async def action_pull(self) -> None:
        if self.installer.rehearsing:
            self.say(_("A rehearsal pulls nothing."))
        elif self.installer.prepull.is_running:
            self.say(_("The images are being pulled already."))
        elif not self.installer.is_root:
            self.say(_("Only root can: start it with sudo."))
        elif await self.app.push_screen_wait(pulling.consent(self.session)):
            self.installer.pull_ahead()
            self._was_pulling = True

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
        in_form = self._in_form
        names = [one.name for one in sections.SECTIONS]
        at = (names.index(self.session.section) + by) % len(names)
        await self._go_to_section(names[at])
        if in_form:
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
            case "presets":
                self.action_presets()
            case "range":
                path, _sign, text = argument.partition("=")
                self.session.set_field(path, text)
            case "field":
                await self._go_to_section(sections.home_of(argument), argument)
            case "review":
                self.installer.go_to(self.installer.before_run)
            case "mirror":
                self._take_mirror(argument)
            case "ahead":
                self.action_pull()

    def _take_mirror(self, name: str) -> None:
        mirror = next(one for one in sections.MIRRORS if one.name == name)
        self.session.fill(mirror.values, f"mirror {mirror.name}")
        words = _("Images come from {mirror}. {key} takes it back.")
        self.say(words.format(mirror=mirror.values["imageRepository"], key=self._undo_key))

    @work
    async def action_presets(self) -> None:
        """Chooses a preset, shows what it sets, and fills it in where that is wanted."""
        known = {one.name: one for one in presets.presets() if not one.fault}
        name = await self.app.push_screen_wait(picking.choice(presets.presets()))
        if name not in known:
            return
        preset = known[name]
        answer = await self.app.push_screen_wait(
            picking.preview(preset, self.session.changes(preset.fragment))
        )
        if answer == picking.BACK:
            return
        self.session.lay(
            preset.fragment, f"preset {preset.name}", over_typed=answer == picking.REPLACE
        )
        if preset.asks and not self.session.value(preset.asks):
            await self._go_to_section(sections.home_of(preset.asks), preset.asks)
        words = _("{preset}: filled in. {key} takes it back.")
        self.say(words.format(preset=preset.title, key=self._undo_key))

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
        path = getattr(event.widget, "path", "")
        if path == MANIFEST:
            self._read_plugin()
        elif path == ARCHIVES:
            self._read_archives()

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

    # archives of images

    @work(exclusive=True, group="archives")
    async def _read_archives(self) -> None:
        """Those that weren't read yet, one after the other: their names and what is wrong with them."""
        for path in supplies.archives(self.session):
            if path not in self.session.archives:
                self.session.take_archive(await beside(partial(supplies.read_archive, path)))

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
        place = self.session.place(self._standing_on)
        self._edit_yaml(place.line - 1 if place else 0)

    def _edit_yaml(self, line: int, column: int = 0) -> None:
        self.session.pause()
        self.add_class("yaml-only")
        self.query_one(YamlPane).edit(self.session.yaml(), line, column)
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
    async def _offer_import(self, name: str, text: str) -> None:
        """Shows what it is taken for, and does what is decided then."""
        found = understood.understand(name, text)
        changes = self.session.changes(found.fragment) if found.line else ()
        decision = await self.app.push_screen_wait(Import(found, changes))
        match decision.what if decision else "":
            case "take" | "edit" as what if decision:
                self._import(name, decision.text, as_it_is=decision.text == text)
                if what == "edit":
                    self._edit_yaml(decision.line - 1)
            case "fill" | "replace" as what:
                self.session.lay(found.fragment, "kubeadm line", over_typed=what == "replace")
                self.say(_("Filled in. {key} takes it back.", key=self._undo_key))

    def _import(self, name: str, text: str, *, as_it_is: bool = True) -> None:
        self.session.import_text(name, text, as_it_is=as_it_is)
        if self.query_one(YamlPane).editing:
            self._leave_yaml()

    @on(Pasted)
    def _pasted(self, event: Pasted) -> None:
        self._offer_import("", event.text)

    def on_paste(self, event: Paste) -> None:
        """Where nothing is typed only what is meant for all of it can be meant."""
        if not self._in_text and looks_like_configuration(event.text):
            event.stop()
            self._offer_import("", event.text)

    # files

    @work
    async def action_open(self) -> None:
        found = await self.app.push_screen_wait(OpenFile())
        if found is not None:
            self._look_at(*found)

    def _look_at(self, name: str, text: str) -> None:
        """Takes a file over at once where there is nothing to ask and nothing to tell."""
        if understood.understand(name, text).is_plain:
            self._import(name, text)
        else:
            self._offer_import(name, text)

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
        if action == "pull":
            return self.session.section == "images" and not self.installer.rehearsing
        if action == "fold" and is_there(self):
            return bool(portrait.folded(self.session))
        return True
