"""What a list of recorded systemctl commands would have made of a unit. Nothing is run here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

Question = Literal["active", "enabled"]

EFFECTS: dict[str, dict[Question, bool]] = {
    "start": {"active": True},
    "restart": {"active": True},
    "stop": {"active": False},
    "enable": {"enabled": True},
    "disable": {"enabled": False},
    "mask": {"enabled": False},
}
WORDS: dict[Question, tuple[str, str]] = {
    "active": ("active", "inactive"),
    "enabled": ("enabled", "disabled"),
}


def unit_state(commands: Iterable[Sequence[str]], unit: str, question: Question) -> bool | None:
    """Whether the unit would be active, or enabled; None when no command says so."""
    answer = None
    for argv in commands:
        verb, units, flags = parse(argv)
        if unit in units:
            answer = effect(verb, flags).get(question, answer)
    return answer


def reply(commands: Iterable[Sequence[str]], asked: Sequence[str]) -> tuple[int, str] | None:
    """Code and output of `systemctl is-active UNIT` or `is-enabled UNIT`, where we know better."""
    verb, units, flags = parse(asked)
    for question, (yes, no) in WORDS.items():
        if verb == f"is-{question}" and len(units) == 1:
            state = unit_state(commands, units[0], question)
            said = "" if flags & {"-q", "--quiet"} else f"{yes if state else no}\n"
            return (
                None if state is None else (0 if state else 3 - 2 * (question == "enabled"), said)
            )
    return None


def effect(verb: str, flags: frozenset[str]) -> dict[Question, bool]:
    """What one verb settles; `enable --now` starts, `disable --now` stops."""
    settled = EFFECTS.get(verb, {})
    return settled | {"active": settled["enabled"]} if "--now" in flags and settled else settled


def parse(argv: Sequence[str]) -> tuple[str, tuple[str, ...], frozenset[str]]:
    """Verb, units without their suffix, and flags of a systemctl command; empty for any other."""
    if not argv or argv[0].rpartition("/")[2] != "systemctl":
        return "", (), frozenset()
    flags = frozenset(word for word in argv[1:] if word.startswith("-"))
    words = [word for word in argv[1:] if word not in flags] or [""]
    return words[0], tuple(word.removesuffix(".service") for word in words[1:]), flags
