"""What a preview foresees, as lines: how far it is, what the checks found, the effects, the skips.

Pure functions from a Foreseen to styled text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.content import Content

from phases.engine.errors import InstallerError
from phases.engine.events import Effect
from phases.engine.state import RunState
from tui import sections, signs
from tui.detail_words import detail
from tui.preview import Foreseen
from tui.signs import State, pick
from tui.text import _, clean, said, said_each
from tui.widgets.drawing import cut, fitted, heading, marked, muted, stacked, styled, wrapped

TITLE_WIDTH = 26
INDENT = "  "


def state_line(foreseen: Foreseen, problems: int, width: int) -> Content:
    """What is being looked at, or what came of it."""
    title = heading(_("What will be done"))
    return stacked([title, *_marked_lines(*_state(foreseen, problems), width), Content("")])


def _state(foreseen: Foreseen, problems: int) -> tuple[State, str]:
    if problems:
        return (
            "missing",
            _("The configuration can't be used yet. Problems: {count}.", count=problems),
        )
    if foreseen.error is not None:
        return ("failed", error_words(foreseen.error))
    if not foreseen.ended:
        return ("running", _progress(foreseen))
    if failing := foreseen.failing():
        return (
            "failed",
            _(
                "Checks of this machine that fail: {count}. The run would refuse to begin.",
                count=len(failing),
            ),
        )
    if not foreseen.succeeded:
        failure = foreseen.state.finished.failure if foreseen.state.finished else None
        what = said(failure.what) if failure else _("it ended before its time")
        return ("failed", _("It would not get through: {what}.", what=what))
    changes = foreseen.state.finished.changes if foreseen.state.finished else 0
    return ("ok", _("Changes to this machine and to the new cluster: {count}.", count=changes))


def _progress(foreseen: Foreseen) -> str:
    state = foreseen.state
    running = [said(phase.title) for phase in state.phases.values() if phase.status == "running"]
    over = sum(phase.status not in ("waiting", "running") for phase in state.phases.values())
    words = (
        _("Looking at this machine: {over} of {total}")
        if foreseen.mode == "dry-run"
        else _("Rehearsing in a folder: {over} of {total}")
    )
    done = words.format(over=over, total=len(state.phases) or "?")
    return f"{done}  {', '.join(running)}".rstrip()


def finding_lines(foreseen: Foreseen, width: int) -> Content:
    """Checks that failed or warn, with what helps, and the run's own warnings."""
    lines: list[Content] = []
    checks = foreseen.checks.reports.get("check", {}) if foreseen.checks else {}
    shown: tuple[tuple[str, State], ...] = (
        ("failed", "failed"),
        ("warned", "risky"),
        ("waived", "risky"),
    )
    for state, sign in shown:
        for name, data in checks.items():
            if data.get("state") == state:
                found = (
                    str(data.get("found", "")),
                    str(data.get("needed", "")),
                    str(data.get("remedy", "")),
                )
                lines += _marked_lines(sign, f"{said_each(found[0])} ({name})", width)
                lines += _advice(found[1], found[2], width)
    for text in _warnings(foreseen.state):
        lines += _marked_lines("risky", by_label(text), width)
    return stacked([*lines, Content("")]) if lines else Content("")


def _marked_lines(state: State, text: str, width: int) -> list[Content]:
    """A sentence behind a sign, folded under itself."""
    blank = " " * (signs.width() + 1)
    first, *rest = wrapped(text, width - len(blank))
    return [marked(state, first), *(styled(blank + line) for line in rest)]


def _advice(needed: str, remedy: str, width: int) -> list[Content]:
    lines: list[Content] = []
    if needed:
        text = _("needed: {needed}", needed=said_each(needed))
        lines += [muted(line) for line in wrapped(text, width, first=INDENT, rest=INDENT)]
    if remedy:
        lead = INDENT + pick("→ ", "> ")
        lines += [
            styled(line) for line in wrapped(said_each(remedy), width, first=lead, rest=INDENT * 2)
        ]
    return lines


def _warnings(state: RunState) -> tuple[str, ...]:
    """Those of preflight are told by its checks already."""
    phases = (
        text
        for phase in state.phases.values()
        if phase.name != "preflight"
        for text in phase.warnings
    )
    return (*state.warnings, *phases)


def by_label(warning: str) -> str:
    """A warning about a field, which begins with its place in the file: with the label of the field."""
    place = _PLACE.match(warning)
    field = sections.field_of(place[1]) if place else None
    if place is None or field is None:
        return said(warning)
    return _("{label}: {text}", label=_(field.label), text=said(warning)[place.end() :])


_PLACE = re.compile(r"(?:\S+?:\d+:\d+: )?([A-Za-z][\w.]*(?:\[\d+\][\w.]*)*): ")


def group_line(title: str, effects: Sequence[Effect], width: int, *, opened: bool) -> Content:
    """The name of a group, how many, and the first few as long as they are not listed."""
    head = Content.assemble(fitted(title, TITLE_WIDTH), f"{len(effects):>4}")
    if opened:
        return head
    first = "  ".join(one.target for one in effects[:3]) + ("  …" if len(effects) > 3 else "")
    return cut(Content.assemble(head, "   ", muted(first)), width)


def effect_lines(effects: Sequence[Effect]) -> Content:
    return stacked([_effect(one) for one in effects])


def _effect(effect: Effect) -> Content:
    line = Content.assemble(INDENT * 2, styled(effect.target))
    verb = _(effect.verb) if effect.verb in ("update", "remove", "delete") else ""
    notes = "  ".join(word for word in (verb, detail(effect.detail)) if word)
    return Content.assemble(line, "  ", muted(notes)) if notes else line


def skip_lines(foreseen: Foreseen, width: int) -> Content:
    """What is left out, and why."""
    lines = [
        line
        for phase in foreseen.skipped()
        for line in _marked_lines("skipped", f"{said(phase.title)}: {said(phase.reason)}", width)
    ]
    return stacked([*lines, Content("")]) if lines else Content("")


def honest_words(foreseen: Foreseen) -> Content:
    """How far the picture can be trusted."""
    if foreseen.state.started is None:
        return Content("")
    if foreseen.mode == "rehearsal":
        words = _(
            "This comes from a rehearsal: real certificates and manifests in a folder, a stand-in for the "
            "API server and for images. What is there already will be left as it is, and what a running "
            "cluster answers can't be known before."
        )
    else:
        words = _(
            "This comes from a dry run on this machine. What a running cluster answers can't be known "
            "before: objects in it are foreseen."
        )
    return muted(words)


def error_words(error: InstallerError) -> str:
    """An error in one or two sentences."""
    parts = (said(part) for part in (error.what, error.why, error.remedy) if part)
    return clean(". ".join(parts))
