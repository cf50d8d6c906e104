"""What a fix is, and the few ways in which fixes change a machine."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phases.checks.check import Finding
from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.fixes.titles import TITLES

Findings = Sequence[Finding]
LAST_LINES = 6
"""How much of what a command printed is told when it fails."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy for checks, called by their names in the table of checks.

    `safe` is one that only settles what Kubernetes needs: it takes nothing away and stops nothing that
    runs. `can` gives the reason why it can't be applied here, None when it can. `apply` raises
    PhaseError where the machine refuses.
    """

    name: str
    mends: tuple[str, ...]
    apply: Callable[[Context, Findings], None]
    safe: bool = True
    can: Callable[[Context, Findings], str | None] = lambda _context, _findings: None

    @property
    def title(self) -> str:
        return TITLES.get(self.name, self.name)


def edit(context: Context, path: str, content: bytes, *, mode: int = 0o644) -> None:
    """Makes a file hold this content, and shows the difference before it is made."""
    before = context.read(path)
    if before == content:
        return
    context.report("difference", path, lines=difference(before or b"", content))
    fact = context.host.stat(path)
    put(context, path, content, fact.mode if fact else mode)


def put(context: Context, path: str, content: bytes, mode: int) -> None:
    folder = path.rpartition("/")[0]
    if not context.exists(folder):
        context.ensure_directory(folder)
    context.ensure_file(path, content, mode=mode)


def keep(context: Context, name: str, content: bytes) -> str:
    """Keeps what undo will need in a file of ours, and returns its path."""
    path = f"{ASIDE}/{context.began:%Y%m%d-%H%M%S}/{name}"
    put(context, path, content, 0o600)
    return path


def difference(before: bytes, after: bytes) -> list[str]:
    """The changed lines with three around them, as `diff -u` tells them, without its heading."""
    old, new = (text.decode(errors="replace").splitlines() for text in (before, after))
    return list(difflib.unified_diff(old, new, lineterm=""))[2:]


def command(context: Context, *argv: str, undo: Sequence[str] = (), timeout: float = 60.0) -> None:
    """Runs a command. A PhaseError with its own words where it fails."""
    result = context.host.run(argv, undo=undo, timeout=timeout)
    if result.code:
        said = "\n".join([*result.stdout.splitlines(), *result.stderr.splitlines()][-LAST_LINES:])
        raise PhaseError(
            "fix-failed",
            f"`{' '.join(argv)}` failed",
            where=context.phase,
            why=said.strip() or f"exit {result.code}",
            remedy="Mend it by hand, or run the same command again",
        )


def set_aside(context: Context, path: str) -> None:
    """Moves what is at a path to a place of ours, from where undo brings it back."""
    context.host.move(path, f"{ASIDE}/{context.began:%Y%m%d-%H%M%S}{path}")


ASIDE = "/var/lib/kubeboot/aside"
"""Where things are kept that were in the way."""
