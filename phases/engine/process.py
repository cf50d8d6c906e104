"""The engine as a process: takes a request, answers with the journal's place, lets go of the terminal, runs.

The answer is one line of JSON on standard output: `{"journal": path}` when the run has begun, or
`{"failure": {...}, "exit_code": n}` when it could not begin; `{"fit": mode}` when it was only to tell
whether it could. Everything after that is in the journal.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from phases.engine import ahead, asked, demands, desk, finished
from phases.engine import events as e
from phases.engine.context import Options
from phases.engine.errors import ConfigurationError, InstallerError, PreflightRefused
from phases.engine.journal import Journal
from phases.engine.lock import MACHINE, Holder, Lock
from phases.engine.plan import Plan, Selection, make_plan
from phases.engine.registry import discover
from phases.engine.request import ASIDE, Request
from phases.engine.resolve import Resolved, as_error, resolve
from phases.engine.runner import Runner
from phases.engine.stop import Stop
from phases.engine.workshop import Place, Workshop, new_place
from phases.model import registry_login
from phases.model.problem import Problems
from phases.render import manifest
from phases.system.builders import dry_run_ports, real_ports, rehearsal_ports
from phases.system.ports import Ports

BY_LEDGER = ("undo", "reset")
"""Workflows that go by what was changed here: what a configuration would want is nothing to them."""


def main() -> int:
    """Runs the request on standard input, one line; returns the exit code of the run."""
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        return _serve(Request.from_json(sys.stdin.readline()))
    except InstallerError as error:
        _answer(failure=error.as_data(), exit_code=error.exit_code)
        return error.exit_code


def _serve(request: Request) -> int:
    """From the request to the end of the run; nothing is written before everything asked for is sound."""
    stop = Stop()
    resolved = _resolved(request, stop)
    plan = _plan(request, resolved)
    if resolved.configuration.init.dry_run and request.mode == "real":
        request = replace(request, mode="dry-run")
    options = _options(request)
    demands.root(request, resolved.configuration)
    with _a_place(request):
        ports = _ports(request, stop)
        demands.keys_to_upload(request, resolved.configuration, ports.host)
        demands.patches(resolved.configuration, ports.host)
        if request.probe:
            return _told_fit(request)
        place = _seat(request)
        asked.keep(request, place.run)
        journal = Journal(place.journal)
    journal.append(_started(request, resolved, plan, place))
    _listen(stop, journal)
    _answer(journal=str(place.journal))
    if request.workflow == desk.WORKFLOW:
        desk.end_with_front_end(stop)
    _let_go(place.log)
    workshop = Workshop(resolved.configuration, options, ports, place, journal, stop)
    warnings = () if request.workflow in BY_LEDGER else resolved.warnings
    code = _run(plan, workshop, warnings, journal, stop)
    if code == 0:
        asked.forget(request, place.state)
    return code


def _resolved(request: Request, stop: Stop) -> Resolved:
    """The configuration: what was asked for, or, on a finished master, what it runs with."""
    host = real_ports(stop.event).host
    if request.workflow not in finished.WORKFLOWS or request.config is not None:
        return resolve(request, host)
    demands.root(request)
    stored = finished.configuration(request.workflow, _ports(request, stop))
    return resolve(request, host, stored)


def _told_fit(request: Request) -> int:
    """Answers that a run could begin now, in this mode; raises RunInProgress where another is going."""
    lock = MACHINE / "lock"
    if request.mode == "real" and lock.exists():
        Lock(lock)
    _answer(fit=request.mode)
    return 0


def _seat(request: Request) -> Place:
    """Where this process keeps its files; a lock is held until it ends, but a desk needs none."""
    state = state_folder(request)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    if request.workflow == desk.WORKFLOW:
        return desk.open_place(state)
    if request.workflow == ahead.WORKFLOW:
        return ahead.open_place(state)
    lock = Lock(state / "lock")
    place = new_place(state)
    lock.sign(Holder(os.getpid(), str(place.journal)))
    return place


@contextmanager
def _a_place(request: Request) -> Iterator[None]:
    """While the run's own files are laid out, the system's refusal becomes our error."""
    try:
        yield
    except OSError as error:
        kind = ConfigurationError if request.mode == "rehearsal" else PreflightRefused
        raise kind(
            "no-place",
            f"the run's own files can't be kept in {error.filename or 'their folder'}",
            why=error.strerror or str(error),
            remedy="Choose another folder" if request.mode == "rehearsal" else "Mend the cause",
        ) from error


def _run(
    plan: Plan, workshop: Workshop, warnings: tuple[str, ...], journal: Journal, stop: Stop
) -> int:
    for text in warnings:
        journal.append(e.Warned("", text))
    finished = Runner(plan, workshop.context, journal.append, lambda: stop.signal).run()
    journal.append(finished)
    journal.close()
    return finished.exit_code


def state_folder(request: Request) -> Path:
    """Where the engine keeps its files: on the machine, in a rehearsal's folder, or aside for a dry run."""
    if request.mode == "real":
        return MACHINE
    if request.mode == "rehearsal":
        return _inside(Path(request.folder).resolve())
    return Path(tempfile.mkdtemp(prefix=ASIDE))


