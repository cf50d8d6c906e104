"""In words and signs: what became of a field of an older version of kubeadm's configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from phases.model.migration.report import Fate, Line
from tui.signs import pick
from tui.text import _, clean, mark, said

FATES: Mapping[Fate, str] = {
    "kept": mark("kept"),
    "renamed": mark("renamed"),
    "moved": mark("moved"),
    "changed": mark("changed"),
    "gone": mark("no longer exists"),
}
SIGNS: Mapping[Fate, str] = {"kept": "=", "renamed": ">", "moved": ">", "changed": "!", "gone": "-"}


def told(one: Line) -> tuple[str, str]:
    """A sign, and the old field with what became of it, where to, and why."""
    place = _("line {line}", line=one.line) + ": " if one.line else ""
    to = f" {pick('→', '->')} {clean(one.to)}" if one.to and one.fate != "kept" else ""
    note = f" ({clean(said(one.note))})" if one.note else ""
    return SIGNS[one.fate], f"{place}{clean(one.path)}: {_(FATES[one.fate])}{to}{note}"


def summary(fates: Sequence[Line]) -> str:
    """How many fields had which fate."""
    count = Counter(one.fate for one in fates)
    return ", ".join(f"{count[fate]} {_(word)}" for fate, word in FATES.items() if count[fate])
