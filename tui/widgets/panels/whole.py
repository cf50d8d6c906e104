"""The whole panel of a phase: its title and time, its trouble, what it reports, and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from textual.content import Content

from phases.engine.state import StepState
from tui import outcome, signs
from tui.detail_words import detail
from tui.text import _, said
from tui.widgets import drawing as d
from tui.widgets.panels import checks, cluster, files, health, images, pki, plugin, trouble
from tui.widgets.panels.scene import Items, Scene, text

Drawer = Callable[[Items, Scene], Iterator[Content]]

TOPICS: Mapping[str, Drawer] = {
    "health": health.draw,
    "container": health.only_containers,
    "check": checks.draw,
    "image": images.draw,
    "certificate": pki.certificates,
    "kubeconfig": pki.kubeconfigs,
    "token": cluster.tokens,
    "network": plugin.brings,
    "object": cluster.objects,
    "node": plugin.node,
    "manifest": files.draw,
}
"""Every topic that has a panel of its own, in the order in which a phase's are shown."""

BESIDE = ("patience", "last-words")
"""Topics that are told in the panel of another: how long is waited, and what containers said last."""


def draw(scene: Scene, choices: Sequence[tuple[str, str]] = ()) -> Iterator[Content]:
    """All lines of a phase's panel."""
    yield title(scene)
    phase = scene.phase
    if phase.reason:
        yield from map(d.muted, d.wrapped(said(phase.reason), scene.width))
    if phase.failure:
        yield Content("")
        yield from trouble.draw(phase.failure, scene.width, choices, told="check" in phase.reports)
    for topic, items in sorted(phase.reports.items(), key=_place):
        if topic not in BESIDE and not (topic == "container" and "health" in phase.reports):
            yield Content("")
            yield from TOPICS.get(topic, anything)(items, scene)
    if phase.steps and not phase.reports:
        yield Content("")
        yield from steps(tuple(phase.steps.values()))
    yield from _warnings(scene)
    yield from _changes(scene)


def _place(pair: tuple[str, Items]) -> int:
    known = tuple(TOPICS)
    return known.index(pair[0]) if pair[0] in known else len(known)


def title(scene: Scene) -> Content:
    """The phase's name, and how long it has been at it."""
    phase = scene.phase
    name = d.styled(said(phase.title), d.TITLE)
    word = d.styled(outcome.word_of(phase), signs.colour(outcome.state_of(phase)))
    until = phase.finished or (scene.now if phase.started else None)
    time = health.waited(scene) or d.span(phase.started, until)
    right = Content.assemble(d.muted(time), "  " if time else "", word)
    return d.spread(name, right, scene.width)


def steps(found: Sequence[StepState]) -> Iterator[Content]:
    yield d.heading(_("Steps"))
    for step in found:
        progress = step.progress
        note = said(step.reason)
        if progress and progress.total:
            note = f"{progress.done:.0f} / {progress.total:.0f} {progress.unit}"
        name = d.marked(signs.of_status(step.status), step.name)
        yield Content.assemble(name, "  ", d.muted(note)) if note else name


def anything(items: Items, scene: Scene) -> Iterator[Content]:
    """A topic that this version has no panel for: the item and its state."""
    for item, data in items.items():
        state = text(data, "state")
        yield d.spread(d.marked(signs.of_status(state), item), d.muted(state), scene.width)


def _warnings(scene: Scene) -> Iterator[Content]:
    """Warnings, but for those that the table of checks has told already."""
    told = "check" in scene.phase.reports
    warnings = [one for one in scene.phase.warnings if not (told and one.startswith("["))]
    if not warnings:
        return
    yield Content("")
    yield d.heading(_("Warnings"))
    lead = f"{signs.sign('risky')} "
    for warning in warnings:
        blank = " " * len(lead)
        for line in d.wrapped(said(warning), scene.width, first=lead, rest=blank):
            yield d.styled(line, "$warning")


def _changes(scene: Scene) -> Iterator[Content]:
    """Every change it took; what it is on the machine, never what is in it."""
    effects = scene.phase.effects
    if not effects:
        return
    yield Content("")
    yield d.heading(_("Changes"), str(len(effects)))
    for effect in effects:
        yield d.cut(
            d.row(
                [
                    (d.muted(_verb(effect.verb)), 8),
                    (effect.target, 0),
                    (d.muted(detail(effect.detail)), 0),
                ]
            ),
            scene.width,
        )


def _verb(verb: str) -> str:
    return said(verb)
