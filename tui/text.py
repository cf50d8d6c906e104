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

DOMAIN = "kubeboot"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

_catalog: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use(language: str) -> None:
    """Speaks that language from now on; one we don't have is English."""
    global _catalog, _language  # noqa: PLW0603  the one piece of state: which language is spoken
    with as_file(files("tui").joinpath("locale")) as folder:
        _catalog = gettext.translation(DOMAIN, str(folder), [language], fallback=True)
    _language = language if language in LANGUAGES else "en"
    templates.cache_clear()


def language() -> str:
    return _language


def _(message: str, **values: object) -> str:
    """The message in the language in use, with `{name}` places filled."""
    translated = _catalog.gettext(message) if message else ""
    return translated.format(**values) if values else translated


def said(sentence: str) -> str:
    """A finished English sentence of the engine in the language in use; as it is where none is known."""
    if _language == "en" or not sentence:
        return sentence
    exact = _catalog.gettext(sentence)
    if exact != sentence:
        return exact
    for pattern, template in templates():
        if match := pattern.fullmatch(sentence):
            return _catalog.gettext(template).format(**match.groupdict())
    return sentence


@cache
def templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The catalog's messages with places, as patterns; those with most fixed text first."""
    known: dict[str, str] = getattr(_catalog, "_catalog", {})
    placed = [key for key in known if isinstance(key, str) and re.search(r"\{\w+\}", key)]
    return tuple((_pattern(key), key) for key in sorted(placed, key=len, reverse=True))


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    text = "".join(f"(?P<{p}>.+?)" if i % 2 else re.escape(p) for i, p in enumerate(parts))
    return re.compile(text, re.DOTALL)


def system_language(environment: dict[str, str]) -> str:
    """The language that the environment asks for: zh_CN for any Chinese locale, else English."""
    asked = next((environment[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(k)), "")
    return "zh_CN" if asked.startswith("zh") else "en"
