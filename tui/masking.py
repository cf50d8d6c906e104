"""Secrets in a YAML text, hidden for whoever looks at the screen."""

from __future__ import annotations

import re

from tui.signs import pick

_SECRET = re.compile(
    r"^(\s*(?:- )?(?:token|certificateKey|discoveryToken|tlsBootstrapToken):\s+)(\S.*)$",
    re.MULTILINE,
)


def masked(text: str) -> str:
    """The text with the values of tokens and keys hidden; a token's id stays."""
    dot = pick("•", "*")

    def hide(match: re.Match[str]) -> str:
        value = match[2].strip("'\"")
        name, sign_, rest = value.partition(".")
        shown = f"{name}.{dot * len(rest)}" if sign_ else dot * len(value)
        return match[1] + ("null" if value == "null" else shown)

    return _SECRET.sub(hide, text)
