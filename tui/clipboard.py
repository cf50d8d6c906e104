"""The terminal's clipboard, reached by an escape sequence (OSC 52) that tmux and screen let through.

Nothing answers, so nobody can say that it was copied: it was sent.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

ESCAPE = "\x1b"
BELL = "\x07"
SCREEN_CHUNK = 76
"""GNU screen passes on only short strings; longer ones go in several."""


def sequence(text: str, environment: Mapping[str, str]) -> str:
    """The bytes, as text, that put `text` on the clipboard of the terminal in front of the person."""
    bare = f"{ESCAPE}]52;c;{b64encode(text.encode()).decode()}{BELL}"
    if environment.get("TMUX"):
        return _through_tmux(bare)
    if environment.get("STY"):
        return _through_screen(bare)
    return bare


def _through_tmux(bare: str) -> str:
    """To tmux itself, whose own clipboard it sets, and through it to the terminal outside."""
    doubled = bare.replace(ESCAPE, ESCAPE * 2)
    return f"{bare}{ESCAPE}Ptmux;{doubled}{ESCAPE}\\"


def _through_screen(bare: str) -> str:
    pieces = [bare[at : at + SCREEN_CHUNK] for at in range(0, len(bare), SCREEN_CHUNK)]
    return "".join(f"{ESCAPE}P{piece}{ESCAPE}\\" for piece in pieces)
