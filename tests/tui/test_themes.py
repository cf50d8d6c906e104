"""Themes: each gives every variable that a style sheet or a drawing uses, and text can be read on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color

from themes import DEFAULT, FEW_COLOURS, SERIAL, Skin, skins

TUI = Path(__file__).parents[2] / "tui"
VARIABLE = re.compile(r"\$([a-z][a-z0-9-]*)")
GROUNDS = ("background", "surface", "panel")
INKS = ("foreground", "muted", "primary", "secondary", "accent", "success", "warning", "error")
COLOURED = [skin for skin in skins().values() if not skin.colours.get("ansi")]


def variables(skin: Skin) -> dict[str, str]:
    app: App[None] = App()
    app.register_theme(skin.theme())
    app.theme = skin.name
    return app.get_css_variables()


def used() -> set[str]:
    """Every variable in a style sheet, and every one that stands in a string of a drawing."""
    sheets = (path.read_text() for path in TUI.rglob("*.tcss"))
    styles = (
        match
        for path in TUI.rglob("*.py")
        for quoted in re.findall(r'"([^"\n]*)"', path.read_text())
        if re.fullmatch(r"(?:[a-z]+ )*\$[a-z-]+(?: on \$[a-z-]+)?(?: [a-z]+)*", quoted)
        for match in [quoted]
    )
    return {name for text in (*sheets, *styles) for name in VARIABLE.findall(text)}


@pytest.mark.parametrize("name", [DEFAULT, FEW_COLOURS, SERIAL, "paper", "contrast"])
def test_the_themes_are_there(name: str) -> None:
    """Dark, light, high contrast, 16 colours, and ASCII."""
    assert name in skins()
    assert skins()[name].title


@pytest.mark.parametrize("skin", skins().values(), ids=lambda skin: skin.name)
def test_a_theme_has_every_variable_that_is_used(skin: Skin) -> None:
    """No page can fail to load because a theme forgot a word."""
    assert "muted" in used()
    assert not used() - set(variables(skin))


def contrast(one: Color, other: Color) -> float:
    """The ratio of WCAG 2."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: Color) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


@pytest.mark.parametrize("skin", COLOURED, ids=lambda skin: skin.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_text_can_be_read(skin: Skin, ground: str, ink: str) -> None:
    """Every ink on every ground: 4.5 to 1, and 7 to 1 in high contrast."""
    found = variables(skin)
    least = 7.0 if skin.name == "contrast" else 4.5
    assert contrast(Color.parse(found[ink]), Color.parse(found[ground])) >= least


@pytest.mark.parametrize("skin", COLOURED, ids=lambda skin: skin.name)
@pytest.mark.parametrize("pair", ["block-cursor", "block-cursor-blurred"])
def test_what_is_chosen_can_be_read(skin: Skin, pair: str) -> None:
    """Text on a cursor has the same contrast."""
    found = variables(skin)
    ink, ground = found[f"{pair}-foreground"], found[f"{pair}-background"]
    least = 7.0 if skin.name == "contrast" else 4.5
    assert contrast(Color.parse(ink), Color.parse(ground)) >= least


def test_the_ascii_theme_says_that_it_is_one() -> None:
    """Only the theme for serial consoles draws with ASCII signs."""
    assert [skin.name for skin in skins().values() if skin.signs == "ascii"] == [SERIAL]
