"""What the flags of each program do, in a few words, and the flags that complete what was begun."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from phases.model.arguments import known_flags, removed_flags


@dataclass(frozen=True, slots=True)
class Proposal:
    """A flag, and what is known to say about it; the note is English."""

    name: str
    note: str = ""


@cache
def notes(program: str) -> Mapping[str, str]:
    """Every flag that a program lists, with its note; a program's own goes before the shared one."""
    known, _ = known_flags(program)
    said = {**_of(_table()["seldom"], program), **_of(_table(), program)}
    return {name: note for name, note in said.items() if name in known}


def _of(table: Mapping[str, Any], program: str) -> dict[str, str]:
    return {**table["every"], **table.get(program, {})}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("tui.fields").joinpath("flag_notes.toml").read_text("utf-8"))


def proposals(program: str, typed: str) -> tuple[Proposal, ...]:
    """The known flags that begin with what was typed, the common ones first; none behind a `=`."""
    begun = typed.strip().removeprefix("--")
    if not begun or "=" in begun:
        return ()
    said, common = notes(program), _of(_table(), program)
    known, _ = known_flags(program)
    found = sorted(
        (name for name in known if name.startswith(begun)), key=lambda n: (n not in common, n)
    )
    return tuple(Proposal(name, said.get(name, "")) for name in found)


def about(program: str, line: str) -> Proposal | None:
    """What is known of the flag in a line; for one that isn't known, the nearest one or the advice."""
    name = line.strip().removeprefix("--").partition("=")[0].strip()
    if not name:
        return None
    known, _ = known_flags(program)
    if name in known:
        return Proposal(name, notes(program).get(name, ""))
    if gone := removed_flags(program).get(name):
        return Proposal(name, gone.advice)
    near = get_close_matches(name, known, n=1)
    return Proposal(near[0], notes(program).get(near[0], "")) if near else None
