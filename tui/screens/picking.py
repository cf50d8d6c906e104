"""The two questions of a preset: which one, and whether what it sets is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.change_words import SIGNS, label, told
from tui.fragment import Change
from tui.presets import Preset
from tui.screens.choice import Answer, Choice
from tui.text import _, clean, said
from tui.widgets import drawing as d

BACK, FILL, REPLACE = "back", "fill", "replace"
WIDTH = 58
"""Cells of a line in a dialog."""


def choice(known: Sequence[Preset]) -> Choice:
    """All presets by name; those that can't be used say why, and lead nowhere."""
    usable = [
        Answer(one.name, clean(one.title), clean(one.description)) for one in known if not one.fault
    ]
    faults = [
        _("{name} can't be used: {fault}", name=one.file, fault=said(one.fault))
        for one in known
        if one.fault
    ]
    return Choice(_("Start from a preset"), faults, [Answer(BACK, _("Back")), *usable])


def preview(preset: Preset, changes: Sequence[Change]) -> Choice:
    """What it sets before it is set; what was typed stays unless it is to be replaced."""
    count = sum(one.effect == "typed" for one in changes)
    answers = [Answer(BACK, _("Back")), Answer(FILL, _("Fill it in"))]
    if count:
        answers.append(Answer(REPLACE, _("Fill it in, and replace {count} of yours", count=count)))
    folded = [
        part for line in _lines(preset, changes) for part in d.wrapped(line, WIDTH, rest="  ")
    ]
    return Choice(preset.title, folded, answers)


def _lines(preset: Preset, changes: Sequence[Change]) -> Iterator[str]:
    if preset.description:
        yield preset.description
        yield ""
    for change in changes:
        name, words = told(change)
        yield f"{SIGNS[change.effect]} {name}: {words}"
    if preset.asks:
        yield ""
        yield _("It will ask for one thing more: {field}", field=label(preset.asks))
