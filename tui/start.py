"""From the bare command to the first screen: what may be in the environment, and on which terminal.

Nothing of Textual is imported before the environment is clean: some of its variables name modules to
load, files to write and keys to press.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from phases.engine.errors import ConfigurationError

if TYPE_CHECKING:
    from tui.presets import Preset

UNTRUSTED = ("TEXTUAL_", "PYTHON", "LD_")
"""Beginnings of variables that no screen of a root program may listen to."""

PLAIN_TERMINALS = ("", "dumb", "unknown")


def screens(arguments: argparse.Namespace) -> int:
    """Shows the screens; returns the exit code. Raises ConfigurationError where they can't be shown."""
    demand_terminal(os.environ, stdin=sys.stdin.isatty(), stdout=sys.stdout.isatty())
    scrub(os.environ)
    os.umask(0o077)
    from tui import preferences

    chosen = preferences.load(dict(os.environ), Path.home())
    chosen = preferences.overruled(chosen, arguments.theme or "", arguments.language or "")
    files = _files(arguments.config)
    preset = _preset(arguments.preset)
    from tui.app import run

    app = run(chosen, files, preset)
    if app.crash is not None:
        print(app.crash, file=sys.stderr)  # noqa: T201
        return 1
    for line in app.parting:
        print(line)  # noqa: T201
    return app.return_value if app.return_value is not None else app.return_code or 0


def _preset(name: str | None) -> Preset | None:
    """The preset to begin with. Raises ConfigurationError where there is no such one."""
    if not name:
        return None
    from tui.preset_request import known

    return known(name)


def demand_terminal(environment: Mapping[str, str], *, stdin: bool, stdout: bool) -> None:
    """Raises ConfigurationError where no screen can be drawn, naming what works there."""
    if not (stdin and stdout):
        raise ConfigurationError(
            "no-terminal",
            "there is no terminal to draw on",
            remedy="Without a screen it is `kubeboot-tui init --config FILE`",
        )
    terminal = environment.get("TERM", "")
    if terminal in PLAIN_TERMINALS:
        raise ConfigurationError(
            "plain-terminal",
            f"a terminal of type {terminal or 'unknown'!r} can't show screens",
            remedy="Use `kubeboot-tui --plain`, or set TERM to what this terminal is",
        )


def scrub(environment: MutableMapping[str, str]) -> None:
    """Drops what others could steer Python, the loader or Textual with."""
    for name in [name for name in environment if name.startswith(UNTRUSTED)]:
        del environment[name]


def _files(path: str | None) -> tuple[tuple[str, str], ...]:
    """The configuration to begin with. Raises ConfigurationError where it can't be read."""
    if not path:
        return ()
    from phases.model.problem import Problems
    from phases.model.yaml_source import read_text

    try:
        return ((path, read_text(path)),)
    except Problems as found:
        raise ConfigurationError("unreadable", str(found.problems[0])) from found
