"""Words for people: gettext, with a language that can be changed while the program runs.

Everything shown goes through `_` at the moment it is drawn, never at import, so that a screen
which is drawn again speaks the new language. Sentences from the engine come in English with their
values filled in; `said` finds the template that they were made from.
"""

from __future__ import annotations

import gettext
import re
from functools import cache
from importlib.resources import as_file, files

from phases.engine.errors import InstallerError

DOMAIN = "kubeboot"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

_catalog: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use(language: str) -> None:
    """Speaks that language from now on; one we don't have is English."""
    global _catalog, _language
    with as_file(files("tui").joinpath("locale")) as folder:
        _catalog = gettext.translation(DOMAIN, str(folder), [language], fallback=True)
    _language = language if language in LANGUAGES else "en"


def language() -> str:
    return _language


def _(message: str, **values: object) -> str:
    """The message in the language in use, with `{name}` places filled."""
    translated = _catalog.gettext(message) if message else ""
    return translated.format(**values) if values else translated


def mark(message: str) -> str:
    """Marks a message in a table for the catalogues; it is translated when it is drawn."""
    return message


def said(sentence: str) -> str:
    """A finished English sentence of the engine in the language in use; as it is where none is known."""
    if _language == "en" or not sentence:
        return sentence
    return _known(sentence) or _known_of_field(sentence) or _made(sentence) or sentence


def said_each(text: str) -> str:
    """The same for several sentences in one line, as checks with several findings report them."""
    return "; ".join(map(said, text.split("; ")))


def _known(sentence: str) -> str:
    translated = _catalog.gettext(sentence)
    return translated if translated != sentence else ""


def _made(sentence: str) -> str:
    """What a message with its places filled says; empty where none fits."""
    for pattern, template in templates():
        if match := pattern.fullmatch(sentence):
            return _catalog.gettext(template).format(**_values(match))
    return ""


_OF_FIELD = re.compile(r"((?:\S+: )+)(.+?)(?:\. ([A-Z].*?))?\.?")


def _known_of_field(sentence: str) -> str:
    """A field with its place, what is wrong with it and a remedy (`str` of a Problem)."""
    match = _OF_FIELD.fullmatch(sentence)
    if not match:
        return ""
    place, message, remedy = match.groups(default="")
    told = _known(message) or _made(message)
    return place + sentences(told, *filter(None, [said(remedy)])) if told else ""


SENTENCES = ("found", "needed", "remedy", "why", "reason", "sentence")
"""Names of places in a template that hold a sentence of their own."""


def _values(match: re.Match[str]) -> dict[str, str]:
    return {
        name: said(value) if name in SENTENCES else value
        for name, value in match.groupdict().items()
    }


def sentences(*parts: str) -> str:
    """One behind the other, each with the full stop of the language in use."""
    stop, gap = ("。", "") if _language == "zh_CN" else (".", " ")
    return gap.join(p if p.endswith(("?", "？", ".", "。")) else p + stop for p in parts)


def told(error: InstallerError) -> str:
    """An error with its place, cause and remedy, in the language in use."""
    if _language == "en":
        return str(error)
    place = f"{error.where}: " if error.where else ""
    what = "\n".join(map(said, error.what.splitlines()))
    known = "：".join(part for part in (what, said(error.why.rstrip("."))) if part)
    return sentences(f"{place}{known}", *filter(None, [said(error.remedy)]))


def clean(text: str) -> str:
    """Text from outside, fit to be drawn: tabs widened, and no character that steers a terminal."""
    return _STEERING.sub("?", text.expandtabs(4))


_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@cache
def templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The engine's messages with places, as patterns; those with most fixed text first."""
    from tui.engine_messages import MESSAGES

    placed = {message for message in MESSAGES if re.search(r"\{\w+\}", message)}
    return tuple((_pattern(message), message) for message in sorted(placed, key=_fixed))


def _fixed(template: str) -> tuple[int, str]:
    return -len(re.sub(r"\{\w+\}", "", template)), template


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(_place(p) if i % 2 else re.escape(p) for i, p in enumerate(parts)), re.DOTALL
    )


def _place(name: str) -> str:
    """A name is one word: else lines of a program's log are taken for sentences of ours."""
    values = r"\S+?" if name == "name" else ".+?"
    return f"(?P<{name}>{values})"


def system_language(environment: dict[str, str]) -> str:
    """The language that the environment asks for: zh_CN for any Chinese locale, else English."""
    asked = next(
        (environment[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(k)), ""
    )
    return "zh_CN" if asked.startswith("zh") else "en"
