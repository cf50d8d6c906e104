"""What a person chose for their eyes and ears: theme and language, remembered between starts."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from themes import DEFAULT, SERIAL, skins
from tui.text import LANGUAGES, system_language

BASIC_TERMINALS = ("dumb", "vt100", "vt102", "vt220", "linux", "ansi")


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
        language if language in LANGUAGES else system_language(environment),
    )


def save(preferences: Preferences, home: Path) -> None:
    """Remembers the choice; a home that can't be written to is no reason to stop."""
    place = _place(home)
    lines = f'theme = "{preferences.theme}"\nlanguage = "{preferences.language}"\n'
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(lines)
    except OSError:
        return


def suiting(environment: dict[str, str]) -> str:
    """The theme for a terminal: ASCII without UTF-8, 16 colours where there are no more."""
    locale = next(
        (environment[k] for k in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(k)), ""
    )
    if "utf" not in locale.lower() or environment.get("TERM", "") in BASIC_TERMINALS:
        return SERIAL
    return DEFAULT


def _place(home: Path) -> Path:
    configured = os.environ.get("XDG_CONFIG_HOME")
    return Path(configured or home / ".config") / "kubeboot-tui" / "preferences.toml"


def _read(home: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(_place(home).read_text())
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)}
