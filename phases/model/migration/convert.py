"""One old document as today's: its fields are checked as that version had them, and put where they went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from phases.model import yaml_source
from phases.model.decode import Reading, decode, note_unknown
from phases.model.migration import moves as tables
from phases.model.migration.draft import Draft
from phases.model.migration.forms import FORMS
from phases.model.migration.moves import DOCUMENTS, Move, Tree
from phases.model.migration.report import Line, fate_of
from phases.model.migration.step import Lost, Put, Step, is_empty, is_true
from phases.model.problem import Place
from phases.model.schema import Record
from phases.model.yaml_source import Node, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Converted:
    """Today's documents by kind, and a line for each field of the old one."""

    documents: Mapping[str, Node]
    lines: tuple[Line, ...]


def convert(node: yaml_source.Mapping, kind: str, version: str, reading: Reading) -> Converted:
    """A document of an old version; what is wrong with it is noted in `reading`."""
    walk = _Walk(kind, _annotated(node, ""), reading)
    reading.homes, reading.later = _homes(version), _later(version, kind)
    walk.record(walk.whole, tables.moves(version)[kind], "", kind)
    return walk.converted()


def refreshed(node: yaml_source.Mapping, kind: str, reading: Reading) -> Converted:
    """A document of today, without what it still holds of earlier releases."""
    alias = next(alias for alias, name in DOCUMENTS.items() if name == kind)
    prefix = kind if alias.startswith("kube") else ""
    walk = _Walk(kind, _annotated(node, prefix), reading)
    walk.rest(walk.whole, tables.moves("current").get(kind, {}), "", alias)
    return walk.converted()


class _Walk:
    """Goes through one old document and puts its fields into the draft of today's."""

    def __init__(self, kind: str, whole: yaml_source.Mapping, reading: Reading) -> None:
        self.kind = kind
        self.whole = whole
        self.reading = reading
        self.draft = Draft()
        self.lines: list[Line] = []

    def converted(self) -> Converted:
        found = {DOCUMENTS[name]: node for name, node in self.draft.documents().items()}
        return Converted(found, tuple(self.lines))

    def record(self, node: Node, tree: Tree, path: str, owner: str) -> None:
        """The fields of one level, none of which may be unknown."""
        if not isinstance(node, yaml_source.Mapping):
            decode(node, Record(owner, ()), path, self.reading)
            return
        for key, value in node.entries:
            inner = f"{path}.{key.text}" if path else key.text
            below = tree.get(key.text)
            if below is None:
                note_unknown(key, list(tree), owner, inner, self.reading)
            elif not isinstance(below, Move):
                self.record(value, below, inner, key.text)
            elif self._is_sound(value, below, inner):
                self.field(value, below, inner, key.place)

    def rest(self, node: Node, tree: Tree, path: str, to: str) -> None:
        """The fields of one level of a document of today; those without an entry stay."""
        for key, value in node.entries if isinstance(node, yaml_source.Mapping) else ():
            inner = f"{path}.{key.text}" if path else key.text
            below = None if is_empty(value) else tree.get(key.text)
            if isinstance(below, Move):
                self.field(value, below, inner, key.place)
            elif below is not None:
                self.rest(value, below, inner, f"{to}.{key.text}")
            else:
                self.draft.put(f"{to}.{key.text}", value)
                self._say_kept(key, inner)

    def field(self, node: Node, move: Move, path: str, place: Place) -> None:
        """One field: put where it went, or told why it went nowhere."""
        step = Step(node, move, path, self.whole)
        if is_empty(node) and not (move.by == "taints" and isinstance(node, Sequence)):
            return  # an empty list of taints is more than nothing said
        if move.gone:
            self._say_gone(step, place)
        elif reason := self._without_effect(step):
            self._say(Line("gone", path, note=reason), place)
        elif move.by == "document":
            self._document(node, move.to, path, place)
        else:
            self._put(step, place)

    def _is_sound(self, node: Node, move: Move, path: str) -> bool:
        before = len(self.reading.problems)
        if move.shape is not None:
            decode(node, move.shape, path, self.reading)
        return len(self.reading.problems) == before

    def _without_effect(self, step: Step) -> str:
        when, unless = step.move.when, step.move.unless
        if when and not is_true(step.other(when)) and not isinstance(step.other(when), Sequence):
            return f"Remove it; it had no effect without {when}"
        if unless and step.other(unless) is not None:
            return f"Remove it; it had no effect beside {unless}"
        return ""

    def _put(self, step: Step, place: Place) -> None:
        form, note = FORMS.get(step.move.by, (_as_it_is, ""))
        found = list(form(step))
        for lost in (one for one in found if isinstance(one, Lost)):
            line = Line("gone", f"{step.path}{lost.below}", note=lost.advice, stops=lost.stops)
            self._say(line, lost.place if lost.below else place)
        puts = [one for one in found if isinstance(one, Put)]
        for put in puts:
            self.draft.put(put.to, put.node)
        for below in dict.fromkeys(put.below for put in puts) if found else [""]:
            parts = [put for put in puts if put.below == below]
            self._say_put(step, parts, note, place)

    def _say_put(self, step: Step, puts: list[Put], note: str, place: Place) -> None:
        reached = list(dict.fromkeys(put.to for put in puts)) or [step.move.to]
        path = f"{step.path}{puts[0].below}" if puts else step.path
        to = ", ".join(map(_spelled, reached))
        same = step.move.by == "" or not puts or puts[0].node == step.node
        fate = "changed" if note and not same else fate_of(f"{self.kind}.{path}", to)
        own = puts[0].node.place if puts and puts[0].below else place
        self._say(Line(fate, path, to, note if fate == "changed" else ""), own)

    def _say_gone(self, step: Step, place: Place) -> None:
        harmless = step.move.harmless
        shown = step.node.text if isinstance(step.node, Scalar) else None
        stops = harmless is not True and harmless != shown
        self._say(Line("gone", step.path, note=step.move.gone, stops=stops), place)

    def _say_kept(self, key: Scalar, path: str) -> None:
        self._say(Line("kept", path, f"{self.kind}.{path}"), key.place)

    def _document(self, node: Node, alias: str, path: str, place: Place) -> None:
        """A component's whole configuration, as it was embedded once."""
        kind = DOCUMENTS[alias]
        if not isinstance(node, yaml_source.Mapping):
            decode(node, Record(kind, ()), path, self.reading)
            return
        inner = _Walk(kind, node, self.reading)
        inner.draft = self.draft
        bare = [entry for entry in node.entries if entry[0].text not in ("apiVersion", "kind")]
        inner.rest(
            yaml_source.Mapping(tuple(bare), node.place), tables.moves("current")[kind], "", alias
        )
        self._say(Line("moved", path, kind), place)
        self.lines += [line for line in inner.lines if line.fate != "kept"]

    def _say(self, line: Line, place: Place) -> None:
        own = place.path if self.kind.startswith("Kube") and place.path else line.path
        self.lines.append(
            replace(line, path=own, line=place.line, column=place.column, file=self.reading.file)
        )


