"""A `kubeadm init` or `kubeadm join` line as somebody pasted it: what it sets, and what of it isn't taken.

Flags and their meaning are `flags`'s; flags that are gone are data in `components`.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from phases.model import flags
from phases.model.problem import Problem, Problems
from phases.model.types import Configuration
from phases.model.versions import releases

LINE = re.compile(
    r"^(?:\s*(?:\S+@\S+)?\s*[#$%>]\s)?\s*(?:sudo\s+(?:-\S+\s+)*)?(?:\w+=\S*\s+)*(?:\S*/)?kubeadm\s+(?P<verb>init|join)\b(?!\s+phase)",
    re.MULTILINE,
)
_END = re.compile(r"(?<!\S)(?:&&|\|\|?|;|>>?|2>|&)(?=\s|$)|;$")
_DASH = "[-\u2010-\u2015\u2212]"
_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u3000": " "}
)

SWITCHES = frozenset(
    {"dry-run", "upload-certs", "skip-token-print", "skip-certificate-key-print", "control-plane"}
    | {"discovery-token-unsafe-skip-ca-verification", "help"}
)
LISTS = frozenset({"apiserver-cert-extra-sans", "ignore-preflight-errors", "skip-phases"})
"""Flags whose values add up; of the others the last one counts."""

SHORT = {"h": "help", "v": "v", "k": "experimental-kustomize"}
OPTIONS = ("upload-certs",)
"""Flags that say how to run and that the form has, too."""

PRINTING = ("skip-certificate-key-print", "skip-token-print", "v", "help")
JOIN_SETS = (
    "apiserver-advertise-address",
    "apiserver-bind-port",
    "cri-socket",
    "node-name",
    "patches",
)
JOIN_ONLY = (
    *("certificate-key", "control-plane", "discovery-file", "discovery-token", "skip-phases"),
    *("discovery-token-ca-cert-hash", "discovery-token-unsafe-skip-ca-verification"),
    *("tls-bootstrap-token", "token", "dry-run"),
)


@dataclass(frozen=True, slots=True)
class Given:
    """A flag as it was given, under the name that it has today."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`sets` holds the flags that set a field, `options` those that say how to run; `notes` tell what
    became of the others, each by its flag. `cluster` is the endpoint that a join line leads to."""

    verb: str
    sets: tuple[Given, ...] = ()
    options: tuple[Given, ...] = ()
    notes: tuple[Problem, ...] = ()
    cluster: str = ""

    def configuration(self) -> Configuration:
        """What the flags set; none of them has been refused before."""
        return _applied(self.sets)


@dataclass(frozen=True, slots=True)
class Retired:
    """What became of a flag that is gone: see the table."""

    switch: bool = False
    now: str = ""
    value: str = ""
    field: str = ""


def is_command(text: str) -> bool:
    return LINE.search(text) is not None


def read(text: str) -> CommandLine | None:
    """The first kubeadm line of a text; None where there is none."""
    found = LINE.search(text)
    if found is None:
        return None
    verb = found["verb"]
    try:
        words = shlex.split(_END.split(_whole(text[found.end() :]))[0], comments=True)
    except ValueError:
        problem = Problem("", "a quote is opened in this line and not closed", "Close it")
        return CommandLine(verb, notes=(problem,))
    line = CommandLine(verb)
    for one in _given(verb, words):
        line = _taken(line, one) if isinstance(one, Given) else _noted(line, one)
    if verb == "join":
        line = _joining(line)
    return line


def _whole(text: str) -> str:
    """The rest of the line, and the lines it goes on in: behind a backslash, or with a flag in front."""
    first, *following = text.translate(_QUOTES).split("\n")
    parts = [first]
    for line in following:
        goes_on = parts[-1].rstrip().endswith("\\") or re.match(rf"\s*{_DASH}{{1,2}}\w", line)
        if not goes_on:
            break
        parts.append(line)
    return " ".join(part.rstrip().removesuffix("\\") for part in parts)


def _given(verb: str, words: Sequence[str]) -> Iterator[Given | Problem]:
    rest = list(words)
    while rest:
        word = rest.pop(0)
        match = re.match(rf"{_DASH}{{1,2}}([A-Za-z][\w-]*)(?:=(.*))?$", word, re.DOTALL)
        if match is None:
            yield from _loose(verb, word)
            continue
        name = SHORT.get(match[1], match[1].replace("_", "-"))
        retired = retired_flags(verb).get(name)
        switch = name in SWITCHES or bool(retired and retired.switch)
        value = match[2] if match[2] is not None else "true" if switch else None
        if value is None and not (rest and not re.match(rf"{_DASH}{{2}}\w", rest[0])):
            if name in flags.FLAGS or name in (flags.IGNORE_FLAG, "config"):
                yield Problem(f"--{name}", "has no value", "Give it one")
            else:
                yield Given(name, "")
            continue
        value = rest.pop(0) if value is None else value
        yield from _today(name, value, retired)


def _loose(verb: str, word: str) -> Iterator[Given | Problem]:
    if verb == "join":
        yield Given("", word)
    else:
        yield Problem("", f"{word} is no flag, and kubeadm init takes nothing else")


def _today(name: str, value: str, retired: Retired | None) -> Iterator[Given | Problem]:
    """A flag under today's name; of one that is gone it is told what became of it."""
    if "$" in value or "`" in value:
        yield Problem(f"--{name}", f"{value} is known to a shell only", "Write the value itself")
    elif retired is None:
        yield Given(name, value)
    elif retired.now:
        told = f"--{retired.now}={retired.value}" if retired.value else f"--{retired.now}"
        yield Problem(f"--{name}", f"is gone; it is taken over as {told}")
        if value != "false":
            yield Given(retired.now, retired.value or value)
    elif retired.field:
        yield Problem(f"--{name}", "is gone and isn't taken over", f"Set {retired.field} instead")
    else:
        yield Problem(f"--{name}", "is gone, and nothing takes its place", "Leave it out")


