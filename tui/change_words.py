"""In words: what a preset or a kubeadm line would change, and what tells readings of a text apart."""

from __future__ import annotations

from tui import sections
from tui.fields import texts
from tui.fragment import Change, Effect
from tui.signs import pick
from tui.text import _, mark

SIGNS: dict[Effect, str] = {"set": "+", "same": "=", "typed": "!", "gone": "-"}
WORDS: dict[Effect, str] = {
    "set": "{value}",
    "same": mark("{value}, as it is already"),
    "typed": mark("{value}; yours stays: {typed}"),
    "gone": mark("no longer {typed}, which the earlier preset had set"),
}


def told(change: Change) -> tuple[str, str]:
    """The name of the field, and what becomes of it."""
    value, typed = shown(change.path, change.after), shown(change.path, change.before)
    return label(change.path), _(WORDS[change.effect], value=value, typed=typed)


def label(path: str) -> str:
    """What a field is called in the form; one that only the YAML has by its path."""
    known = sections.fields().get(path)
    return _(known.label) if known else path


def shown(path: str, value: object) -> str:
    """A value in one line, secrets hidden."""
    known = sections.fields().get(path)
    if value == []:
        return _("none")
    text = texts.show(known.kind if known else "text", value)
    words = (_hidden(word) for word in text.split(" ")) if known and known.secret else [text]
    return ", ".join(" ".join(words).splitlines())


def _hidden(word: str) -> str:
    """A token's id alone; of a key nothing."""
    if "=" in word or not word:
        return word
    head, dot, _rest = word.partition(".")
    return f"{head if dot else ''}{dot}{pick('•', '*') * 8}"
