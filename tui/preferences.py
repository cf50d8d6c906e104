"""What a person chose for their eyes and ears: theme and language, remembered between starts."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from phases.engine.errors import ConfigurationError
from themes import DEFAULT, FEW_COLOURS, SERIAL, skins
from tui.text import LANGUAGES, system_language

BASIC_TERMINALS = ("dumb", "vt100", "vt102", "vt220", "linux", "ansi")
"""Terminals whose fonts have few signs, or none."""

LATIN_TERMINALS = ("vt100", "vt102", "vt220", "linux", "ansi")
"""Terminals that draw no Chinese, whatever the locale says; it is spoken there when it is asked for."""

RICH_TERMINALS = ("256color", "direct", "kitty", "alacritty", "ghostty", "foot", "wezterm")
"""What the names of terminals with many colours hold."""


@dataclass(frozen=True, slots=True)
class Preferences:
    theme: str
    language: str


def load(environment: dict[str, str], home: Path) -> Preferences:
    """What was chosen before, or what suits this terminal and locale."""
    chosen = _read(home)
    theme, language = chosen.get("theme", ""), chosen.get("language", "")
    return Preferences(
        theme if theme in skins() else suiting(environment),
        language if language in LANGUAGES else spoken(environment),
    )


def spoken(environment: dict[str, str]) -> str:
    """The locale's language, as far as its letters can be written here."""
    drawn = environment.get("TERM", "") not in LATIN_TERMINALS
    return system_language(environment) if drawn and speaks_utf8(environment) else "en"


def save(home: Path, *, theme: str = "", language: str = "") -> None:
    """Remembers what was chosen, and nothing that merely suits this terminal; a home that can't be
    written to is no reason to stop."""
    chosen = {"theme": theme, "language": language}
    lines = _read(home) | {key: name for key, name in chosen.items() if name}
    place = _place(home)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("".join(f'{key} = "{name}"\n' for key, name in lines.items()))
    except OSError:
        return


def overruled(chosen: Preferences, theme: str, language: str) -> Preferences:
    """What the command line asks for, for this time. Raises ConfigurationError for an unknown name."""
    for kind, name, known in (("theme", theme, skins()), ("language", language, LANGUAGES)):
        if name and name not in known:
            raise ConfigurationError(
                f"no-{kind}", f"there is no {kind} {name!r}", remedy=f"There are {', '.join(known)}"
            )
    return Preferences(theme or chosen.theme, language or chosen.language)


def suiting(environment: dict[str, str]) -> str:
    """The theme for a terminal: ASCII without UTF-8, 16 colours where there are no more."""
    terminal = environment.get("TERM", "")
    if not speaks_utf8(environment) or terminal in BASIC_TERMINALS:
        return SERIAL
    many = environment.get("COLORTERM") in ("truecolor", "24bit")
    return DEFAULT if many or any(name in terminal for name in RICH_TERMINALS) else FEW_COLOURS


def speaks_utf8(environment: dict[str, str]) -> bool:
    """Whether the locale is UTF-8. Python itself sets LC_CTYPE in a C locale, so that counts little."""
    asked = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG", "")
    coerced = environment.get("LC_CTYPE") in ("C.UTF-8", "C.utf8", "UTF-8")
    if coerced and (environment.get("LANG") or "C") in ("C", "POSIX"):
        return False
    return "utf" in asked.lower()


def _place(home: Path) -> Path:
    configured = os.environ.get("XDG_CONFIG_HOME")
    return Path(configured or home / ".config") / "kubeboot-tui" / "preferences.toml"


def _read(home: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(_place(home).read_text())
    except (OSError, ValueError):
        return {}
    known = ("theme", "language")
    return {key: found[key] for key in known if isinstance(found.get(key), str)}
