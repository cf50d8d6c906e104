"""From the session to what widgets show: sentences in the reader's language, rows, entries, faults.

Pure functions; which widget shows what is the page's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from phases.model.problem import Problem
from tui import plugin_words, sections
from tui.fields.cluster import EITHER
from tui.fields.extras import PLUGIN
from tui.fields.field import Field
from tui.fields.notes import proposals
from tui.session import Session
from tui.text import _, clean, mark, said, sentences
from tui.widgets.form import Shown
from tui.widgets.section_list import Entry

COUNTED = {
    "args": mark("flags: {count}"),
    "tokens": mark("tokens: {count}"),
    "list": mark("names: {count}"),
}
"""How a summary tells of fields with several lines; drawn through `_`."""


def sentence(problem: Problem) -> str:
    """What is wrong and what would be right, without the place."""
    text = clean(said(problem.message))
    if not problem.remedy:
        return text
    return sentences(text, clean(said(problem.remedy)))


def in_field(problem: Problem, field: Field) -> str:
    """A problem as it stands under its field: with the item or the key that it is about."""
    problem = _with_nearer_flag(problem, field)
    rest = problem.path.removeprefix(field.path)
    index, _sign, key = rest.removeprefix("[").partition("]")
    if rest.startswith("[") and index.isdecimal():
        key = key.lstrip(".")
        where = _("line {line}", line=int(index) + 1) + (f" ({key})" if key else "")
        return f"{where}: {sentence(problem)}"
    return sentence(problem)


def _with_nearer_flag(problem: Problem, field: Field) -> Problem:
    """For a flag that is half typed, the one that begins like it is nearer than any that looks alike."""
    match = re.search(r"--([\w-]+)$", problem.message)
    if field.kind == "args" and match and problem.remedy.startswith("Did you mean"):
        found = proposals(field.program, match[1])
        return replace(problem, remedy=f"Did you mean {found[0].name}?") if found else problem
    return problem


def shown(session: Session, field: Field) -> Shown:
    """One field as its row draws it."""
    return Shown(
        field,
        session.value(field.path),
        session.placeholder(field.path),
        tuple(in_field(one, field) for one in session.of_field(field.path, session.faults())),
        tuple(in_field(one, field) for one in session.of_field(field.path, session.warnings())),
        session.offers(field),
        plugin_words.details(session, field.path),
    )


def rows(session: Session) -> Iterator[Shown]:
    """The fields of the section one is in; the advanced ones when they are unfolded."""
    for field in sections.section(session.section).fields:
        unfolded = not field.advanced or session.section in session.unfolded
        if unfolded and session.is_shown(field):
            yield shown(session, field)


def folded(session: Session) -> tuple[Field, ...]:
    """The advanced fields of the section that could be shown."""
    fields = sections.section(session.section).fields
    return tuple(field for field in fields if field.advanced and session.is_shown(field))


def entries(session: Session) -> tuple[Entry, ...]:
    """The sections with state and summary."""
    return tuple(_entry(session, one) for one in sections.SECTIONS)


def _entry(session: Session, section: sections.Section) -> Entry:
    state = session.section_state(section.name)
    return Entry(section.name, _(section.brief), state, clean(_summary(session, section)))


def _summary(session: Session, section: sections.Section) -> str:
    if section.name == sections.REVIEW:
        return troubles(len(session.problems()), len(session.warnings()))
    if count := len(session.of_section(section.name, session.faults())):
        return troubles(count, 0)
    if section.name == "endpoint" and not session.value("controlPlaneEndpoint"):
        return _("none")
    typed_first = sorted(section.shows, key=lambda path: not session.value(path))
    return " · ".join(filter(None, (_short(session, path) for path in typed_first)))


def _short(session: Session, path: str) -> str:
    field, text = sections.fields()[path], session.effective(path)
    if path == EITHER:
        return _("on this node") if text == "local" else _("external")
    if path == PLUGIN:
        return plugin_words.in_short(session)
    if field.kind in COUNTED:
        given = session.value(path)
        return _(COUNTED[field.kind], count=len(given.split("\n"))) if given else ""
    if path == "nodeRegistration.criSocket":
        return text.rpartition("/")[2].removesuffix(".sock")
    return text


def troubles(problems: int, warnings: int) -> str:
    if problems:
        return _("1 problem") if problems == 1 else _("{count} problems", count=problems)
    if warnings:
        return _("1 warning") if warnings == 1 else _("{count} warnings", count=warnings)
    return ""


def faults(session: Session) -> dict[int, str]:
    """What is wrong in the text by line, counted from 0; of an unreadable text only that."""
    found = session.syntax_problems() if session.is_broken else session.verdict.problems
    by_line: dict[int, str] = {}
    for problem in found:
        if problem.line:
            name = f"{problem.path}: " if problem.path else ""
            by_line.setdefault(problem.line - 1, name + sentence(problem))
    return by_line


def list_of(problems: Iterable[Problem]) -> Iterator[tuple[str, str, str]]:
    """Path, where it is to be found, and the sentence, for a list of all that is wrong."""
    for problem in problems:
        field = sections.field_of(problem.path) if problem.path else None
        section = _(sections.section(sections.home_of(problem.path)).title)
        where = f"{section} · {_(field.label)}" if field else problem.path or "kubeadm.yaml"
        yield problem.path, where, in_field(problem, field) if field else sentence(problem)
