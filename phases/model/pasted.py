"""What copying does to a configuration, taken back where that is certain, line by line.

Markdown fences, prose, prompts, tabs, non-breaking spaces, full-width colons, typographic quotes.
Indentation that was lost is for `indentation`; what the fields mean isn't known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from phases.model.problem import Problem

KEY = r"[A-Za-z][\w./-]*|\"[^\"]*\"|'[^']*'"
_HEADING = re.compile(r"\s*(apiVersion|kind)\s*:")
_FENCE = re.compile(r"\s*(```|~~~)")
_YAML = re.compile(rf"\s*(#.*|---.*|\.\.\.|(-\s+)*({KEY})\s*:(\s.*)?|-\s.*|-)?$")
_FIELD = re.compile(r"\s*(- )*[a-z][A-Za-z]*\s*:(\s|$)")
_PROMPT = re.compile(r"\s*(\[?[\w.-]+@[^#$%]*[#$%]|[#$%]|EOF|EOT|END|YAML)(\s.*)?$")
_WHOLE = re.compile(r".*(:|[\"'\]}]|[:-]\s+(?![|>])\S+)\s*$")
"""Lines whose value can't go on in the next one."""

LEFT_OUT = "left out: no part of the configuration"
PUT_IN = "put in: a new document begins"
SPACES = {"\t": "  ", "\u3000": "  "}
_ODD_SPACE = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_ODD_END = re.compile("[\u00a0\u3000]+$")
_STRUCTURE = re.compile(rf"(\s*(?:[-–—•－]\s+)*)(?:({KEY})(\s*[:：]\s*))?")
_BULLET = re.compile(r"(\s*)[–—•－]\s+(?=\S)")
_RULE = re.compile(r"[-–—]*[–—][-–—]*\s*")
_COLON = re.compile(rf"(\s*(?:- )*(?:{KEY}))\s*：\s*")
_CURLY = re.compile(r"(.*?[:-] +)([“”„‟\"‘’‚'])(.*)([“”„‟\"‘’‚'])(\s*(?: #.*)?)$")
_SINGLE = "‘’‚'"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what was pasted: its number there, 0 for one that was put in; as it stood; as it is
    now, None where it was left out; and why, empty for a line that stays."""

    number: int
    before: str
    after: str | None
    note: str = ""

    @property
    def is_changed(self) -> bool:
        """Blanks at the end of a line and blank lines around a document are nothing."""
        return not self.number or (self.after or "").rstrip() != self.before.rstrip()


def tidy(text: str) -> tuple[tuple[Line, ...], tuple[Problem, ...]]:
    """The lines with what copying did to them taken back, and what can't be told; no line is lost."""
    given = re.split(r"\r\n|[\n\r]", text.removeprefix("\ufeff"))
    lines = [_mended(Line(number, line, line)) for number, line in enumerate(given, 1)]
    plain = [line.after or "" for line in lines]
    doubts: list[Problem] = []
    kept = [part for span in _spans(plain) for part in _parts(plain, span, doubts)]
    inside = {at for part in kept for at in part}
    begun = {part[0] for part in kept[1:]}
    shown: list[Line] = []
    for at, line in enumerate(lines):
        if at in begun and not plain[at].startswith("---"):
            shown.append(Line(0, "", "---", PUT_IN))
        shown.append(line if at in inside else _left_out(line))
    return tuple(shown), tuple(doubts)


def _left_out(line: Line) -> Line:
    return replace(line, after=None, note=LEFT_OUT if line.before.strip() else "")


def _spans(given: Sequence[str]) -> list[range]:
    """The insides of the fences that hold a configuration; all of it where there are none."""
    fences = [at for at, line in enumerate(given) if _FENCE.match(line)]
    pairs = zip(fences[::2], [*fences[1::2], len(given)], strict=False)
    fenced = [range(start + 1, end) for start, end in pairs]
    holding = [span for span in fenced if any(_HEADING.match(given[at]) for at in span)]
    return holding or [range(len(given))]


