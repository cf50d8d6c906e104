"""Starts an engine in a process of its own and learns where its journal is.

Following that journal lives in `follow`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
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
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("the engine was started without pipes")
    with process.stdout, process.stderr:
        with suppress(BrokenPipeError):  # an engine that dies before it listens is told below
            process.stdin.write(request.to_json() + "\n")
            process.stdin.flush()
        if request.workflow != "desk":  # a desk ends when this pipe does
            with suppress(BrokenPipeError):
                process.stdin.close()
        answer = process.stdout.readline()
        last_words = "" if answer else process.stderr.read()
    return Engine(process, _journal(answer, process, last_words))


def _journal(answer: str, process: subprocess.Popen[str], last_words: str) -> Path:
    try:
        data = json.loads(answer)
    except ValueError:
        raise Refused(_crash(process.wait(), last_words), 4) from None
    if "failure" in data:
        process.wait()
        raise Refused(data["failure"], data["exit_code"])
    return Path(data["journal"])


def _crash(code: int, last_words: str) -> dict[str, str]:
    """A crash as an error; of a traceback the last line says it."""
    words = last_words.strip().splitlines()[-1:]
    return {
        "code": "defect",
        "what": "a defect in kubeboot-tui stopped the engine before it began",
        "where": "",
        "why": "; ".join([f"it ended with code {code}", *words]),
        "remedy": "Nothing was changed on this machine",
    }


def _myself() -> list[str]:
    """The command that started this program, whichever way it was installed."""
    if Path(sys.argv[0]).name == "__main__.py":
        return [sys.executable, "-m", "tui"]
    return [sys.executable, sys.argv[0]]
