"""A case rehearsed in a folder, in this very process: our side of the goldens, without root.

The command line, the engine and its phases are the real ones; only the machine is a stand-in with
the facts of the case, so that the result is the same wherever it runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from phases.engine import process
from phases.engine.errors import InstallerError
from phases.system.overlay import MANAGED
from phases.system.ports import CommandResult, Machine
from tests.fakes import FakeHost
from tui.cli import parser
from tui.init import make_request

from . import corpus, planted, sandbox, sides
from .compare import OUTCOME
from .corpus import Case
from .normal import Normal, normal
from .tree import Tree, from_folder

OWNER = "0:0"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What is there afterwards, as compare.whole tells it of a sandbox, and why it was refused."""

    whole: Normal
    refusal: str


def rehearsed(case: Case, minor: str) -> Rehearsed:
    """What our command line makes of the case."""
    with _folder() as folder:
        refusal, tree = _run(
            case, minor, Path(folder), planted.files(case.planted, lambda: finished(minor))
        )
        return Rehearsed({OUTCOME: "refused" if refusal else "done", **normal(tree)}, refusal)


@cache
def finished(minor: str) -> Tree:
    """What a plain run leaves, for an operator to have left."""
    with _folder() as folder:
        return _run(corpus.cases()["ecdsa-p256"], minor, Path(folder), {})[1]


def _run(case: Case, minor: str, home: Path, before: planted.Files) -> tuple[str, Tree]:
    folder = home / "machine"
    host = _machine(case, before)
    _plant(folder, before)
    there = {f"/{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_dir()}
    config = home / "kubeadm.yaml"
    config.write_text(case.text(sides.VERSIONS[minor]))
    words = [word.replace(sides.CONFIG, str(config)) for word in sides.our_words(case, minor)]
    with _in_process(host, case):
        refusal = _refusal(["init", f"--rehearse={folder}", *words])
    made = from_folder(folder, OWNER).items()
    return refusal, {path: it for path, it in made if not (path in there or _old(host, path))}


def _refusal(words: list[str]) -> str:
    """Runs a command line; why it came to no good end, empty when it did."""
    said = StringIO()
    try:
        with redirect_stderr(said):
            arguments = parser().parse_args(words)
        code = process._serve(make_request(arguments))
    except SystemExit:
        return said.getvalue()
    except InstallerError as error:
        return str(error)
    return f"it ended with {code}" if code else ""


def _old(host: FakeHost, path: str) -> bool:
    """Whether it is a folder that a rehearsal has taken over from the machine."""
    fact = host.stat(path)
    return fact is not None and fact.kind == "directory"


def _folder() -> TemporaryDirectory[str]:
    """In memory where that can be: a rehearsal writes through to the disk, as a real run does."""
    memory = Path("/dev/shm")  # noqa: S108
    return TemporaryDirectory(
        prefix="kubeboot-rehearsal-", dir=memory if os.access(memory, os.W_OK) else None
    )


def _machine(case: Case, before: planted.Files) -> FakeHost:
    files = {path: content for path, content in before.items() if not path.startswith(MANAGED)}
    facts = Machine(
        hostname=case.hostname,
        addresses=("127.0.0.1", sandbox.ADDRESS, "::1", sandbox.ADDRESS6),
        default_address=sandbox.ADDRESS,
        cpus=2,
        memory=4 << 30,
        euid=0,
    )
    marks = {f"{path}/.there": b"" for path in case.folders}
    host = FakeHost({**files, **marks, **corpus.patch_files()}, machine=facts)
    host.listening |= set(case.sockets)
    host.answer("systemctl is-active", by=lambda argv: _unit(argv, case.active))
    return host


def _unit(argv: tuple[str, ...], active: tuple[str, ...]) -> CommandResult:
    runs = argv[-1] in active
    return CommandResult(argv, 0 if runs else 3, "active\n" if runs else "inactive\n", "")


def _plant(folder: Path, before: planted.Files) -> None:
    for path, content in before.items():
        if path.startswith(MANAGED):
            target = folder / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o600)
            os.utime(target, (0, 0))


@contextmanager
def _in_process(host: FakeHost, case: Case) -> Iterator[None]:
    """The engine without what belongs to a process of its own: streams, signals, the terminal."""
    mask = os.umask(0o077)
    try:
        with (
            patch("phases.system.builders.RealHost", lambda: host),
            patch.multiple(process, _answer=_nothing, _let_go=_nothing, _listen=_nothing),
            patch.dict(os.environ, dict(case.environment)),
        ):
            yield
    finally:
        os.umask(mask)


def _nothing(*_arguments: object, **_named: object) -> None:
    """Stands in for what only a process of its own does."""
