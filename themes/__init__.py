"""Themes as data: one TOML file each, read into Textual themes. Colour and skin, nothing else.

A file has the keys of a Textual theme, and `signs = "ascii"` where only ASCII can be drawn.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from textual.theme import Theme

Signs = Literal["unicode", "ascii"]
DEFAULT = "harbour"
SERIAL = "ascii"
FEW_COLOURS = "ansi"


@dataclass(frozen=True, slots=True)
class Skin:
    """A theme's name, what it is for, the signs it draws with, and its colours for Textual."""

    name: str
    title: str
    signs: Signs
    colours: dict[str, Any]

    def theme(self) -> Theme:
        from textual.theme import Theme

        return Theme(name=self.name, **self.colours)


@cache
def skins() -> dict[str, Skin]:
    """All themes by name, sorted."""
    folder = files("themes")
    found = (place for place in folder.iterdir() if place.name.endswith(".toml"))
    return {
        place.name.removesuffix(".toml"): _skin(place.name.removesuffix(".toml"), place.read_text())
        for place in sorted(found, key=lambda place: place.name)
    }


def _skin(name: str, text: str) -> Skin:
    colours = tomllib.loads(text)
    return Skin(name, colours.pop("title"), colours.pop("signs", "unicode"), colours)
