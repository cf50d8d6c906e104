"""A network plugin's manifest: read from a file or the web, checked, and what it brings.

Reading may take as long as the web does, so it belongs beside a screen. Which one is wanted says the
session; how it is told says `plugin_words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from phases.engine.errors import InstallerError
from phases.model.problem import Problem, Problems
from phases.render import manifest
from phases.render.manifest import Summary
from phases.system.download import is_url


@dataclass(frozen=True, slots=True)
class Plugin:
    """What came of reading a source: its text and what it brings, or the sentence why it can't be used."""

    source: str
    text: str = ""
    brings: Summary | None = None
    fault: str = ""


def read(source: str) -> Plugin:
    """Blocks; what can't be had or used is told in the value."""
    from tui.init import network_manifest

    try:
        text = network_manifest(source if is_url(source) else str(Path(source).expanduser())) or ""
        return Plugin(source, text, manifest.summary(manifest.parse(text, name=source)))
    except InstallerError as error:
        return Plugin(source, fault=error.why)
    except Problems as found:
        return Plugin(source, fault=_at_its_line(found.problems[0]))
    except (ValueError, RuntimeError) as error:  # a path that no file can have
        return Plugin(source, fault=str(error))


def _at_its_line(problem: Problem) -> str:
    return f"line {problem.line}: {problem.message}" if problem.line else problem.message
