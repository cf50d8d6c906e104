"""The verb `init` without a screen: from flags to a request, from the journal to an exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from phases.engine.errors import ConfigurationError
from phases.engine.request import Mode, Request
from phases.engine.state import RunState
from tui.closing import closing
from tui.flags import CONFIGURING
from tui.follow import follow
from tui.headless import JsonView, LineView, LiveView, View, watch
from tui.launch import Engine, start

STATE = Path("/var/lib/kubeboot")


def init(arguments: argparse.Namespace) -> int:
    """Runs `init` to its end and returns the engine's exit code."""
    request = make_request(arguments)
    if not (arguments.yes or request.mode != "real" or _agreed()):
        return 2
    return _see_through(start(request), as_json=arguments.json)


def make_request(arguments: argparse.Namespace) -> Request:
    """The request that the flags ask for. Raises ConfigurationError for a file that can't be read."""
    mode: Mode = "rehearsal" if arguments.rehearse else "dry-run" if arguments.dry_run else "real"
    return Request(
        config=_text(arguments.config) if arguments.config else None,
        config_name=arguments.config or "",
        flags=_values(arguments),
        only=tuple(arguments.only or ()),
        start_from=getattr(arguments, "from") or "",
        upload_certs=arguments.upload_certs,
        csr_only=arguments.csr_only,
        mode=mode,
        folder=arguments.rehearse or "",
    )


def _text(path: str) -> str:
    from phases.model.yaml_source import read_text

    return sys.stdin.read() if path == "-" else read_text(path)


def _values(arguments: argparse.Namespace) -> dict[str, object]:
    """kubeadm's flags that were given and set a field; the model reads and judges them."""
    given = {flag.name: getattr(arguments, flag.key) for flag in CONFIGURING}
    return {name: value for name, value in given.items() if value not in (None, False)}


def _agreed() -> bool:
    """Asks a person at a terminal; a script has agreed by starting it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    print("This makes this machine a Kubernetes control plane; `--dry-run` shows the changes.")  # noqa: T201
    return input("Go on? [y/N] ").strip().lower() in ("y", "yes")


def _see_through(engine: Engine, *, as_json: bool) -> int:
    """Follows a run to its end; a signal to us becomes a request to the engine."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: engine.process.send_signal(number))
    records = follow(engine.journal, lambda: engine.process.poll() is None)
    state = watch(records, _view(as_json=as_json))
    _close(state, as_json=as_json)
    engine.process.wait()
    return state.finished.exit_code if state.finished else 4


def watch_latest(*, as_json: bool) -> int:
    """Follows the run under way on this machine, or shows the last one."""
    journals = sorted(STATE.glob("runs/*/journal.jsonl"))
    if not journals:
        raise ConfigurationError("no-run", "there has been no run on this machine")
    pid = _engine_pid(journals[-1])
    state = watch(follow(journals[-1], lambda: _lives(pid)), _view(as_json=as_json))
    _close(state, as_json=as_json)
    return state.finished.exit_code if state.finished else 4


def _engine_pid(journal: Path) -> int:
    from phases.engine.lock import holder

    who = holder(STATE / "lock")
    return who.pid if who and who.journal == str(journal) else 0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return pid > 0


def _view(*, as_json: bool) -> View:
    if as_json:
        return JsonView()
    if sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        return LiveView(lambda: datetime.now(UTC))
    return LineView()


def _close(state: RunState, *, as_json: bool) -> None:
    if as_json:
        import json

        from tui.closing import handover

        print(json.dumps({"event": "Handover", **handover(state)}), flush=True)  # noqa: T201
        return
    for line in closing(state):
        print(line, flush=True)  # noqa: T201
