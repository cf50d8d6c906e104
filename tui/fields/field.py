"""A field of the form: where it stands in kubeadm's v1beta4 documents and how a person meets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "number",
    "choice",
    "switch",
    "duration",
    "list",
    "args",
    "envs",
    "volumes",
    "taints",
    "tokens",
    "map",
    "gates",
    "either",
]
LINES: frozenset[Kind] = frozenset(
    {"list", "args", "envs", "volumes", "taints", "tokens", "map", "gates"}
)
"""Kinds that are written one item a line."""

FORMS: dict[Kind, str] = {
    "list": "One a line.",
    "args": "One a line: name=value.",
    "envs": "One a line: NAME=value.",
    "volumes": "One a line: name=/on/host:/in/pod, then :ro or :DirectoryOrCreate where needed.",
    "taints": "One a line: key=value:NoSchedule, or none.",
    "tokens": "One a line: id.secret ttl=24h usages=signing,authentication; the token may be left out.",
    "map": "One a line: name=value.",
    "gates": "One a line: name=true.",
}
"""How the lines of a kind are written; drawn through `_`."""


@dataclass(frozen=True, slots=True)
class Field:
    """`path` is the model's own, `networking.podSubnet`; `label`, `help` and `options` are English.

    `program` names whose flags complete `args`. `offers` names facts of the machine that are
    proposed. `fixed` says why it can't be changed after init, empty where it can. `when` shows the
    field only while another holds a value, `needs` only where that fact of the machine is known.
    `secret` values are masked until one stands on them. `words` are what options are called.
    """

    path: str
    label: str
    help: str
    kind: Kind = "text"
    options: tuple[str, ...] = ()
    advanced: bool = False
    fixed: str = ""
    program: str = ""
    offers: str = ""
    when: tuple[str, str] | None = None
    secret: bool = False
    needs: str = ""
    words: tuple[str, ...] = ()

    @property
    def is_option(self) -> bool:
        """Whether it says how to run, and is no part of the configuration."""
        return self.path.startswith("--")
