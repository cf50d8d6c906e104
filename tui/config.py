"""The verb `config`: brings a file up to date, checks it, shows what it means, compares two, lists images.

What a file means is the model's business; nothing here asks the cluster or changes the machine.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from phases.engine.errors import ConfigurationError
from phases.model.problem import Problem
from tui.fate_words import FATES
from tui.headless import notice, say
from tui.reading import located_error, name_of, text_of
from tui.text import _, mark, said

if TYPE_CHECKING:
    from phases.model.load import Source
    from phases.model.migration.report import Line
    from phases.model.problem import Place

ORIGINS = {"machine": mark("this machine"), "default": mark("default")}
COLUMN = 44
"""Where the origin of a value is written, if the value leaves room."""


def migrate(arguments: argparse.Namespace) -> int:
    """Writes the file as v1beta4, and tells on standard error what became of each field."""
    from phases.model.migration.migrate import migrate as migrated

    old, new = arguments.old_config or "", arguments.new_config or ""
    _demand_apart(old, new)
    text, name, chosen = text_of(old), name_of(old), arguments.kubernetes_version or ""
    with located_error():
        meant = _labels(text, name, chosen, arguments.version_source or "")
        found = migrated(text, name=name, version=chosen, labels=meant)
    for line in found.lines:
        print(_line(line), file=sys.stderr)  # noqa: T201
    for told in found.notices:
        print(notice(said(str(told)), "warning"), file=sys.stderr)  # noqa: T201
    if new:
        _write(Path(new), found.text)
        say(_("{path} is written.", path=new))
    else:
        sys.stdout.write(found.text)
    return 0


def _demand_apart(old: str, new: str) -> None:
    if not old:
        raise ConfigurationError(
            "no-file",
            "config migrate needs --old-config",
            remedy="Name the file to bring up to date",
        )
    if new and os.path.realpath(old) == os.path.realpath(new):
        raise ConfigurationError(
            "same-file",
            f"{new} is the old file itself",
            remedy="Give --new-config another name; the old file is kept",
        )


def _labels(text: str, name: str, chosen: str, source: str) -> Mapping[str, str]:
    """What a version source says of the label in a file, or of the one that was chosen instead."""
    from phases.model import load

    return _meant(load.read(text, name=name, forgiving=True), source, chosen) if source else {}


def _meant(read: Source, version_source: str, chosen: str = "") -> Mapping[str, str]:
    """What a version source says of a file's label. Raises Problems where it can't tell."""
    from phases.model.problem import Problems, located
    from phases.system.version_source import labels

    try:
        return labels(version_source, chosen or read.configuration.cluster.kubernetes_version)
    except Problems as found:
        raise Problems(located(found.problems, read.places, read.name)) from found


def _line(line: Line) -> str:
    where = f"{line.file}:{line.line}"
    fate = _(FATES[line.fate])
    to = f" → {line.to}" if line.to and line.fate != "kept" else ""
    note = f": {said(_reason(line))}" if _reason(line) else ""
    sign = "!" if line.stops else " "
    return f"{sign} {where}: {line.path}: {fate}{to}{note}"


def _reason(line: Line) -> str:
    """What is different, or what to do now; of what was left out there is nothing to remove."""
    left_out = line.note.removeprefix("Remove it").removeprefix("; ")
    return left_out if line.fate == "gone" else line.note


def _write(path: Path, text: str) -> None:
    """As secret as the tokens in it. Raises ConfigurationError where it can't be written."""
    aside = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        aside.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigurationError("unwritable", f"{path} can't be written", why=why) from error


def validate(arguments: argparse.Namespace) -> int:
    """Says whether `init` or `join` could use the file, as far as no machine is asked."""
    given = _demanded(arguments.config, "config validate")
    text, name = text_of(given), name_of(given)
    with located_error():
        for told in _checked(text, name, arguments.version_source or ""):
            say(notice(said(str(told)), "warning"))
    say(_("{path} is sound.", path=name))
    return 0


