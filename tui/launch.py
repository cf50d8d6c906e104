"""Starts an engine in a process of its own and learns where its journal is.

Following that journal lives in `follow`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from phases.engine.errors import InstallerError
from phases.engine.request import Request


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine: its process and its journal."""

    process: subprocess.Popen[str]
    journal: Path


class Refused(InstallerError):
    """The engine could not begin; it carries the engine's own words and exit code."""

    def __init__(self, failure: dict[str, str], exit_code: int) -> None:
        super().__init__(
            failure["code"],
            failure["what"],
            where=failure["where"],
            why=failure["why"],
            remedy=failure["remedy"],
        )
        self.refused_with = exit_code


def start(request: Request) -> Engine:
    """Starts an engine for a request. Raises Refused when it could not begin."""
    process = subprocess.Popen(
        [*_myself(), "engine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the engine was started without pipes")
    process.stdin.write(request.to_json())
    process.stdin.close()
    answer = process.stdout.readline()
    process.stdout.close()
    return Engine(process, _journal(answer, process))


def _journal(answer: str, process: subprocess.Popen[str]) -> Path:
    try:
        data = json.loads(answer)
    except ValueError:
        raise Refused(_crash(process.wait()), 4) from None
    if "failure" in data:
        process.wait()
        raise Refused(data["failure"], data["exit_code"])
    return Path(data["journal"])


def _crash(code: int) -> dict[str, str]:
    return {
        "code": "defect",
        "what": "a defect in kubeboot-tui stopped the engine before it began",
        "where": "",
        "why": f"it ended with code {code}",
        "remedy": "Nothing was changed on this machine",
    }


def _myself() -> list[str]:
    """The command that started this program, whichever way it was installed."""
    if Path(sys.argv[0]).name == "__main__.py":
        return [sys.executable, "-m", "tui"]
    return [sys.executable, sys.argv[0]]
