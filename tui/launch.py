"""Starts an engine in a process of its own and learns where its journal is.

Following that journal lives in `follow`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phases.engine.errors import InstallerError
from phases.engine.request import Request

GRACE = 5.0
"""Seconds that an engine is given to end after it was told to."""


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
    process, answer = _asked(request)
    return Engine(process, Path(answer["journal"]))


def end(engine: Engine) -> None:
    """Ends an engine that changes nothing; it is given a moment to clear up behind itself."""
    engine.process.terminate()
    see_off(engine)


def see_off(engine: Engine) -> None:
    """Waits for an engine that has told its end, or was told to end, and no longer than a moment."""
    with suppress(subprocess.TimeoutExpired):
        engine.process.wait(GRACE)
        return
    engine.process.kill()
    engine.process.wait()


def fit(request: Request) -> str:
    """In which mode a run would begin now; nothing is begun. Raises Refused where it couldn't begin."""
    process, answer = _asked(replace(request, probe=True))
    process.wait()
    return str(answer["fit"])


def _asked(request: Request) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """An engine that was given a request, and its answer. Raises Refused for one that refuses."""
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
    return process, _read(answer, process, last_words)


def _read(answer: str, process: subprocess.Popen[str], last_words: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(answer)
    except ValueError:
        raise Refused(_crash(process.wait(), last_words), 4) from None
    if "failure" in data:
        process.wait()
        raise Refused(data["failure"], data["exit_code"])
    return data


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
    isolated = ["-I"] if sys.flags.isolated else []
    return [sys.executable, *isolated, sys.argv[0]]
