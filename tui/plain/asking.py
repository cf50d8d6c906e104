"""One field of the form asked at a line: its default, its help, what speaks against an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from phases.engine.events import Level
from phases.model.problem import Problem
from tui import sections
from tui.fields.field import FORMS, LINES, Field
from tui.headless import notice
from tui.plain.talk import Talk, answer
from tui.session import Session
from tui.text import _, clean, said, sentences

NOTHING = "-"
"""The answer that empties a field."""


def question(talk: Talk, session: Session, path: str) -> None:
    """One field, asked until the model has nothing against it; an answer it refuses is taken back."""
    known, before = sections.fields()[path], session.value(path)
    while True:
        given = answer(talk, _(known.label), session.effective(path), *explained(session, known))
        if given:
            session.set_field(path, "" if given == NOTHING else unfolded(known, given))
        session.pause()
        found = session.of_field(path, session.problems())
        talk.tell_all(complaints(found))
        if not found:
            talk.tell_all(complaints(session.of_field(path, session.warnings()), "warning"))
            return
        session.set_field(path, before)


def explained(session: Session, known: Field) -> Iterator[str]:
    """The help of a field: what it is for, its form, what can be chosen, whether it is for ever."""
    yield known.help
    if known.kind in LINES:
        yield _("Several are separated by commas.") + " " + _(FORMS[known.kind])
    if known.fixed:
        yield _("It can't be changed later: {why}.", why=_(known.fixed))
    if offers := session.offers(known):
        yield _("Such as: {offers}", offers=", ".join(" ".join(one).strip() for one in offers))


def unfolded(known: Field, given: str) -> str:
    """A list as the form holds it: one item a line."""
    return "\n".join(map(str.strip, given.split(","))) if known.kind in LINES else given


def complaints(problems: Iterable[Problem], level: Level = "error") -> Iterator[str]:
    for one in problems:
        advice = (said(clean(one.remedy)),) if one.remedy else ()
        told = sentences(said(clean(one.message)), *advice)
        yield notice(f"{one.path}: {told}" if one.path else told, level)
