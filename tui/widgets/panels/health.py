"""The health of each component, now and over the time that it was waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from textual.content import Content

from tui import signs
from tui.follower import Sample
from tui.signs import State
from tui.text import _, mark, said
from tui.widgets import drawing as d
from tui.widgets.panels.scene import Items, Scene, text, texts

NAME, WORD = 24, 16
ORDER = ("kubelet", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
STATES = {
    "created": mark("container created"),
    "running": mark("container runs"),
    "exited": mark("container exited"),
    "unknown": mark("container in an unknown state"),
}
"""The states of a container, in CRI's words."""


WORDS = 4
"""Lines of a container's log that are quoted while it is waited for."""


def draw(items: Items, scene: Scene) -> Iterator[Content]:
    """Each component with its health over time, what its container is doing, and what that said last."""
    yield d.heading(_("Health"), _("each bar runs from the start of the wait until now"))
    yield Content("")
    containers = scene.phase.reports.get("container", {})
    for name in sorted({**items, **containers}, key=_rank):
        health = items.get(name)
        yield from _component(name, health, scene)
        if container := containers.get(name):
            trouble = not (health and health.get("healthy"))
            yield from _container(name, container, scene, trouble=trouble)


def _rank(name: str) -> int:
    """Components keep their places, whichever is told of first."""
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _component(name: str, health: Mapping[str, Any] | None, scene: Scene) -> Iterator[Content]:
    """`health` is None as long as nobody has asked."""
    state, word = _state(health, scene)
    drawn = _track(scene.samples.get(name, ()), scene)
    yield d.row([(d.styled(name), NAME), (d.marked(state, word), WORD), (drawn, 0)])
    if health and not health.get("healthy"):
        for line in d.wrapped(said(text(health, "answer")), scene.width, first="  ", rest="  "):
            yield d.muted(line)


def _container(
    name: str, data: Mapping[str, Any], scene: Scene, *, trouble: bool
) -> Iterator[Content]:
    """What the runtime tells of a container; of one in trouble, what it said last as well."""
    words, style = _in_words(data)
    for line in d.wrapped(words, scene.width, first="  ", rest="    "):
        yield d.styled(line, style)
    last = scene.phase.reports.get("last-words", {}).get(name)
    if last and trouble and not scene.phase.failure:
        yield from _last_words(last, scene.width)


def _last_words(data: Mapping[str, Any], width: int) -> Iterator[Content]:
    """The probable cause as it is known by now, and the lines that it was read from."""
    if cause := text(data, "cause"):
        yield from _beside(_("probably"), said(cause), width, style="bold")
        yield from _beside("", said(text(data, "advice")), width)
    bar = Content.styled(signs.pick("│ ", "| "), "$warning")
    for line in texts(data, "lines")[-WORDS:]:
        for piece in d.wrapped(said(line), width - 4, rest="  "):
            yield Content.assemble("  ", bar, piece)


def _beside(label: str, words: str, width: int, *, style: str = "") -> Iterator[Content]:
    for line in d.labelled(label, words, width - 2):
        yield Content.assemble("  ", line.stylize(style) if style else line)


def only_containers(items: Items, scene: Scene) -> Iterator[Content]:  # noqa: ARG001  as all drawers
    """Before the health of anything is known; later each stands with its health."""
    return draw({}, scene)


def waited(scene: Scene) -> str:
    """How long is waited by now, and how long at most; empty where nothing is being waited for."""
    told = list(scene.phase.reports.get("patience", {}).values())
    if scene.phase.status != "running" or not told:
        return ""
    try:
        since = datetime.fromisoformat(text(told[-1], "since"))
        most = timedelta(seconds=float(told[-1].get("seconds", 0)))
    except (ValueError, TypeError):  # of an engine that tells it otherwise
        return ""
    return _("{time} of {most}", time=d.clock(scene.now - since), most=d.clock(most))


def _in_words(data: Mapping[str, Any]) -> tuple[str, str]:
    """What the runtime tells of a container, and its style: one that ended or was started again stands out."""
    restarts, state = data.get("restarts") or 0, text(data, "state")
    words = [_(STATES.get(state, STATES["unknown"]))]
    if state == "exited":
        words.append(_("code {code}", code=text(data, "exit_code")))
        words.append(text(data, "reason"))
    words.append(_("1 restart") if restarts == 1 else _("{n} restarts", n=restarts))
    style = "$warning" if restarts or state == "exited" else d.MUTED
    return _(", ").join(filter(None, words)), style


def _state(health: Mapping[str, Any] | None, scene: Scene) -> tuple[State, str]:
    if health is None:
        return "waiting", _("not asked")
    if health.get("healthy"):
        return "ok", _("healthy")
    if scene.phase.status == "running":
        return "running", _("not yet")
    return "failed", _("not healthy")


def _track(samples: Sequence[Sample], scene: Scene) -> Content:
    """One cell per slice of time since the wait began: full where the component was healthy in it."""
    start, end = scene.phase.started, scene.phase.finished or scene.now
    width = max(min(scene.width - NAME - WORD - 6, 48), 8)
    if start is None:
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
        return Content.styled(signs.pick("▁", "_"), d.MUTED)
    if sample.healthy:
        return Content.styled(signs.pick("█", "#"), "$success")
    return Content.styled(signs.pick("▁", "_"), "$warning")
