"""What --plain starts from: a file, one that copying has damaged, a kubeadm line, or a preset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from phases.model import command_line
from phases.model.problem import Problems
from phases.model.repair import Reading
from phases.model.yaml_source import read_text
from tui import reading_words
from tui.change_words import SIGNS, told
from tui.fragment import Change
from tui.masking import masked
from tui.plain.asking import complaints
from tui.plain.talk import Talk, answer, yes
from tui.presets import Preset
from tui.session import Session
from tui.text import _, clean
from tui.understood import Understood, understand


def begun(talk: Talk, session: Session, given: str) -> bool:
    """Whether a file's name, or a kubeadm line, gave something to start from."""
    if command_line.is_command(given):
        return _line(talk, session, understand("", given))
    try:
        found = understand(given, read_text(given))
    except Problems as unread:
        talk.tell_all(complaints(unread.problems))
        return False
    if found.line is not None:
        return _line(talk, session, found)
    return _file(talk, session, found)


def _file(talk: Talk, session: Session, found: Understood) -> bool:
    """As it stands, or as it was meant where a person agrees to that."""
    talk.tell_all(complaints(found.doubts))
    if found.doubts:
        return False
    at = _repaired(talk, found) if found.repaired else 0
    if at < 0:
        return False
    judged = found.judged[at]
    talk.tell_all(complaints(judged.report, "warning"))
    session.import_text(found.name, judged.taken, as_it_is=not (found.repaired or judged.today))
    if broken := session.syntax_problems():
        talk.tell_all(complaints(broken))
        session.discard_broken()
        return False
    return True


def _repaired(talk: Talk, found: Understood) -> int:
    """The number of the reading that a person agrees to; -1 for none."""
    talk.tell_all(["", _("damaged by copying; this is what was meant:"), ""])
    for line in _lines(found.readings[0]):
        talk.tell(line)
    talk.tell_all(
        ["", *(f"  {where}: {note}" for where, note in reading_words.notes(found.readings[0]))]
    )
    if len(found.readings) == 1:
        return 0 if yes(talk, _("Take the repaired text?")) else -1
    ways = {str(at): reading_words.choice(one) for at, one in enumerate(found.readings, 1)}
    talk.tell_all(f"  {number}: {words}" for number, words in ways.items())
    given = answer(talk, _("Which one was meant? Its number, or nothing to leave it"), "")
    return int(given) - 1 if given in ways else -1


def _lines(reading: Reading) -> Iterator[str]:
    for line in reading.lines:
        if line.after is not None:
            sign, number = reading_words.sign_of(line) or " ", str(line.number or "").rjust(5)
            yield f"{number} {sign} {clean(masked(line.after))}"


def _line(talk: Talk, session: Session, found: Understood) -> bool:
    """What a kubeadm line sets, and what of it isn't taken over."""
    line = found.line or command_line.CommandLine("")
    talk.tell_all(complaints(line.notes, "warning"))
    if not (line.sets or line.options):
        return False
    changes = session.changes(found.fragment)
    talk.tell_all(told_lines(changes))
    session.lay(found.fragment, "kubeadm line")
    return True


def fill_in(talk: Talk, session: Session, preset: Preset) -> None:
    """A preset, told before it is laid over what there is; the questions that follow can change it."""
    talk.tell_all([f"{preset.title}. {preset.description}"])
    talk.tell_all(told_lines(session.changes(preset.fragment)))
    session.lay(preset.fragment, f"preset {preset.name}")


def told_lines(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        name, words = told(change)
        yield f"  {SIGNS[change.effect]} {name}: {words}"