def _parts(given: Sequence[str], span: range, doubts: list[Problem]) -> Iterator[range]:
    """The stretches of YAML in a span, each around a heading; what lies between is prose."""
    at, before = span.start, span.start
    while at < span.stop:
        if not _HEADING.match(given[at]):
            at += 1
            continue
        start, end = _start(given, at, before), _end(given, span, at)
        _doubt_dropped(given, range(before, start), doubts)
        yield range(start, end)
        at = before = end
        _doubt_next(given, end, span, doubts)
    _doubt_dropped(given, range(before, span.stop), doubts)


def _start(given: Sequence[str], at: int, first: int) -> int:
    """Upwards from a heading as long as there is YAML; prose before it often ends in a blank line."""
    while at > first and given[at - 1].strip() and _YAML.match(given[at - 1]):
        at -= 1
    return at


def _end(given: Sequence[str], span: range, heading: int) -> int:
    end = heading + 1
    while end < span.stop and _YAML.match(given[end]):
        end += 1
    while not given[end - 1].strip():
        end -= 1
    return end


def _doubt_dropped(given: Sequence[str], dropped: range, doubts: list[Problem]) -> None:
    """What looks like a field is never left out silently."""
    for at in dropped:
        if _FIELD.match(given[at]):
            message = "looks like a field, but stands apart from the configuration"
            doubts.append(Problem("", message, "Put it where it belongs, or remove it", at + 1, 1))
            return


def _doubt_next(given: Sequence[str], end: int, span: range, doubts: list[Problem]) -> None:
    """A line behind a value of several words may be the rest of that value."""
    if end >= span.stop or not given[end].strip() or _PROMPT.match(given[end]):
        return
    if not _WHOLE.match(given[end - 1]):
        message = f"may go on from line {end}, or be no part of the configuration"
        doubts.append(Problem("", message, "Put the value in one line, or remove this", end + 1, 1))


def _mended(line: Line) -> Line:
    """The line with the characters that YAML knows, where they hold its structure."""
    text, notes = line.before, []
    for mend, note in MENDS:
        mended = mend(text)
        if mended != text:
            text = mended
            notes.append(note)
    return replace(line, after=text, note="; ".join(notes))


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _unquoted(text: str) -> str:
    """Without the sign of a quotation, as mail and Markdown have it."""
    return re.sub(r"^> ?", "", text)


def _spaced(text: str) -> str:
    """Odd white space as blanks: in the indentation, behind a dash, around a colon, at the end."""
    match = _STRUCTURE.match(text)
    lead, key, colon = (match[1], match[2] or "", match[3] or "") if match else ("", "", "")
    rest = text[match.end() :] if match else text
    return _blanks(lead) + key + _blanks(colon) + _ODD_END.sub("", rest)


def _blanks(text: str) -> str:
    return _ODD_SPACE.sub(lambda found: SPACES.get(found[0], " "), text)


def _dashed(text: str) -> str:
    return "---" if _RULE.fullmatch(text) else _BULLET.sub(r"\1- ", text)


def _coloned(text: str) -> str:
    match = _COLON.match(text)
    return f"{match[1]}: {text[match.end() :]}".rstrip() if match else text


def _straight(text: str) -> str:
    """A value between typographic quotes between straight ones; quotes inside a value stay."""
    match = _CURLY.fullmatch(text)
    if not match or not {match[2], match[4]} - {'"', "'"}:
        return text
    quote = "'" if match[2] in _SINGLE else '"'
    inside = match[3]
    if quote in inside or "\\" in inside or (match[4] in _SINGLE) != (match[2] in _SINGLE):
        return text
    return f"{match[1]}{quote}{inside}{quote}{match[5]}"


MENDS = (
    (_visible, "invisible characters are taken out"),
    (_unquoted, "the sign of a quotation is taken out"),
    (_spaced, "tabs and odd spaces are blanks now"),
    (_dashed, "typographic dashes are plain now"),
    (_coloned, "the full-width colon is a plain one now"),
    (_straight, "typographic quotes are straight now"),
)
