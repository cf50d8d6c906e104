"""What a file or a paste is taken for, before anything of it is taken over. No widgets and no screen.

A kubeadm.yaml, one that copying has damaged, or a `kubeadm init` line; with all that is to be said of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from phases.model import command_line, load, repair, yaml_source
from phases.model.command_line import CommandLine
from phases.model.migration.migrate import is_old, migrate
from phases.model.migration.report import Line
from phases.model.problem import Problem, Problems
from phases.model.repair import Reading, Repaired
from tui.fragment import Fragment, of_configuration
from tui.session import TRUE

NAME = "kubeadm.yaml"


@dataclass(frozen=True, slots=True)
class Judged:
    """A text as the model reads it: what it holds, what is wrong with it, what is worth knowing. Where
    it was of an older version of the API, the same `today`, and the `fates` of its fields."""

    text: str
    kinds: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    report: tuple[Problem, ...] = ()
    fates: tuple[Line, ...] = ()
    today: str = ""

    @property
    def taken(self) -> str:
        """What is taken over."""
        return self.today or self.text


@dataclass(frozen=True, slots=True)
class Understood:
    """`name` is the file's, empty for a paste. Either a `line`, or a text with each of its readings
    judged: one that stands as it is has one, and no `repaired`."""

    name: str
    judged: tuple[Judged, ...] = ()
    repaired: Repaired | None = None
    line: CommandLine | None = None

    @property
    def readings(self) -> tuple[Reading, ...]:
        return self.repaired.readings if self.repaired else ()

    @property
    def doubts(self) -> tuple[Problem, ...]:
        return self.repaired.doubts if self.repaired else ()

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to ask and nothing to tell."""
        if self.line or self.repaired or len(self.judged) != 1:
            return False
        only = self.judged[0]
        return not (only.problems or only.report or only.today)

    @property
    def fragment(self) -> Fragment:
        """What a kubeadm line sets."""
        line = self.line or CommandLine("")
        options = {f"--{one.name}": TRUE for one in line.options if one.value != "false"}
        return of_configuration(line.configuration(), options)


def understand(name: str, text: str) -> Understood:
    """Takes a text for the likeliest thing that it can be."""
    try:
        yaml_source.decode_text(text.encode("utf-8", "surrogatepass"), name=name or NAME)
    except Problems as found:
        return Understood(name, (Judged(text, problems=found.problems),))
    repaired = repair.repair(text)
    if repaired is not None:
        return Understood(name, tuple(judge(name, one.text) for one in repaired.readings), repaired)
    if command_line.is_command(text) and not kinds(text):
        return Understood(name, line=command_line.read(text))
    return Understood(name, (judge(name, text),))


def judge(name: str, text: str) -> Judged:
    """What the model says of a text."""
    held = kinds(text)
    try:
        if is_old(text, name=name or NAME):
            found = migrate(text, name=name or NAME, judged=False)
            return Judged(text, held, (), found.notices, found.lines, found.text)
        return Judged(text, held, report=load.read(text, name=name or NAME).notices)
    except Problems as wrong:
        return Judged(text, held, wrong.problems)


def kinds(text: str) -> tuple[str, ...]:
    """Each document's kind with its version: `ClusterConfiguration kubeadm.k8s.io/v1beta4`."""
    try:
        nodes = yaml_source.parse_documents(text, name="")
    except Problems:
        return ()
    headings = (
        {
            key.text: value.text
            for key, value in node.entries
            if isinstance(value, yaml_source.Scalar)
        }
        for node in nodes
        if isinstance(node, yaml_source.Mapping)
    )
    return tuple(
        f"{one['kind']} {one.get('apiVersion', '')}".strip() for one in headings if "kind" in one
    )
