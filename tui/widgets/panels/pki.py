"""Certificates as a tree from each authority, and kubeconfigs with who they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from textual.content import Content

from tui import signs
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text, texts

NAME, KEY, UNTIL, LASTS = 29, 10, 10, 6


def certificates(items: Items, scene: Scene) -> Iterator[Content]:
    """Each authority with what it signed; the service account's key pair stands alone."""
    yield d.heading(_("Certificates"), _where(items))
    yield Content("")
    yield _columns(scene.width)
    for name, data in items.items():
        if not text(data, "authority"):
            yield from _branch(name, data, items, scene)


def _where(items: Items) -> str:
    paths = [text(data, "path") for data in items.values()]
    return paths[0].rpartition("/")[0] if paths else ""


def _columns(width: int) -> Content:
    return _row("", d.muted(_("name")), _("subject"), _("key"), _("until"), _("lasts"), width)


def _row(
    lead: str, name: Content, subject: str, key: str, until: str, lasts: str, width: int
) -> Content:
    rest = width - NAME - KEY - UNTIL - LASTS - 8
    return d.row(
        [
            (Content.assemble(lead, name), NAME),
            (d.muted(subject), rest),
            (d.muted(key), KEY),
            (d.muted(until), UNTIL),
            (d.muted(lasts), LASTS),
        ]
    )


def _branch(
    name: str, data: Mapping[str, Any], items: Items, scene: Scene, lead: str = ""
) -> Iterator[Content]:
    state = signs.of_status(text(data, "state"))
    until = _time(text(data, "not_after"))
    yield _row(
        lead,
        d.marked(state, name),
        text(data, "subject").removeprefix("CN=") or _("key pair"),
        text(data, "key"),
        f"{until:%Y-%m-%d}" if until else "",
        _lasts(until, scene.now),
        scene.width,
    )
    yield from _names(data, lead, scene.width)
    for below, other in items.items():
        if text(other, "authority") == name:
            yield from _branch(below, other, items, scene, lead + d.INDENT)


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
    yield d.heading(_("Kubeconfigs"))
    for data in items.values():
        state = signs.of_status(text(data, "state"))
        groups = ", ".join(texts(data, "groups"))
        yield Content("")
        word = d.muted(said(text(data, "state")))
        yield d.spread(d.marked(state, text(data, "path")), word, scene.width)
        indent = " " * (signs.width() + 1)
        who = text(data, "user") + (f"  ({groups})" if groups else "")
        for label, value in ((_("user"), who), (_("server"), text(data, "server"))):
            for line in d.labelled(label, value, scene.width - len(indent)):
                yield Content.assemble(indent, line)
