"""The health of each component, now and over the time that it was waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from textual.content import Content

from tui import signs
from tui.follower import Sample
from tui.signs import State
from tui.text import _, mark, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text

NAME, WORD = 24, 16
STATES = {
    "created": mark("container created"),
    "running": mark("container runs"),
    "exited": mark("container exited"),
    "unknown": mark("container in an unknown state"),
}
"""The states of a container, in CRI's words."""


def draw(items: Items, scene: Scene) -> Iterator[Content]:
    yield d.heading(_("Health"), _("each bar runs from the start of the wait until now"))
    yield Content("")
    containers = dict(scene.phase.reports.get("container", {}))
    bar = max(min(scene.width - NAME - WORD - 6, 48), 8)
    for name, data in items.items():
        state, word = _state(bool(data.get("healthy")), scene)
        samples = scene.samples.get(name, ())
        drawn = _bar(samples, scene.phase.started, scene.phase.finished or scene.now, bar)
        yield d.row(
            [(d.styled(name), NAME), (d.marked(state, word), WORD), (drawn, 0)],
        )
        if not data.get("healthy"):
            for line in d.wrapped(said(text(data, "answer")), scene.width, first="  ", rest="  "):
                yield d.muted(line)
        if container := containers.pop(name, None):
            words, style = _container(container)
            for line in d.wrapped(words, scene.width, first="  ", rest="    "):
                yield d.styled(line, style)
    for name, container in containers.items():
        words, style = _container(container)
        yield d.row([(d.styled(name), NAME), (d.styled(words, style), 0)])


def only_containers(items: Items, scene: Scene) -> Iterator[Content]:  # noqa: ARG001  as all drawers
    """Before the health of anything is known; later each stands with its health."""
    if "health" not in scene.phase.reports:
        yield from draw({}, scene)


def _container(data: Mapping[str, Any]) -> tuple[str, str]:
    """What the runtime tells of a container, and its style: one that ended or was started again stands out."""
    restarts, state = data.get("restarts") or 0, text(data, "state")
    words = [_(STATES.get(state, STATES["unknown"]))]
    if state == "exited":
        words.append(_("code {code}", code=text(data, "exit_code")))
        words.append(text(data, "reason"))
    words.append(_("1 restart") if restarts == 1 else _("{n} restarts", n=restarts))
    style = "$warning" if restarts or state == "exited" else d.MUTED
    return _(", ").join(filter(None, words)), style


def _state(healthy: bool, scene: Scene) -> tuple[State, str]:
    if healthy:
        return "ok", _("healthy")
    if scene.phase.status == "running":
        return "running", _("not yet")
    return "failed", _("not healthy")


def _bar(samples: Sequence[Sample], start: datetime | None, end: datetime, width: int) -> Content:
    """One cell per slice of time: full where the component was healthy in it."""
    if start is None or not samples:
        return Content("")
    period = max((end - start).total_seconds(), 0.001)
    parts = [
        _cell(_at(samples, start.timestamp() + period * (number + 0.5) / width))
        for number in range(width)
    ]
    return Content.assemble(*parts)


def _at(samples: Sequence[Sample], moment: float) -> Sample | None:
    known = [sample for sample in samples if sample.at.timestamp() <= moment]
    return known[-1] if known else None


def _cell(sample: Sample | None) -> Content:
    if sample is None:
        return Content(" ")
    if sample.healthy:
        return Content.styled(signs.pick("█", "#"), "$success")
    return Content.styled(signs.pick("▁", "_"), "$warning")
