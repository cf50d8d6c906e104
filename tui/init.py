"""The verb `init` without a screen: from flags to a request, from the journal to an exit code."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from phases.engine.errors import ConfigurationError, PreflightRefused
from phases.engine.request import ASIDE, Mode, Request
from phases.engine.state import RunState
from tui.closing import closing, handover
from tui.flags import CONFIGURING, IMAGE_MIRROR
from tui.follow import follow
from tui.headless import JsonView, LineView, LiveView, View, say, watch
from tui.launch import Engine, end, fit, start
from tui.reading import name_of, text_of
from tui.streams import Unshown, unwritable
from tui.supplies import image_archives, registry_auth
from tui.text import _, mark

STATE = Path("/var/lib/kubeboot")
BECOMES_MASTER = mark(
    "This makes this machine a Kubernetes control plane; `--dry-run` shows the changes."
)
DECLINED = 128 + signal.SIGINT
"""The exit code where a person doesn't want to go on, by ctrl+c or by an answer."""


def init(arguments: argparse.Namespace) -> int:
    """Runs `init` to its end and returns the engine's exit code."""
    request = make_request(arguments)
    if not wanted(request, arguments, BECOMES_MASTER):
        return DECLINED
    hidden = {
        "token": arguments.skip_token_print,
        "certificate-key": arguments.skip_certificate_key_print,
    }
    withheld = frozenset(name for name, hide in hidden.items() if hide)
    view = view_for(as_json=arguments.json, detail=arguments.v or 0)
    return see_through(started(request), view, withheld)


def make_request(arguments: argparse.Namespace) -> Request:
    """The request that the flags ask for. Raises ConfigurationError for a file that can't be read."""
    mode: Mode = "rehearsal" if arguments.rehearse else "dry-run" if arguments.dry_run else "real"
    if mode == "rehearsal" and arguments.dry_run:
        raise ConfigurationError(
            "contradiction",
            "--rehearse and --dry-run contradict each other",
            why="a rehearsal makes everything in a folder, a dry run makes nothing and looks at this machine",
            remedy="Leave one of them out",
        )
    source = arguments.network_manifest or ""
    if arguments.network_sha256 and not source:
        raise ConfigurationError(
            "lonely-digest", "--network-sha256 stands without --network-manifest"
        )
    request = Request(
        config=text_of(arguments.config) if arguments.config else None,
        config_name=name_of(arguments.config or ""),
        flags=values(arguments),
        only=tuple(arguments.only or ()),
        start_from=getattr(arguments, "from") or "",
        upload_certs=arguments.upload_certs,
        csr_only=arguments.csr_only,
        network_manifest=network_manifest(source, arguments.network_sha256 or ""),
        network_source=source,
        version_source=arguments.version_source or "",
        user_kubeconfig=known_user(arguments.kubeconfig_for or ""),
        fix=arguments.fix,
        packages=arguments.package_source or "",
        package_key=arguments.package_key or "",
        image_archives=image_archives(arguments.image_archive or ()),
        registry_auth=registry_auth(arguments.registry_auth or ""),
        mode=mode,
        folder=arguments.rehearse or "",
    )
    if not arguments.preset:
        return request
    from tui.preset_request import laid_under

    return laid_under(request, arguments.preset)


def network_manifest(source: str, digest: str = "") -> str | None:
    """The text at a file or URL, None without one. A ConfigurationError where it can't be had."""
    from phases.system.download import DownloadError, obtain

    if not source:
        return None
    try:
        return obtain(source, digest=digest)
    except DownloadError as error:
        raise ConfigurationError(
            "no-manifest",
            f"the network manifest {source} can't be used",
            why=str(error),
            remedy="Nothing was changed; give a file, or an https address with what it should hold",
        ) from error


def known_user(name: str) -> str:
    """The name of a user of this machine, or none; a ConfigurationError for an unknown one."""
    import pwd

    try:
        home = Path(pwd.getpwnam(name).pw_dir) if name else Path("/")
    except KeyError as error:
        raise ConfigurationError("no-such-user", f"this machine has no user {name}") from error
    if not home.is_dir():
        raise ConfigurationError("no-such-user", f"{name} has no home: there is no folder {home}")
    return name


def values(arguments: argparse.Namespace) -> dict[str, object]:
    """kubeadm's flags that were given and set a field; the model reads and judges them."""
    given = {flag.name: getattr(arguments, flag.key, None) for flag in (*CONFIGURING, IMAGE_MIRROR)}
    return {name: value for name, value in given.items() if value is not None}


