"""The nodes of the cluster as they arrive, each with its state and what is missing to be Ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.cells import cell_len
from textual.content import Content

from phases.engine.state import RunState
from tui import signs
from tui.signs import State
from tui.text import _, said, said_each
from tui.widgets import drawing as d
from tui.widgets.panels.scene import text, texts

STATES: Mapping[str, State] = {"Ready": "ok", "NotReady": "risky", "joining": "running"}
NAME, STATE, ROLES, VERSION, SINCE = 22, 12, 16, 10, 9
GAP, BESIDE = 2, 30
"""Cells between two columns, and those it takes to say beside a node what it lacks."""

PLUGIN = "network plugin"
"""Where many nodes lack it, it is said once, below them all."""


def reported(state: RunState) -> Mapping[str, Mapping[str, Any]]:
    """The latest about each node that is there, from whichever phase tells it."""
    found: dict[str, Mapping[str, Any]] = {}
    for phase in state.phases.values():
        found.update(phase.reports.get("node", {}))
    return {name: data for name, data in found.items() if text(data, "state") != "gone"}


def draw(state: RunState, width: int, now: datetime) -> Iterator[Content]:
    """A table of nodes; nothing where nobody tells of any."""
    found = reported(state)
    if not found:
        return
    yield d.heading(_("Nodes"), str(len(found)))
    yield Content("")
    yield _header(width)
    for name, data in found.items():
        yield from _node(name, data, width, now)
    if any(PLUGIN in text(data, "lacks") for data in found.values()):
        yield Content("")
        yield d.muted(_("Nodes stay NotReady until a network plugin is applied."))


def _sizes(width: int) -> tuple[int, ...]:
    """Of the columns; the names give way where there is little room."""
    others = (STATE, ROLES, VERSION, SINCE)
    return (min(NAME, width - sum(others) - GAP * len(others)), *others)


def _header(width: int) -> Content:
    words = (_("name"), _("state"), _("roles"), _("version"), _("since"))
    cells = zip(map(d.muted, words), _sizes(width), strict=True)
    return d.cut(d.row(cells, GAP), width)


def _node(name: str, data: Mapping[str, Any], width: int, now: datetime) -> Iterator[Content]:
    told = text(data, "state")
    state: State = STATES.get(told, "running")
    words = (
        d.marked(state, name),
        d.styled(said(told), signs.colour(state)),
        d.styled(", ".join(texts(data, "roles")) or _("worker")),
        d.muted(text(data, "version")),
        d.muted(_ago(text(data, "since"), now)),
    )
    line = d.row(zip(words, _sizes(width), strict=True), GAP)
    missing = text(data, "lacks")
    if missing and width - cell_len(line.plain) >= BESIDE:
        yield d.cut(Content.assemble(line, " " * GAP, d.muted(said_each(missing))), width)
        return
    yield d.cut(line, width)
    if missing and PLUGIN not in missing:
        yield from map(d.muted, d.wrapped(said_each(missing), width, first="    ", rest="    "))


def _ago(since: str, now: datetime) -> str:
    try:
        return d.clock(now - datetime.fromisoformat(since))
    except (ValueError, TypeError):
        return ""
