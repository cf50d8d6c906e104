"""`--plain`: the same questions and the same run, line by line, for serial consoles and screen readers.

Questions and their defaults are those of the form (`session`, `sections`), the review is the preview's,
the run is LineView's. No escape sequences; signs in ASCII; 79 columns but for commands to be copied.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from phases.engine import asked
from phases.engine.errors import ConfigurationError, PhaseError, PreflightRefused
from phases.engine.request import Request
from tui import preferences, text
from tui.closing import closing
from tui.init import code_of, follow_through, started
from tui.machine import Look, look
from tui.plain.ahead import decide, foresee, summary
from tui.plain.mending import mend
from tui.plain.questions import Answers, begin, question_all
from tui.plain.resuming import taken_up
from tui.plain.talk import PlainView, Talk, folded, read, tell, yes
from tui.session import Session
from tui.text import _, said

COPIED = ("kubeadm ", "  ")
"""How closing lines begin that are to be copied, and so aren't folded."""


class Left(Exception):
    """A person has had enough before anything was changed."""


def plain(config: str = "", language: str = "", preset: str = "") -> int:
    """Asks, shows what would be done, asks whether to do it, and does it. Returns the exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError(
            "no-terminal",
            "--plain asks questions, and there is no terminal to ask at",
            remedy="Use `kubeboot-tui init --config FILE --yes`",
        )
    chosen = preferences.load(dict(os.environ), Path.home())
    text.use(preferences.overruled(chosen, "", language).language)
    mended: list[str] = []
    try:
        return converse(Talk(read, tell), look(), config, preset, mended.append)
    except (Left, KeyboardInterrupt, EOFError):
        tell("")
        tell(
            _("Left. `kubeboot-tui undo` takes back what was mended.")
            if mended
            else _("Left. Nothing was changed on this machine.")
        )
        return 128 + signal.SIGINT


def converse(
    talk: Talk,
    seen: Look,
    config: str = "",
    preset: str = "",
    mended: Callable[[str], None] = lambda _fix: None,
) -> int:
    """The whole conversation with somebody who started on a machine like this; `mended` is told of fixes."""
    talk.tell_all(greeting(seen))
    if seen.kind == "busy":
        raise PreflightRefused(
            "in-progress", "a run is under way", remedy="`kubeboot-tui watch` shows it"
        )
    if seen.kind == "control-plane" and yes(talk, _("Make new join commands?")):
        return run(talk, Request(workflow="token", renew=True))
    session, answers = Session(), Answers()
    if config or not taken_up(talk, session, answers, seen):
        begin(talk, session, config, preset)
    while True:
        question_all(talk, session, answers)
        mend(talk, session, mended)
        talk.tell_all(summary(session, answers))
        match decide(talk, foresee(talk, session, answers)):
            case "start":
                return run(talk, answers.laid_over(session.request()))
            case "leave":
                raise Left


def greeting(seen: Look) -> Iterator[str]:
    """What this is, what this machine is, and how to answer."""
    yield _("kubeboot-tui: makes this machine the master of a Kubernetes cluster.")
    match seen.kind:
        case "half-done":
            yield _("An earlier run ended early: {why}.", why=said(seen.failure) or _("no reason"))
            if not (seen.journal and asked.read(seen.journal)):
                yield _("The same answers resume it.")
        case "control-plane":
            yield _("This machine is a control plane already; a run changes only what differs.")
        case "foreign":
            yield _("There are Kubernetes files here that this program didn't write.")
    yield _("Enter takes the value in brackets, ? explains, - empties a field, ctrl+c leaves.")
    yield ""


def run(talk: Talk, request: Request) -> int:
    """A run, and again from where it stopped as often as a person wants. Returns the last exit code."""
    code = run_once(request)
    while code == PhaseError.exit_code and again(talk):
        code = run_once(request)
    return code


def again(talk: Talk) -> bool:
    """Whether to go on from the phase that failed; who leaves here leaves what was done."""
    try:
        return yes(talk, _("Try again from the phase that failed?"))
    except (KeyboardInterrupt, EOFError):
        return False


def run_once(request: Request) -> int:
    """Starts the engine and tells of it to its end; a signal goes to the engine, as in init."""
    tell("")
    state = follow_through(started(request), PlainView())
    for line in closing(state):
        for part in [line] if line.startswith(COPIED) else folded(line):
            tell(part)
    return code_of(state)