def _checked(text: str, name: str, version_source: str) -> Iterable[Problem]:
    """Raises Problems; returns what is worth a warning."""
    from phases.model import checking, load

    kinds = load.kinds(text, name=name)
    found: list[Problem] = []
    if "JoinConfiguration" in kinds:
        found += checking.join(load.read_join(text, name=name))
    if kinds != ("JoinConfiguration",):
        source = load.read(text, name=name)
        found += checking.init(source, _meant(source, version_source))
    return found


def _demanded(config: str | None, verb: str) -> str:
    if config:
        return config
    raise ConfigurationError(
        "no-file", f"{verb} needs --config", remedy="Name a configuration file"
    )


def show(arguments: argparse.Namespace) -> int:
    """Prints kubeadm's defaults, or what a file would mean here and where each value is from."""
    from phases.model import checking

    if arguments.what:
        if arguments.config:
            raise ConfigurationError(
                "contradiction",
                "print shows either defaults or what a file means",
                remedy=f"Leave out {arguments.what} or --config",
            )
        with located_error():
            shown = checking.defaults(arguments.what, arguments.component_configs or ())
        sys.stdout.write(shown)
        return 0
    given = _demanded(arguments.config, "config print")
    with located_error():
        show_effective(text_of(given), name_of(given))
    return 0


def show_effective(text: str, name: str) -> None:
    """Prints what a file would mean on this machine, each value with where it is from."""
    from phases.model import load
    from phases.model.effective import effective, effective_join
    from tui.facts import look_around

    around = look_around().surroundings
    if load.kinds(text, name=name) == ("JoinConfiguration",):
        values = effective_join(load.read_join(text, name=name), around)
    else:
        values = effective(load.read(text, name=name), around)
    for value in values:
        origin = _origin(value.source, value.place)
        say(f"{value.text:<{COLUMN}}  # {origin}" if origin else value.text)


def _origin(source: str | None, place: Place | None) -> str:
    if place:
        line = _("line {number}", number=place.line)
        return f"{line}, {place.path}" if place.path else line
    return _(ORIGINS[source]) if source in ORIGINS else ""


def diff(arguments: argparse.Namespace) -> int:
    """Tells in what two files differ in effect."""
    from phases.model import load
    from phases.model.checking import anywhere
    from phases.model.compare import differences

    with located_error():
        left, right = (
            load.read(text_of(path), name=name_of(path), forgiving=True) for path in arguments.files
        )
        found = list(differences(left, right, anywhere(left.configuration)))
    for one in found:
        say(one.path)
        for sign, value, name in (("-", one.left, left.name), ("+", one.right, right.name)):
            if value:
                origin = _origin(value.source, value.place)
                say(f"  {sign} {value.value}   # {name}: {origin}")
    if not found:
        say(_("Both mean the same."))
    return 0


def images(arguments: argparse.Namespace) -> int:
    """Prints the images that `init` would need, one a line."""
    from phases.model import checking, load

    config = arguments.config
    given = {name: getattr(arguments, name.replace("-", "_")) for name in checking.IMAGE_FLAGS}
    with located_error():
        source = load.NOTHING
        if config:
            source = load.read(text_of(config), name=name_of(config))
        meant = _meant(source, arguments.version_source or "", given["kubernetes-version"] or "")
        flags = {name: value for name, value in given.items() if value is not None}
        for image in checking.images(source, flags, meant):
            say(str(image))
    return 0


def pull(arguments: argparse.Namespace) -> int:
    """Pulls the images that `init` would need, as kubeadm's verb does; the engine's exit code."""
    from tui import prepull
    from tui.init import make_request

    return prepull.pull(
        make_request(init_arguments(arguments)), as_json=arguments.json, detail=arguments.v or 0
    )


def init_arguments(arguments: argparse.Namespace) -> argparse.Namespace:
    """The same arguments among those of `init`, whose defaults the others have."""
    from tui.cli import parser

    return argparse.Namespace(**{**vars(parser().parse_args(["init"])), **vars(arguments)})


def lacking_verb(arguments: argparse.Namespace) -> int:
    """For `config` and `config images` alone."""
    raise ConfigurationError(
        "no-verb",
        f"{arguments.lacking} needs a verb",
        remedy=f"`kubeboot-tui {arguments.lacking} --help` shows what there is",
    )
