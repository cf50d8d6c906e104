"""What is told beside an effect (its size, mode or exit code), in the language in use."""

from __future__ import annotations

import re

from tui.text import _, clean, mark

DETAILS = (
    (re.compile(r"(?P<count>\d+) bytes, mode (?P<mode>\d+)"), mark("{count} bytes, mode {mode}")),
    (re.compile(r"folder, mode (?P<mode>\d+)"), mark("folder, mode {mode}")),
    (re.compile(r"exit (?P<code>-?\d+)"), mark("exit {code}")),
)
"""As `phases.engine.recorded` writes them; anything else are names of fields, which stay as they are."""


def detail(text: str) -> str:
    """The detail of an effect, fit to be drawn."""
    for pattern, message in DETAILS:
        if found := pattern.fullmatch(text):
            return _(message, **found.groupdict())
    return clean(text)
