"""Takes back changes from the ledger, the latest first: each thing becomes again what it was before.

Which changes to take back is a phase's business. What somebody else has changed since is theirs: it
stays, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

from phases.engine.context import Context
from phases.engine.ledger import Entry
from phases.system.ports import FileFact, Host


class Stays(Exception):
    """A change that isn't taken back, and why."""


def take_back(context: Context, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Takes changes back, the latest first; those that stay are warned of, the others returned.

    Where a file stays as it is, so do its earlier changes: what they had made of it isn't there.
    """
    done: list[Entry] = []
    theirs: set[str] = set()
    for entry in sorted(entries, key=lambda entry: entry.line, reverse=True):
        context.safe_point()
        if entry.target in theirs:
            continue
        try:
            TAKE_BACK[entry.verb](context, entry)
        except Stays as reason:
            if entry.verb != "run":
                theirs.add(entry.target)
            context.warn(f"{entry.target} stays as it is: {reason}")
        else:
            done.append(entry)
            context.past.settle([entry])
    return tuple(done)


def is_ours_to_take_back(entry: Entry) -> bool:
    """Whether the change is one of this machine's files or commands."""
    return entry.verb in TAKE_BACK


def _write(context: Context, entry: Entry) -> None:
    """A file gets its old content back, or goes if there was none."""
    found, before = context.host.stat(entry.target), entry.before
    if found is None and before is None:
        return
    if _is_as_before(context.host, entry.target, found, before):
        return
    if found is not None and not _is_as_we_left_it(context.host, entry, found):
        raise Stays("it was changed since")
    if before is None:
        context.host.remove(entry.target)
    else:
        _restore(context, entry.target, before)


def _restore(context: Context, path: str, before: Mapping[str, Any]) -> None:
    if before["kind"] != "file":
        raise Stays(f"it was a {before['kind']}")
    _make_above(context, before)
    content = context.past.kept(str(before["sha256"]))
    context.host.write(path, content, mode=_number(before, "mode"), owner=_owner(before))


def _make_above(context: Context, before: Mapping[str, Any]) -> None:
    """The folders above, as they were: a package that went may have taken them along."""
    for folder, shape in reversed(before.get("above", {}).items()):
        if not context.exists(folder):
            context.host.make_directory(folder, mode=shape["mode"], owner=_owner(shape))


def _is_as_we_left_it(host: Host, entry: Entry, found: FileFact) -> bool:
    if found.kind != "file":
        return False
    return sha256(host.read(entry.target)).hexdigest() == (entry.after or {}).get("sha256")


def _is_as_before(
    host: Host, path: str, found: FileFact | None, before: Mapping[str, Any] | None
) -> bool:
    if found is None or before is None or found.kind != before["kind"]:
        return False
    same = (found.mode, found.uid, found.gid) == (before["mode"], *_owner(before))
    return same and sha256(host.read(path)).hexdigest() == before["sha256"]


def _make(context: Context, entry: Entry) -> None:
    """A folder that was made goes if nothing is in it; one that was there gets its mode back."""
    if entry.before is not None:
        context.ensure_directory(entry.target, mode=_number(entry.before, "mode"))
    elif names := context.host.list(entry.target):
        raise Stays(f"there is something in it ({names[0]})")
    elif context.exists(entry.target):
        context.host.remove(entry.target)


def _remove(context: Context, entry: Entry) -> None:
    if entry.before is None or context.exists(entry.target):
        return
    _restore(context, entry.target, entry.before)


def _move(context: Context, entry: Entry) -> None:
    """What was moved away comes back, unless something else has taken its place."""
    aside = str((entry.after or {}).get("path"))
    if not context.exists(aside):
        if context.exists(entry.target):
            return
        raise Stays(f"{aside} is gone")
    if context.exists(entry.target):
        raise Stays(f"something new is there, what was before lies in {aside}")
    _make_above(context, entry.before or {})
    context.host.move(aside, entry.target)


def _run(context: Context, entry: Entry) -> None:
    """A command is taken back by the one that was recorded with it; one without needs none."""
    if not entry.undo:
        return
    result = context.host.run(entry.undo, timeout=UNDO_TIMEOUT)
    if result.code:
        said = (result.stderr or result.stdout).strip() or f"exit {result.code}"
        raise Stays(f"`{' '.join(entry.undo)}`: {said}")


UNDO_TIMEOUT = 600.0

TAKE_BACK: Mapping[str, Callable[[Context, Entry], None]] = {
    "write": _write,
    "make": _make,
    "remove": _remove,
    "move": _move,
    "run": _run,
}
"""How each verb of the ledger is taken back; those of a cluster aren't among them."""


def _number(facts: Mapping[str, Any], name: str) -> int:
    value = facts[name]
    if not isinstance(value, int):
        raise Stays("the ledger doesn't tell what it was")
    return value


def _owner(before: Mapping[str, Any]) -> tuple[int, int]:
    return _number(before, "uid"), _number(before, "gid")