def _inside(folder: Path) -> Path:
    """The state folder of a rehearsal; neither / nor a planted link makes it the machine's own."""
    state = folder / MACHINE.relative_to("/")
    if folder == Path("/") or state.resolve() != state:
        raise ConfigurationError(
            "no-rehearsal-here",
            f"{folder} can't hold a rehearsal",
            why=f"its state would lie in {state.resolve()}",
            remedy="Choose another folder",
        )
    return state


def _ports(request: Request, stop: Stop) -> Ports:
    if request.mode == "rehearsal":
        folder = Path(request.folder).resolve()
        _inside(folder).mkdir(mode=0o700, parents=True, exist_ok=True)  # they keep files there too
        return rehearsal_ports(str(folder), stop.event)
    if request.mode == "dry-run":
        return dry_run_ports(stop.event)
    return real_ports(stop.event)


def _plan(request: Request, resolved: Resolved) -> Plan:
    skip = resolved.configuration.init.skip_phases
    only = request.only or (demands.REQUESTS if request.csr_only else ())
    selection = Selection(only=only, skip=skip, start_from=request.start_from)
    plan = make_plan(discover(), request.workflow, selection)
    demands.something_to_do(plan)
    demands.requests_alone(request, plan)
    return plan


def _options(request: Request) -> Options:
    return Options(
        workflow=request.workflow,
        upload_certs=request.upload_certs,
        csr_only=request.csr_only,
        renew=request.renew,
        network=_network(request),
        network_source=request.network_source,
        user_kubeconfig=request.user_kubeconfig,
        becoming=request.becoming,
        fix=request.fix,
        fixes=request.fixes,
        checks=request.checks,
        packages=request.packages,
        package_key=request.package_key,
        mode=request.mode,
        regardless=request.regardless,
        environment={
            key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")
        },
        image_archives=request.image_archives,
        logins=_logins(request),
    )


def _logins(request: Request) -> registry_login.Logins:
    """Who we are to registries; a ConfigurationError for what is no config.json."""
    try:
        return registry_login.read(request.registry_auth)
    except Problems as problems:
        raise as_error(problems.problems) from problems


def _network(request: Request) -> tuple[manifest.Object, ...]:
    """The objects of the network plugin; a ConfigurationError for a manifest that can't be used."""
    if request.network_manifest is None:
        return ()
    try:
        return manifest.parse(request.network_manifest, name=request.network_source)
    except Problems as problems:
        raise as_error(problems.problems) from problems


def _started(request: Request, resolved: Resolved, plan: Plan, place: Place) -> e.RunStarted:
    return e.RunStarted(
        run=place.run.name,
        workflow=request.workflow,
        mode=request.mode,
        version=resolved.configuration.cluster.kubernetes_version,
        node=resolved.configuration.init.node_registration.name,
        phases=plan.outline(),
        pid=os.getpid(),
        cluster=resolved.configuration.cluster.cluster_name,
    )


def _answer(**data: Any) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def _let_go(log: Path) -> None:
    """Points the standard streams away from the terminal, so that its end is none of our business."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(source, target)


def _listen(stop: Stop, journal: Journal) -> None:
    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.ask(number):
            journal.append(e.CancelRequested(number))

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