def at_terminal() -> bool:
    """Whether a person can be asked; a script has agreed by starting this."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def wanted(request: Request, arguments: argparse.Namespace, warning: str) -> bool:
    """Whether to go on: asked of a person before the real thing, unless --yes has answered."""
    asks = request.mode == "real" and not arguments.yes and at_terminal()
    if asks and not agreed(request, warning):
        say(_("Nothing was changed."))
        return False
    return True


def agreed(request: Request, warning: str) -> bool:
    """Asks whether to go on, but only where a run could begin and would change this machine.

    Raises what the engine would refuse the request with.
    """
    if fit(request) != "real":
        return True
    say(_(warning))
    try:
        return input(_("Go on? [y/N] ")).strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        say("")
        return False


def started(request: Request) -> Engine:
    """A new engine; a signal to us becomes a request to it, also one that came while it started."""
    early: list[int] = []
    _on_signals(early.append)
    engine = start(request)
    _on_signals(engine.process.send_signal)
    for number in early:
        engine.process.send_signal(number)
    return engine


def _on_signals(act: Callable[[int], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: act(number))


def see_through(engine: Engine, view: View, withheld: frozenset[str] = frozenset()) -> int:
    """Follows a run to its end; its exit code."""
    return code_of(seen_through(engine, view, withheld))


def seen_through(engine: Engine, view: View, withheld: frozenset[str] = frozenset()) -> RunState:
    """Follows a run to its end; of a dry run nothing is left, also where it can't be shown."""
    try:
        state = follow_through(engine, view)
        _close(state, as_json=isinstance(view, JsonView), withheld=withheld)
    finally:
        if _is_aside(engine):
            end(engine)
            shutil.rmtree(engine.journal.parents[2], ignore_errors=True)
    return state


def _is_aside(engine: Engine) -> bool:
    """Whether this is a dry run, asked for by a flag or by the file."""
    return engine.journal.parents[2].name.startswith(ASIDE)


def follow_through(engine: Engine, view: View) -> RunState:
    """Shows a run to its end. Raises Unshown where that can't be done: the run itself goes on."""
    records = follow(engine.journal, lambda: engine.process.poll() is None)
    try:
        state = watch(records, view)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unshown(engine, error) from error
    engine.process.wait()
    return state


def unshown(engine: Engine, error: OSError) -> Unshown:
    """The error of a run that can't be shown, and what becomes of it."""
    goes_on = f"The run goes on without it; its journal is {engine.journal}"
    told = unwritable(error)
    remedy = "Nothing was changed" if _is_aside(engine) else goes_on
    return Unshown(told.code, told.what, why=told.why, remedy=remedy)


def code_of(state: RunState) -> int:
    """The exit code of a run; one that was never finished has failed."""
    return state.finished.exit_code if state.finished else 4


def watch_latest(*, as_json: bool, detail: int = 0) -> int:
    """Follows the run under way on this machine, or shows the last one."""
    _look_into(STATE / "runs")
    journals = sorted(STATE.glob("runs/*/journal.jsonl"))
    if not journals:
        raise ConfigurationError("no-run", "there has been no run on this machine")
    pid = _engine_pid(journals[-1])
    view = view_for(as_json=as_json, detail=detail)
    state = watch(follow(journals[-1], lambda: _lives(pid)), view)
    _close(state, as_json=as_json)
    return code_of(state)


def _look_into(folder: Path) -> None:
    """A folder that may not be looked into isn't one without runs, though a glob can't tell."""
    try:
        with suppress(FileNotFoundError):
            os.scandir(folder).close()
    except PermissionError as error:
        raise PreflightRefused(
            "IsPrivilegedUser",
            "only root can see the runs of this machine",
            why=f"{error.filename}: permission denied",
            remedy="Use sudo",
        ) from error


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


def view_for(*, as_json: bool, detail: int) -> View:
    """How a run is shown here: as its journal, live on a terminal, else in lines."""
    if as_json:
        return JsonView()
    if sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        return LiveView(lambda: datetime.now(UTC), detail)
    return LineView(detail=detail)


def _close(state: RunState, *, as_json: bool, withheld: frozenset[str] = frozenset()) -> None:
    if as_json:
        import json

        data = handover(state, withheld)
        print(json.dumps({"event": "Handover", **data}), flush=True)  # noqa: T201
        return
    for line in closing(state, withheld):
        say(line)
