"""What was typed: the draft of a configuration, its problems, its YAML. No widgets and no screen.

The draft is the set of YAML documents as plain data. Fields and text are two views of it: what is
typed in one shows in the other. A text that is no YAML is kept aside, word for word, until it can
be read; the documents stay as they were, and what the form changes meanwhile is laid over it then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from phases.engine.request import Mode, Request
from phases.model.problem import Place, Problem, Problems
from phases.model.types import Configuration
from tui import planner, sections, supplies
from tui.facts import Facts, look_around
from tui.fields import texts, verdict
from tui.fields.cluster import EITHER, EXTERNAL, LOCAL
from tui.fields.documents import Documents, get, parse, put, write
from tui.fields.extras import GIVEN, KUBECONFIG, MANIFEST, PLUGIN, SOURCE, SOURCE_KEY
from tui.fields.field import Field
from tui.fields.patch import patched
from tui.fields.verdict import Verdict
from tui.fragment import SOURCES, Change, Fragment, changes
from tui.planner import Plan
from tui.plugin import Plugin
from tui.sections import Section
from tui.signs import State

NAME = "kubeadm.yaml"
YAML = "yaml"
"""Where an edit was typed that was made in the text itself."""

UNDO_LIMIT = 200
START = (
    "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n---\n"
    "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
)
TRUE = "true"
SOCKET = "nodeRegistration.criSocket"
PODS, SERVICES = "networking.podSubnet", "networking.serviceSubnet"


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Draft:
    """One state of what was typed. `text` can be read and says what `documents` say.

    `typed` keeps a field's text as it was typed, for as long as its data is what that text means.
    `broken` is a text that can't be read, `since` what fields were given after it was typed.
    `options` say how to run; `aside` holds what a choice took out of the documents, `laid` what the
    last preset has put there.
    """

    text: str
    documents: Documents
    places: Mapping[str, Place]
    typed: Mapping[str, str] = field(default_factory=_no_texts)
    options: Mapping[str, str] = field(default_factory=_no_texts)
    broken: str | None = None
    since: Mapping[str, str] = field(default_factory=_no_texts)
    aside: Mapping[str, Any] = field(default_factory=_no_texts)
    laid: Mapping[str, Any] = field(default_factory=_no_texts)


class Session:
    """The draft, its history and who wants to know when it changes.

    `edits` counts the changes of the draft; `typed_in` says where the last one was typed: the path of
    a field, or YAML; empty for one that was made elsewhere, by an action, an import or undo. `unseen` is
    the text of a file that was given beforehand, until somebody was shown what it was taken for.
    """

    def __init__(self, facts: Facts | None = None, text: str = START) -> None:
        self.facts = look_around() if facts is None else facts
        self.section = sections.SECTIONS[0].name
        self.unfolded: set[str] = set()
        self.source = ""
        self.unseen = ""
        self.wanted = ""
        self._draft = _drafted(text)
        self._kept = text
        self._kept_options = self._draft.options
        self.edits, self.typed_in = 0, ""
        self._plugins: dict[str, Plugin] = {}
        self.reading = ""
        self.archives: dict[str, supplies.Archive] = {}
        self._earlier: deque[tuple[str, Draft]] = deque(maxlen=UNDO_LIMIT)
        self._last_edit = ""
        self._verdict: Verdict | None = None
        self._plan: Plan | None = None
        self._listeners: list[Callable[[], None]] = []

    def lead_to(self, path: str) -> None:
        """The form opens at this path of the model when it is shown next."""
        self.section, self.wanted = sections.home_of(path), path

    # listening

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls the listener after every change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _change(self, edit: str, draft: Draft, typed_in: str = "") -> None:
        """Edits of one thing in a row are undone as one."""
        if draft == self._draft:
            return
        if edit != self._last_edit:
            self._earlier.append((edit, self._draft))
        self._last_edit = edit
        self._adopt(draft, typed_in)

    def _adopt(self, draft: Draft, typed_in: str = "") -> None:
        self._draft, self.typed_in = draft, typed_in
        self.edits += 1
        self._verdict = self._plan = None
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def undo(self) -> str:
        """Takes the last edit back and names it; empty where there is none."""
        if not self._earlier:
            return ""
        edit, draft = self._earlier.pop()
        self._last_edit = ""
        self._adopt(draft)
        return edit

    @property
    def can_undo(self) -> bool:
        return bool(self._earlier)

    def pause(self) -> None:
        """What is typed next is an edit of its own, also in the same field."""
        self._last_edit = ""

    # fields

    def value(self, path: str) -> str:
        """The text of a field, as it was typed or as the documents have it."""
        known = sections.fields()[path]
        draft = self._draft
        if known.is_option:
            return draft.options.get(path, "")
        if path == EITHER:
            return EXTERNAL[1] if get(draft.documents, "etcd.external") is not None else ""
        held, typed = get(draft.documents, path), draft.typed.get(path)
        if typed is not None and texts.read(known.kind, typed) == held:
            return typed
        return texts.show(known.kind, held)

    def set_field(self, path: str, text: str, *, typed: bool = False) -> None:
        """Gives a field a text; KeyError for a path that is no field's. An empty one takes it out.

        `typed` in its own editor, which then shows it already.
        """
        known = sections.fields()[path]
        if text != self.value(path):
            self._change(path, _with_field(self._draft, known, text), path if typed else "")

    def changes(self, fragment: Fragment) -> tuple[Change, ...]:
        """What laying a part of a configuration over the draft would do."""
        draft = self._draft
        return changes(fragment, draft.documents, draft.options, draft.laid)

    def lay(self, fragment: Fragment, edit: str, *, over_typed: bool = False) -> None:
        """Lays a part of a configuration over the draft, as one edit. What somebody typed stays unless
        it is to be replaced, too; what an earlier one had put there goes."""
        self.pause()
        draft, laid = self._draft, dict[str, Any]()
        for change in self.changes(fragment):
            if change.effect in ("set", "gone") or (change.effect == "typed" and over_typed):
                draft = _with_value(draft, change.path, change.after)
            elif change.effect == "typed" or change.path not in draft.laid:
                continue
            if change.after is not None:
                laid[change.path] = change.after
        self._change(edit, replace(draft, laid=MappingProxyType(laid)))
        self.pause()

    def fill(self, values: Mapping[str, str], edit: str) -> None:
        """Gives several fields their texts, as one edit."""
        draft = self._draft
        for path, text in values.items():
            draft = _with_field(draft, sections.fields()[path], text)
        self._change(edit, draft)
        self.pause()

    def is_shown(self, known: Field) -> bool:
        """Whether a field makes sense on this machine and beside what others hold."""
        if known.needs and not getattr(self.facts, known.needs):
            return False
        if known.when is None:
            return True
        path, wanted = known.when
        return (self.value(path) or sections.fields()[path].options[0]) == wanted

    # the text

    def yaml(self) -> str:
        """The text as it stands: what was typed last, or the documents written out."""
        return self._draft.text if self._draft.broken is None else self._draft.broken

    def set_yaml(self, text: str, edit: str = YAML) -> None:
        """Takes a whole text; one that can't be read is kept aside beside the last readable one."""
        if text != self.yaml():
            self._change(edit, _with_text(self._draft, text), YAML if edit == YAML else "")

    def discard_broken(self) -> None:
        """Goes back to the last text that could be read; undo brings the other one back."""
        self._change("discard", replace(self._draft, broken=None, since=_no_texts()))

    def import_text(self, name: str, text: str, *, as_it_is: bool = True) -> None:
        """Takes over a file or a paste in place of everything, as one edit; a text that isn't the
        file's own, because it was mended or brought up to date, stands in no file yet."""
        self.pause()
        self.set_yaml(text, f"import {name}")
        self.pause()
        self.source = name
        if name and as_it_is:
            self.keep(text)

    def keep(self, text: str) -> None:
        """This text stands in a file."""
        self._kept = text

    def keep_all(self) -> None:
        """All of this stands somewhere, also what no kubeadm.yaml holds."""
        self._kept, self._kept_options = self.yaml(), self._draft.options

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has put anything in here yet."""
        return not (self._earlier or self.has_options) and self.yaml() == START

    @property
    def is_unsaved(self) -> bool:
        """Whether something would be lost by leaving."""
        return self.is_text_unsaved or self._options_unsaved

    @property
    def is_text_unsaved(self) -> bool:
        """Whether the text stands in no file."""
        return self.yaml() != self._kept

    @property
    def _options_unsaved(self) -> bool:
        return self._chosen(self._draft.options) != self._chosen(self._kept_options)

    @property
    def has_options(self) -> bool:
        """Whether there is something that no kubeadm.yaml holds."""
        return bool(self._chosen(self._draft.options))

    def _chosen(self, options: Mapping[str, str]) -> Mapping[str, str]:
        """Those options that say something else than leaving them alone does."""
        return {
            path: text
            for path, text in options.items()
            if text and (path in SOURCES or text != self.placeholder(path))
        }

    # the network plugin

    @property
    def plugin_source(self) -> str:
        """Where the network plugin's manifest is to come from; empty for no plugin, and for none named."""
        return self.value(MANIFEST).strip() if self.value(PLUGIN) == GIVEN else ""

    @property
    def plugin(self) -> Plugin | None:
        """The plugin that is wanted, once it was read."""
        return self._plugins.get(self.plugin_source)

    def begin_reading(self, source: str) -> None:
        self.reading = source
        self._tell()

    def take_plugin(self, found: Plugin) -> None:
        """Keeps what came of reading, also for when its source is wanted again."""
        self._plugins[found.source] = found
        self._tell()

    def end_reading(self, source: str) -> None:
        """Whatever came of it; another source may be under way already."""
        if self.reading == source:
            self.reading = ""
            self._tell()

    def take_archive(self, found: supplies.Archive) -> None:
        """Keeps what came of reading an archive of images."""
        self.archives[found.path] = found
        self._tell()

    def _plugin_fault(self) -> tuple[Problem, ...]:
        if self.value(PLUGIN) != GIVEN:
            return ()
        remedy = "Give a file of this machine, or an https address"
        if not self.plugin_source:
            return (Problem(MANIFEST, "no manifest is named", f"{remedy}; or choose none"),)
        fault = self.plugin.fault if self.plugin else ""
        return (Problem(MANIFEST, fault, remedy),) if fault else ()

    def _plugin_unread(self) -> tuple[Problem, ...]:
        """What was never read can't be applied."""
        unread = self.plugin_source and self.plugin is None
        words = "the manifest hasn't been read yet"
        return (Problem(MANIFEST, words, "Press enter in its field"),) if unread else ()

    @property
    def documents(self) -> Documents:
        """The documents as they can be read."""
        return self._draft.documents

    @property
    def is_broken(self) -> bool:
        return self._draft.broken is not None

    def place(self, path: str) -> Place | None:
        """Where a path stands in the readable text, or the nearest one above it."""
        places = self._draft.places
        return next((places[one] for one in sections.upwards(path) if one in places), None)

    @property
    def holds_secrets(self) -> bool:
        """Whether the text shows a token or a key to whoever reads it."""
        tokens = get(self._draft.documents, "bootstrapTokens") or ()
        listed = tokens if isinstance(tokens, list) else [tokens]
        shown = any(isinstance(one, Mapping) and one.get("token") for one in listed)
        return self.is_broken or shown or bool(get(self._draft.documents, "certificateKey"))

    # judging

    @property
    def verdict(self) -> Verdict:
        """What the model says of the draft; found once per change."""
        if self._verdict is None:
            self._verdict = self._judged(self._draft)
        return self._verdict

    def judge(self) -> bool:
        """Finds the verdict, also in another thread; False when the draft has changed meanwhile."""
        draft = self._draft
        found = self._judged(draft)
        if draft is not self._draft:
            return False
        self._verdict = found
        return True

    def _judged(self, draft: Draft) -> Verdict:
        return verdict.judge(draft.text, draft.documents, self.facts.surroundings)

    def problems(self) -> tuple[Problem, ...]:
        """All that stands between the draft and a run, those of an unreadable text first."""
        return (*self.syntax_problems(), *self.faults(), *self._plugin_unread())

    def faults(self) -> tuple[Problem, ...]:
        """What is wrong in the fields."""
        return (*self.verdict.problems, *self._plugin_fault(), *supplies.faults(self))

    def syntax_problems(self) -> tuple[Problem, ...]:
        """Why the text that was typed can't be read."""
        if self._draft.broken is None:
            return ()
        try:
            parse(self._draft.broken, NAME)
        except Problems as found:
            return found.problems
        return ()

    def warnings(self) -> tuple[Problem, ...]:
        """Doubtful choices, as far as they can be told: the model's, and ranges that are in use here."""
        return (
            *self.verdict.warnings,
            *self._ranges_in_use(),
            *supplies.warnings(self),
            *self._no_runtime(),
        )

    def _no_runtime(self) -> tuple[Problem, ...]:
        if self.facts.cri_sockets:
            return ()
        message = "no container runtime was found on this machine"
        return (Problem(SOCKET, message, "Install one, such as containerd, before you start"),)

    @property
    def network_plan(self) -> Plan:
        """The ranges of the draft among the networks around this machine; found once per change."""
        if self._plan is None:
            self._plan = planner.plan(
                [(route.network, route.interface) for route in self.facts.routes],
                self.value(PODS),
                self.effective(SERVICES),
                planner.masks_from(self._flags("controllerManager.extraArgs")),
            )
        return self._plan

    def _flags(self, path: str) -> list[tuple[str, str]]:
        read = texts.read("args", self.value(path)) or []
        return [(one["name"], one["value"]) for one in read]

    def _ranges_in_use(self) -> Iterator[Problem]:
        paths = {"pods": PODS, "services": SERVICES}
        for ours, other in self.network_plan.overlaps:
            if ours.role in paths and other.name:
                message = f"{ours.network} overlaps {other.network}, which {other.name} leads to"
                place = self.place(paths[ours.role])
                yield Problem(
                    paths[ours.role],
                    message,
                    "Use a range that nothing else uses",
                    place.line if place else 0,
                )

    def configuration(self) -> Configuration | None:
        """The complete configuration, or None while there is a problem."""
        return None if self.problems() else self.verdict.configuration

    def placeholder(self, path: str) -> str:
        """What a field would be if it were left empty."""
        known = sections.fields()[path]
        if known.kind == "either" or (known.is_option and known.options):
            return known.options[0]
        if known.is_option:
            return "false" if known.kind == "switch" else ""
        shown = texts.show(known.kind, self.verdict.default(path))
        return texts.shorter_duration(shown) if known.kind == "duration" else shown

    def effective(self, path: str) -> str:
        """What a field holds, or will be."""
        return self.value(path) or self.placeholder(path)

    def offers(self, known: Field) -> tuple[tuple[str, str], ...]:
        """What can be chosen for a field besides typing: each text with a word about it."""
        if known.offers == "addresses":
            return tuple((one.text, one.interface) for one in self.facts.addresses)
        if known.offers == "sockets":
            return tuple((one, "") for one in self.facts.cri_sockets)
        if known.offers == "versions":
            return tuple((one, "") for one in verdict.known_versions())
        return tuple((one, "") for one in known.options)

    # sections

    def of_section(self, name: str, found: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Those of the problems or warnings that belong to a section."""
        return tuple(one for one in found if one.path and sections.home_of(one.path) == name)

    def of_field(self, path: str, found: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Those that are shown under a field."""
        return tuple(
            one for one in found if (at := sections.field_of(one.path)) and at.path == path
        )

    def section_state(self, name: str) -> State:
        """Red, yellow or green; the review is waiting until all others are not red."""
        if name == sections.REVIEW:
            return "missing" if self.problems() else "waiting"
        if self.of_section(name, self.faults()):
            return "missing"
        if self.of_section(name, self._plugin_unread()):
            return "waiting"
        if self.of_section(name, self.warnings()) or (name == "endpoint" and self._no_endpoint()):
            return "risky"
        return "ok"

    def _no_endpoint(self) -> bool:
        return not self.value("controlPlaneEndpoint")

    def summary(self, section: Section) -> tuple[str, ...]:
        """The values that sum a section up; lists as their number of lines."""
        return tuple(text for path in section.shows if (text := self._in_short(path)))

    def _in_short(self, path: str) -> str:
        known = sections.fields()[path]
        text = self.effective(path)
        if path == EITHER:
            return text or LOCAL[1]
        if known.kind in ("args", "tokens", "list"):
            return str(len(text.splitlines())) if self.value(path) else ""
        return text

    # going on

    def request(self, mode: Mode = "real", folder: str = "") -> Request:
        """What an engine is asked to do with this draft."""
        plugin = self.plugin
        wants_user = self.value(KUBECONFIG) == TRUE
        return Request(
            config=self._draft.text,
            config_name=self.source or NAME,
            version_source=self._draft.options.get("--version-source", ""),
            upload_certs=self._draft.options.get("--upload-certs") == TRUE,
            network_manifest=plugin.text if plugin and not plugin.fault else None,
            network_source=plugin.source if plugin and not plugin.fault else "",
            user_kubeconfig=self.facts.user if wants_user else "",
            packages=self._draft.options.get(SOURCE, ""),
            package_key=self._draft.options.get(SOURCE_KEY, ""),
            image_archives=supplies.archives(self),
            registry_auth=supplies.auth(self),
            mode=mode,
            folder=folder,
        )


def _drafted(text: str) -> Draft:
    documents, places = parse(text, NAME)
    return Draft(text, documents, MappingProxyType(places))


def _with_field(draft: Draft, known: Field, text: str) -> Draft:
    if known.is_option:
        return replace(draft, options=_set(draft.options, known.path, text))
    if draft.broken is not None:
        draft = replace(draft, since=_set(draft.since, known.path, text))
    if known.path == EITHER:
        return _with_either(draft, text)
    documents = put(draft.documents, known.path, texts.read(known.kind, text))
    typed = _set(draft.typed, known.path, text)
    return _rewritten(replace(draft, typed=typed), documents)


def _with_value(draft: Draft, path: str, value: Any) -> Draft:
    """With data at a path, also at one that only the YAML can say."""
    if path in SOURCES:
        return replace(draft, options=_set(draft.options, path, value or ""))
    known = sections.fields().get(path)
    if known is not None:
        return _with_field(draft, known, texts.show(known.kind, value))
    return _rewritten(draft, put(draft.documents, path, value))


def _rewritten(draft: Draft, documents: Documents) -> Draft:
    """The draft after its documents were changed by the form: what else stands in the text stays there."""
    places: Mapping[str, Place] = {}
    try:
        text, places = patched(draft.text, draft.documents, documents, NAME)
    except Problems:  # characters that may not stand in YAML; the verdict says so
        text = write(documents)
    return replace(draft, text=text, documents=documents, places=MappingProxyType({**places}))


def _with_either(draft: Draft, choice: str) -> Draft:
    """Local or external etcd: what the other one held is kept aside and comes back with it."""
    wanted = EXTERNAL[1] if choice == EXTERNAL[1] else LOCAL[1]
    other = LOCAL[1] if wanted == EXTERNAL[1] else EXTERNAL[1]
    aside = dict(draft.aside)
    documents = draft.documents
    held = get(documents, f"{EITHER}.{other}")
    if held is not None:
        aside[other] = held
        documents = put(documents, f"{EITHER}.{other}", None)
    if get(documents, f"{EITHER}.{wanted}") is None:
        fresh: dict[str, list[str]] | None = {"endpoints": []} if wanted == EXTERNAL[1] else None
        documents = put(documents, f"{EITHER}.{wanted}", aside.pop(wanted, fresh))
    return _rewritten(replace(draft, aside=MappingProxyType(aside)), documents)


def _with_text(draft: Draft, text: str) -> Draft:
    try:
        documents, places = parse(text, NAME)
    except Problems:
        return replace(draft, broken=text)
    read = replace(
        draft,
        text=text,
        documents=documents,
        places=MappingProxyType(places),
        broken=None,
        since=_no_texts(),
    )
    for path, typed in draft.since.items():
        read = _with_field(read, sections.fields()[path], typed)
    return read


def _set(values: Mapping[str, str], path: str, text: str) -> Mapping[str, str]:
    return MappingProxyType({**values, path: text})
