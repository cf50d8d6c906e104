"""The verb `join`: reads a configuration, checks it and shows what it means here. It doesn't join yet."""

from __future__ import annotations

import argparse
import shlex

from phases.engine.errors import ConfigurationError
from tui.config import show_effective
from tui.headless import notice, say
from tui.reading import located_error, name_of, text_of
from tui.text import said


def join(arguments: argparse.Namespace) -> int:
    """Raises ConfigurationError always: with what is wrong, or with the command that joins today."""
    if not arguments.config:
        raise ConfigurationError(
            "no-file",
            "join needs --config",
            remedy="Name a file with a JoinConfiguration, or use the join command as it was printed",
        )
    text, name = text_of(arguments.config), name_of(arguments.config)
    with located_error():
        old = _shown(text, name)
    file = shlex.quote(arguments.config)
    remedy = f"The file is sound; join with `kubeadm join --config {file}`"
    if old:
        remedy = (
            f"Make `kubeboot-tui config migrate --old-config {file} --new-config join.yaml`, "
            "then join with `kubeadm join --config join.yaml`"
        )
    raise ConfigurationError("join-later", "this program can't join a node yet", remedy=remedy)


def _shown(text: str, name: str) -> bool:
    """Checks and shows what the file means; whether it is one of an older version. Raises Problems."""
    from phases.model import checking, load

    source = load.read_join(text, name=name)
    for told in checking.join(source):
        say(notice(said(str(told)), "warning"))
    show_effective(text, name)
    return bool(source.lines)
