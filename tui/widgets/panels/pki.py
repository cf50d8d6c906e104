"""Certificates as a tree from each authority, and kubeconfigs with who they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from textual.content import Content

from tui import signs
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text, texts

UNTIL, LASTS, GAP = 10, 5, 2


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide names and subjects are drawn; for how long something lasts only where there is room."""

    name: int
    subject: int
    lasts: bool

    @classmethod
    def of(cls, items: Items, alike: str, width: int) -> Columns:
        names = (_depth(name, items) * len(d.INDENT) + len(name) for name in items)
        name = max((*names, 0)) + signs.width() + 1
        subject = max((*(len(_subject(data, alike)) for data in items.values()), 7))
        room = width - name - UNTIL - 2 * GAP
        lasts = room - subject >= LASTS + GAP
        return cls(name, max(min(subject, room), 8), lasts)


def _depth(name: str, items: Items) -> int:
    """How many authorities stand above a certificate."""
    authority = text(items[name], "authority")
    return 1 + _depth(authority, items) if authority in items and authority != name else 0


def certificates(items: Items, scene: Scene) -> Iterator[Content]:
    """Each authority with what it signed; the service account's key pair stands alone."""
    keys = {text(data, "key") for data in items.values()} - {""}
    alike = next(iter(keys)) if len(keys) == 1 else ""
    yield d.muted(" · ".join(filter(None, (_where(items), alike))))
    yield Content("")
    columns = Columns.of(items, alike, scene.width)
    head = _row(d.muted(_("name")), _("subject"), _("until"), _("lasts"), columns)
    yield head.stylize(d.MUTED)
    for name, data in items.items():
        if not text(data, "authority"):
            yield from _branch(name, items, scene, columns, alike)


def _where(items: Items) -> str:
    paths = [text(data, "path") for data in items.values()]
    return paths[0].rpartition("/")[0] if paths else ""


def _row(name: Content, subject: str, until: str, lasts: str, columns: Columns) -> Content:
    cells = [(name, columns.name), (d.muted(subject), columns.subject), (d.muted(until), UNTIL)]
    return d.row([*cells, *([(d.muted(lasts), LASTS)] if columns.lasts else [])], gap=GAP)


def _branch(
    name: str, items: Items, scene: Scene, columns: Columns, alike: str, lead: str = ""
) -> Iterator[Content]:
    """A certificate and what it signed; `alike` is the kind of key that they all have."""
    data = items[name]
    state, until = signs.of_status(text(data, "state")), _time(text(data, "not_after"))
    yield _row(
        Content.assemble(lead, d.marked(state, name)),
        _subject(data, alike),
        f"{until:%Y-%m-%d}" if until else "",
        _lasts(until, scene.now),
        columns,
    )
    yield from _names(data, lead, scene.width)
    for below, other in items.items():
        if text(other, "authority") == name:
            yield from _branch(below, items, scene, columns, alike, lead + d.INDENT)


def _subject(data: Mapping[str, Any], alike: str) -> str:
    subject = text(data, "subject").removeprefix("CN=") or _("key pair")
    key = text(data, "key")
    return subject if alike or not key else f"{subject} ({key})"


def _names(data: Mapping[str, Any], lead: str, width: int) -> Iterator[Content]:
    """The names that a serving certificate answers by; of one name the subject says enough."""
    names = texts(data, "names")
    if len(names) < 2:
        return
    indent = f"{lead}{' ' * (signs.width() + 1)}{signs.pick('↳', '>')} "
    blank = " " * len(indent)
    for line in d.wrapped(", ".join(names), width, first=indent, rest=blank):
        yield d.muted(line)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _lasts(until: datetime | None, now: datetime) -> str:
    """How long something is valid, in years or days."""
    if until is None:
        return ""
    days = (until - now).days + 1
    return _("{n} y", n=round(days / 365)) if days >= 365 else _("{n} d", n=days)


def kubeconfigs(items: Items, scene: Scene) -> Iterator[Content]:
    """Each file with who it makes its holder, and which server it leads to."""
    for number, data in enumerate(items.values()):
        state = signs.of_status(text(data, "state"))
        groups = ", ".join(texts(data, "groups"))
        if number:
            yield Content("")
        word = d.muted(said(text(data, "state")))
        yield d.spread(d.marked(state, text(data, "path")), word, scene.width)
        indent = " " * (signs.width() + 1)
        who = text(data, "user") + (f"  ({groups})" if groups else "")
        for label, value in ((_("user"), who), (_("server"), text(data, "server"))):
            for line in d.labelled(label, value, scene.width - len(indent)):
                yield Content.assemble(indent, line)