def _as_it_is(step: Step) -> Iterator[Put | Lost]:
    yield Put(step.move.to, step.node)


def _spelled(path: str) -> str:
    """A place in the tables' words with the document's own name."""
    alias, _, rest = path.partition(".")
    return ".".join(filter(None, (DOCUMENTS[alias], rest)))


def _annotated(node: yaml_source.Mapping, path: str) -> yaml_source.Mapping:
    """The same document, each value knowing its own path."""
    entries = (
        (_at(key, _below(path, key)), _with_paths(value, _below(path, key)))
        for key, value in node.entries
    )
    return yaml_source.Mapping(tuple(entries), replace(node.place, path=path))


def _below(path: str, key: Scalar) -> str:
    return f"{path}.{key.text}" if path else key.text


def _with_paths(node: Node, path: str) -> Node:
    if isinstance(node, yaml_source.Mapping):
        return _annotated(node, path)
    if isinstance(node, Sequence):
        items = (_with_paths(item, f"{path}[{index}]") for index, item in enumerate(node.items))
        return Sequence(tuple(items), replace(node.place, path=path))
    return _at(node, path)


def _at(node: Scalar, path: str) -> Scalar:
    return replace(node, place=replace(node.place, path=path))


@cache
def _homes(version: str) -> Mapping[str, str]:
    """The document of that version that each top-level field belongs to."""
    kinds = {kind: tree for kind, tree in tables.moves(version).items() if kind != "ClusterStatus"}
    several = [key for tree in kinds.values() for key in tree]
    return {key: kind for kind, tree in kinds.items() for key in tree if several.count(key) == 1}


@cache
def _later(version: str, kind: str) -> Mapping[str, str]:
    """Fields of the same document that only later versions have, with the first of these."""
    known = set(tables.paths(version, kind))
    later = tables.OLD_VERSIONS[tables.OLD_VERSIONS.index(version) + 1 :]
    found: dict[str, str] = {}
    for newer in later:
        for path in tables.paths(newer, kind):
            if path not in known:
                found.setdefault(path, newer)
    return found
