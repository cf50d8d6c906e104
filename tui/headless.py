"""A run without a screen: the journal as plain lines, as live lines on a terminal, or as JSON.

The words at the end (join commands, what to do next) live in `closing`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TextIO, TypeAlias

from phases.engine import events as e
from phases.engine.journal import Record, encode
from phases.engine.state import PhaseState, RunState, fold
from tui.text import _, clean, mark, said

if TYPE_CHECKING:
    from rich.console import RenderableType

SIGNS = {
    "done": "✓",
    "unchanged": "=",
    "skipped": "↷",
    "failed": "✗",
    "running": "●",
    "waiting": "○",
    "stopped": "■",
}
WORDS = {"unchanged": mark("unchanged"), "skipped": mark("skipped"), "failed": mark("failed")}
ASCII = str.maketrans(
    {"✓": "+", "↷": "-", "✗": "x", "●": ">", "○": ".", "■": "#", "·": "-", "→": ">"}
)


CHANGES, PROGRAMS = 1, 5
"""From which detail (-v) on each change is told, and what programs say."""


Ending: TypeAlias = e.PhaseFinished | e.PhaseSkipped | e.PhaseFailed | e.StepSkipped


class View(Protocol):
    """Shows a run as it goes."""

    def show(self, record: Record, state: RunState) -> None: ...
    def tick(self, state: RunState) -> None: ...
    def close(self, state: RunState) -> None: ...


def watch(records: Iterable[Record | None], view: View) -> RunState:
    """Folds records into a state and shows each; returns the last state."""
    state = RunState()
    try:
        for record in records:
            if record is None:
                view.tick(state)
                continue
            state = fold(state, record)
            view.show(record, state)
    finally:
        view.close(state)  # a terminal gets its cursor back whatever happened
    return state


class JsonView:
    """The journal itself, line by line."""

    def show(self, record: Record, state: RunState) -> None:  # noqa: ARG002  the view's contract
        print(encode(record), flush=True)  # noqa: T201

    def tick(self, state: RunState) -> None:
        """Nothing to do between records."""

    def close(self, state: RunState) -> None:
        """Nothing is left open."""


class LineView:
    """One line per thing worth a line; for logs, serial consoles and screen readers."""

    def __init__(self, out: TextIO | None = None, detail: int = 0) -> None:
        self._out = out
        self._detail = detail

    def show(self, record: Record, state: RunState) -> None:
        for line in lines(record, state, self._detail):
            say(line, self._out)

    def tick(self, state: RunState) -> None:
        """Nothing to do between records."""

    def close(self, state: RunState) -> None:
        """Nothing is left open."""


def say(line: str, out: TextIO | None = None) -> None:
    """Prints a line with the signs that its reader can show."""
    place = out or sys.stdout
    print(spelled(line, getattr(place, "encoding", None), os.environ), file=place, flush=True)


def spelled(line: str, encoding: str | None, environment: Mapping[str, str]) -> str:
    """A line as it can be shown: in ASCII where the stream or the locale knows no more.

    Python takes a C locale for UTF-8 and says so in LC_CTYPE, which is why that alone counts little.
    """
    locale = environment.get("LC_ALL") or environment.get("LANG") or "C"
    if locale in ("C", "POSIX") and environment.get("LC_CTYPE", "C.UTF-8") in ("C.UTF-8", "C"):
        encoding = "ascii"
    encoding = encoding or "ascii"
    text = line if encoding.lower().startswith("utf") else line.translate(ASCII)
    return text.encode(encoding, "replace").decode(encoding)


def lines(record: Record, state: RunState, detail: int = 0) -> Iterable[str]:
    """What one record says in plain lines; most say nothing, more of them with more `detail` (-v)."""
    event = record.event
    if isinstance(event, e.RunStarted):
        yield heading(event)
        yield from left_out(event)
    elif isinstance(event, e.PhaseFinished | e.PhaseSkipped | e.PhaseFailed | e.StepSkipped):
        yield from endings(event, state)
    elif isinstance(event, e.Effect | e.Output):
        yield from details(event, state, detail)
    elif isinstance(event, e.Warned):
        place = f"{event.phase}: " if event.phase else ""
        yield notice(f"{place}{said(event.text)}", event.level)
    elif isinstance(event, e.CancelRequested):
        yield "  " + _("stopping at the next safe point")


def details(event: e.Effect | e.Output, state: RunState, detail: int) -> Iterable[str]:
    """What is told when it is asked for: by a dry run its changes, else by the detail wanted."""
    if isinstance(event, e.Output):
        if detail >= PROGRAMS:
            yield f"  {event.source}: {clean(event.line)}"
    elif state.started and state.started.mode == "dry-run":
        yield "  " + _("would {verb} {target}", verb=said(event.verb), target=event.target)
    elif detail >= CHANGES:
        more = f" ({event.detail})" if event.detail else ""
        yield f"  {said(event.verb)} {event.target}{more}"


def notice(text: str, level: e.Level = "error") -> str:
    """A line on something wrong: an error and a warning each have a sign and a word of their own."""
    if level == "error":
        return f"✗ {_('error: {text}', text=text)}"
    return f"! {_('warning: {text}', text=text)}"


def heading(event: e.RunStarted) -> str:
    """The first line: what runs, where, and whether it is the real thing."""
    kinds = {
        "real": "",
        "rehearsal": _("rehearsal: nothing on this machine is touched"),
        "dry-run": _("dry run: nothing is changed"),
    }
    words = _("Kubernetes {version} on {node}", version=event.version, node=event.node)
    return " · ".join(filter(None, ("kubeboot-tui", words, kinds[event.mode])))


def endings(event: Ending, state: RunState) -> Iterable[str]:
    """What became of a phase, or of a step that is left out; what the first lines told isn't told again."""
    if isinstance(event, e.StepSkipped):
        if event.reason != e.NOT_ASKED:
            name = f"{SIGNS['skipped']} {event.phase}/{event.step:<40}"
            yield f"{name}  {_('skipped')}: {said(event.reason)}"
    elif not (isinstance(event, e.PhaseSkipped) and event.phase in planned_out(state.started)):
        yield summary(state.phases[event.phase])
        if isinstance(event, e.PhaseFailed):
            yield from reasons(event.failure)


