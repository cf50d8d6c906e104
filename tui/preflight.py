"""The verb `preflight`: the checks alone, and with `--fix` or `--fixes` what mends the machine first."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from phases.engine.errors import ConfigurationError
from phases.engine.request import Request
from phases.engine.state import RunState
from tui.init import (
    DECLINED,
    code_of,
    seen_through,
    started,
    values,
    view_for,
    wanted,
)
from tui.reading import name_of, text_of
from tui.text import mark

MENDS = mark("This mends this machine for Kubernetes; `kubeboot-tui undo` takes it back.")


def run(arguments: argparse.Namespace) -> int:
    """Checks the machine to the end and returns the engine's exit code: 0, or 3 where a check failed."""
    request = make_request(arguments)
    if not wanted(request, arguments, MENDS):
        return DECLINED
    view = view_for(as_json=arguments.json, detail=arguments.v or 0)
    state = seen_through(started(request), view)
    if arguments.report:
        write(arguments.report, state)
    return code_of(state)


def make_request(arguments: argparse.Namespace) -> Request:
    """Looking alone is a dry run: it changes nothing and leaves no trace."""
    mends = arguments.fix != "none" or bool(arguments.fixes)
    return Request(
        workflow="prepare" if mends else "preflight",
        config=text_of(arguments.config) if arguments.config else None,
        config_name=name_of(arguments.config or ""),
        flags=values(arguments),
        becoming=getattr(arguments, "for"),
        fix=arguments.fix,
        packages=arguments.package_source or "",
        package_key=arguments.package_key or "",
        fixes=tuple(arguments.fixes or ()),
        mode="real" if mends else "dry-run",
    )


def write(path: str, state: RunState) -> None:
    """The report as a file. A ConfigurationError where it can't be written."""
    try:
        Path(path).write_text(json.dumps(report(state), indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise ConfigurationError(
            "no-report",
            f"the report can't be written to {path}",
            why=error.strerror or str(error),
            remedy="Name another file",
        ) from error


def report(state: RunState) -> dict[str, Any]:
    """What was found: the machine, when, and each check with its state, finding and fixes."""
    started, finished = state.started, state.finished
    return {
        "node": started.node if started else "",
        "version": started.version if started else "",
        "at": state.began.isoformat() if state.began else "",
        "outcome": finished.outcome if finished else "",
        "checks": list(_checks(state)),
    }


def _checks(state: RunState) -> Iterator[dict[str, Any]]:
    phase = state.phases.get("preflight")
    for name, data in (phase.reports.get("check", {}) if phase else {}).items():
        yield {"name": name, **data}