def _taken(line: CommandLine, one: Given) -> CommandLine:
    if not one.name:
        return replace(line, cluster=one.value)
    if one.name == "config":
        remedy = "Open that file first (^o), then paste the line again"
        return _noted(line, Problem("--config", f"{one.value} isn't read by this", remedy))
    if one.name in PRINTING:
        message = "says what is printed, and isn't taken over"
        return _noted(line, Problem(f"--{one.name}", message, "Give it to `kubeboot-tui init`"))
    if line.verb == "join" and one.name in JOIN_ONLY:
        return line
    if one.name == "feature-gates":
        return _gated(line, one)
    if one.name in OPTIONS:
        return replace(line, options=(*_others(line.options, one.name), one))
    if line.verb == "join" and one.name not in (*JOIN_SETS, flags.IGNORE_FLAG):
        return _noted(line, _unknown(one.name, (*JOIN_SETS, *JOIN_ONLY, flags.IGNORE_FLAG)))
    return _set(line, one)


def _gated(line: CommandLine, one: Given) -> CommandLine:
    """Gates that are gone are told; the others are for the checks of a configuration to judge."""
    kept = []
    for pair in filter(None, one.value.split(",")):
        name = pair.partition("=")[0].strip()
        gone = retired_flags("gates").get(name)
        if gone is None or any(name in release.feature_gates for release in releases().values()):
            kept.append(pair)
            continue
        remedy = f"Set {gone.field} instead" if gone.field else "Leave it out"
        message = f"kubeadm has no feature gate {name} any more"
        line = _noted(line, Problem("--feature-gates", message, remedy))
    return _set(line, Given(one.name, ",".join(kept))) if kept else line


def _set(line: CommandLine, one: Given) -> CommandLine:
    if one.name not in flags.FLAGS and one.name != flags.IGNORE_FLAG:
        return _noted(line, _unknown(one.name, (*flags.FLAGS, flags.IGNORE_FLAG, *OPTIONS)))
    before = next((given.value for given in line.sets if given.name == one.name), "")
    if before and one.name in LISTS:
        one = Given(one.name, f"{before},{one.value}")
    sets = (*_others(line.sets, one.name), one)
    try:
        _applied(sets)
    except Problems as found:
        return replace(line, notes=(*line.notes, *found.problems))
    return replace(line, sets=sets)


def _others(given: Sequence[Given], name: str) -> tuple[Given, ...]:
    return tuple(one for one in given if one.name != name)


def _applied(sets: Sequence[Given]) -> Configuration:
    """Without the token that kubeadm describes where nothing is said of one."""
    values = {one.name: one.value for one in sets}
    laid = flags.apply(Configuration(), values, config_given=False)
    tokens = tuple(
        replace(one, description="")
        for one in laid.init.bootstrap_tokens
        if one.token is not None or one.ttl is not None
    )
    return replace(laid, init=replace(laid.init, bootstrap_tokens=tokens))


def _unknown(name: str, known: Sequence[str]) -> Problem:
    near = get_close_matches(name, known, n=1)
    return Problem(f"--{name}", "is not a known flag", f"Did you mean --{near[0]}?" if near else "")


def _joining(line: CommandLine) -> CommandLine:
    place = line.cluster or "a cluster"
    message = f"this line joins {place}, and this program can't do that yet"
    remedy = "Run the line itself on the machine that is to join; here a cluster of its own is made"
    return replace(line, notes=(Problem("", message, remedy), *line.notes))


def _noted(line: CommandLine, problem: Problem) -> CommandLine:
    return replace(line, notes=(*line.notes, problem))


@cache
def retired_flags(verb: str) -> Mapping[str, Retired]:
    """The flags that kubeadm once knew for a verb, and under `gates` its feature gates."""
    place = files("phases.model.components").joinpath("retired_kubeadm_flags.toml")
    table = tomllib.loads(place.read_text("utf-8"))[verb]
    return MappingProxyType({name: Retired(**facts) for name, facts in table.items()})