def planned_out(started: e.RunStarted | None) -> dict[str, str]:
    """The phases that the plan leaves out from the beginning, each with the reason."""
    return {each.name: each.skip for each in started.phases if each.skip} if started else {}


def left_out(started: e.RunStarted) -> Iterable[str]:
    """A line for each reason, with the phases it keeps out; those nobody spoke of are counted."""
    out = planned_out(started)
    for reason in dict.fromkeys(out.values()):
        names = [name for name in out if out[name] == reason]
        unasked = _("{n} phases", n=len(names)) if len(names) > 1 else _("1 phase")
        told = unasked if reason == e.NOT_ASKED else ", ".join(names)
        yield f"{SIGNS['skipped']} {told}  {_('skipped')}: {said(reason)}"


def summary(phase: PhaseState) -> str:
    """A phase in one line: its sign, title, time and what came of it."""
    time = took(phase.started, phase.finished)
    doubt = _doubt(phase)
    sign = "!" if doubt else SIGNS[phase.status]
    return f"{sign} {_titled(phase)}{time:>8}  {doubt or _note(phase)}".rstrip()


def _titled(phase: PhaseState) -> str:
    from rich.cells import cell_len

    title = said(phase.title)
    return title + " " * (32 - cell_len(title))


def _doubt(phase: PhaseState) -> str:
    """What is to be said of checks that failed and stopped nothing, as in a rehearsal."""
    checks = phase.reports.get("check", {}).values()
    failed = sum(check.get("state") == "failed" for check in checks)
    if not failed or phase.status == "failed":
        return ""
    if failed == 1:
        return _("1 check failed: here init itself would be refused")
    return _("{n} checks failed: here init itself would be refused", n=failed)


def _note(phase: PhaseState) -> str:
    if phase.status == "done":
        one = phase.changes == 1
        return _("1 change") if one else _("{count} changes", count=phase.changes)
    word = _(WORDS.get(phase.status, ""))
    return f"{word}: {said(phase.reason)}" if phase.reason else word


def reasons(failure: e.Failure) -> Iterable[str]:
    """A failure as a few indented lines: what, why, what next."""
    yield f"  {said(failure.what)}"
    yield from (f"  {said(line)}" for line in failure.why.splitlines())
    if failure.remedy:
        yield f"  → {said(failure.remedy)}"


def took(started: datetime | None, finished: datetime | None) -> str:
    """A time span in seconds, empty while either end is unknown."""
    if started is None or finished is None:
        return ""
    return f"{(finished - started).total_seconds():.1f} s"


class LiveView:
    """On a terminal: finished phases scroll up as lines, each running one keeps a live line."""

    def __init__(self, now: Callable[[], datetime], detail: int = 0) -> None:
        from rich.console import Console
        from rich.live import Live

        self._now = now
        self._detail = detail
        self._console = Console(highlight=False, markup=False)
        self._live = Live(console=self._console, refresh_per_second=10, transient=True)
        self._live.start()

    def show(self, record: Record, state: RunState) -> None:
        for line in lines(record, state, self._detail):
            self._console.print(spelled(line, self._console.encoding, os.environ))
        self._live.update(self._running(state))

    def tick(self, state: RunState) -> None:
        self._live.update(self._running(state))

    def close(self, state: RunState) -> None:  # noqa: ARG002  the view's contract
        self._live.stop()

    def _running(self, state: RunState) -> RenderableType:
        from rich.text import Text

        running = (phase for phase in state.phases.values() if phase.status == "running")
        text = "\n".join(f"{SIGNS['running']} {self._line(phase)}" for phase in running)
        return Text(spelled(text, self._console.encoding, os.environ))

    def _line(self, phase: PhaseState) -> str:
        steps = [step.name for step in phase.steps.values() if step.status == "running"]
        time = took(phase.started, self._now())
        return f"{_titled(phase)}{time:>8}  {' · '.join(steps)}".rstrip()
