"""The command line: verbs, their flags, the language it speaks, and which exit code they end with.

Nothing heavy is imported before it is needed; the flags themselves are data in `flags`, and argparse's
own sentences in `cli_messages`.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from phases.engine.errors import ConfigurationError, InstallerError
from tui import preferences, streams, text
from tui.flags import (
    CONFIGURING,
    DETAIL,
    FALSE,
    IMAGES,
    JOIN,
    MIGRATE,
    OURS,
    PREFLIGHT,
    PRINT,
    PULLING,
    RESET,
    RUNNING,
    TOKEN,
    TRUE,
    UNDO,
    VALIDATE,
    Flag,
)
from tui.text import _, said, sentences, told


class Parser(argparse.ArgumentParser):
    """argparse, with our one sentence for what is wrong; flags are given in full, as to kubeadm."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "allow_abbrev": False, "add_help": False})
        self._optionals.title = _("options")
        self.add_argument("-h", "--help", action="help", help=_("show this help and end"))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What a verb doesn't know is that verb's to tell, with its own help."""
        found, extras = super().parse_known_args(args, namespace)
        if extras:
            self.error(f"unrecognized arguments: {' '.join(extras)}")
        return found, extras

    def format_help(self) -> str:
        """argparse has a word of its own in front."""
        return super().format_help().replace("usage: ", _("usage: "), 1)

    def print_help(self, file: Any = None) -> None:
        """Help that can't be written is an error, which argparse itself passes over."""
        print(self.format_help(), end="", file=file, flush=True)

    def error(self, message: str) -> NoReturn:
        what = said(message.replace("ignored explicit argument", "is true or false, not"))
        more = _("`{program} --help` shows what there is.", program=self.prog)
        streams.complain(_("error: {text}", text=sentences(what, more)))
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; returns its exit code."""
    heard = streams.mend()
    words = sys.argv[1:] if argv is None else list(argv)
    text.use(_asked(words) or preferences.spoken(dict(os.environ)))
    if not heard:
        streams.complain(_("warning: standard output is closed, so nothing is shown there"))
    try:
        return _run(words)
    except InstallerError as error:
        return _told(error)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        streams.give_up(sys.stdout)  # whoever read has gone, the engine hasn't
        return 128 + signal.SIGPIPE
    except OSError as error:
        return _told(streams.unwritable(error))


def _run(words: list[str]) -> int:
    arguments = INSIDE.get(" ".join(words)) or parser().parse_args(words)
    code = int(arguments.run(arguments))
    sys.stdout.flush()
    return code


def _asked(words: list[str]) -> str:
    """The language asked for, known before anything else is judged; without one the locale's is spoken."""
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    early.add_argument("--language", default="")
    try:
        return str(early.parse_known_args(words)[0].language)
    except argparse.ArgumentError:
        return ""


def _told(error: InstallerError) -> int:
    """Tells an error; the exit code that is its own."""
    if isinstance(error, streams.Unshown):
        streams.give_up(sys.stdout)
    streams.complain(_("error: {text}", text=told(error)))
    return int(getattr(error, "refused_with", error.exit_code))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = Parser(
        prog="kubeboot-tui",
        description=_("Makes this machine the master of a Kubernetes cluster."),
    )
    top.add_argument("--version", action="store_true", help=_("print the version"))
    top.add_argument("--plain", action="store_true", help=_("ask and tell line by line"))
    top.add_argument("--theme", metavar="NAME", help=_("colours and signs of the screens"))
    top.add_argument("--language", metavar="LANG", help=_("language of the screens: en or zh_CN"))
    top.add_argument("--config", metavar="FILE", help=_("a configuration to begin with"))
    top.add_argument("--preset", metavar="NAME", help=_("a preset to begin with"))
    top.set_defaults(run=_top)
    verbs = top.add_subparsers(title=_("verbs"), metavar="VERB", parser_class=Parser)
    _add_init(verbs)
    _add_join(verbs)
    _add_token(verbs)
    _add_verb(verbs, "preflight", _("look whether this machine can become a master"), PREFLIGHT)
    _add_verb(verbs, "reset", _("end the cluster on this machine, put back what was there"), RESET)
    _add_verb(verbs, "undo", _("take back what was mended on this machine"), UNDO)
    _add_config(verbs)
    phases = verbs.add_parser("phases", help=_("list the phases of init"))
    phases.set_defaults(run=_phases)
    watching = verbs.add_parser(
        "watch", help=_("follow the run that is under way, or show the last one")
    )
    watching.add_argument("--json", action="store_true", help=_("print the journal itself"))
    _add_flag(watching, DETAIL)
    watching.set_defaults(run=_watch)
    return top


def _add_init(verbs: argparse._SubParsersAction[Parser]) -> None:
    init = verbs.add_parser("init", help=_("make this machine a control plane, without a screen"))
    init.set_defaults(run=_init)
    for title, flags in (
        (_("the configuration (kubeadm's flags)"), CONFIGURING),
        (_("the run (kubeadm's flags)"), RUNNING),
        (_("the run (ours)"), OURS),
    ):
        group = init.add_argument_group(title)
        for flag in flags:
            _add_flag(group, flag)


def _add_join(verbs: argparse._SubParsersAction[Parser]) -> None:
    join = verbs.add_parser("join", help=_("read and check how this machine would join a cluster"))
    join.set_defaults(run=_join)
    for flag in JOIN:
        _add_flag(join, flag)


def _add_config(verbs: argparse._SubParsersAction[Parser]) -> None:
    config = verbs.add_parser("config", help=_("configuration files: migrate, validate, print"))
    config.set_defaults(run=_config, act="lacking_verb", lacking="config")
    below = config.add_subparsers(title=_("verbs"), metavar="VERB", parser_class=Parser)
    for name, act, text_of_help, flags in (
        ("migrate", "migrate", _("write a file of any version as v1beta4"), MIGRATE),
        ("validate", "validate", _("say what is wrong with a file"), VALIDATE),
        ("print", "show", _("show what a file means here, or kubeadm's defaults"), PRINT),
        ("diff", "diff", _("tell in what two files differ in effect"), ()),
        ("images", "lacking_verb", _("the images that init needs"), ()),
    ):
        verb = below.add_parser(name, help=text_of_help)
        verb.set_defaults(act=act)
        for flag in flags:
            _add_flag(verb, flag)
        _add_words(verb, name)


def _add_words(verb: Parser, name: str) -> None:
    """What some verbs of `config` take beside flags."""
    if name == "print":
        verb.add_argument("what", nargs="?", choices=("init-defaults", "join-defaults"))
    elif name == "diff":
        verb.add_argument("files", nargs=2, metavar="FILE")
    elif name == "images":
        verb.set_defaults(lacking="config images")
        images = verb.add_subparsers(title=_("verbs"), metavar="VERB", parser_class=Parser)
        listing = images.add_parser("list", help=_("print them, one a line"))
        listing.set_defaults(act="images")
        pulling = images.add_parser("pull", help=_("pull them now, ahead of an init"))
        pulling.set_defaults(act="pull")
        for known, flags in ((listing, IMAGES), (pulling, PULLING)):
            for flag in flags:
                _add_flag(known, flag)


def _add_token(verbs: argparse._SubParsersAction[Parser]) -> None:
    token = verbs.add_parser("token", help=_("bootstrap tokens of a finished master"))
    token.set_defaults(run=_lacking_verb)
    below = token.add_subparsers(title=_("verbs"), metavar="VERB", parser_class=Parser)
    create = below.add_parser("create", help=_("make a new token and print the join commands"))
    create.set_defaults(run=_token)
    for flag in TOKEN:
        _add_flag(create, flag)


def _add_verb(
    verbs: argparse._SubParsersAction[Parser], name: str, help_: str, flags: Sequence[Flag]
) -> None:
    """A verb whose flags are one list, and whose function lies in the module of its name."""
    verb = verbs.add_parser(name, help=help_)
    verb.set_defaults(run=partial(_imported, name))
    for flag in flags:
        _add_flag(verb, flag)


def _imported(name: str, arguments: argparse.Namespace) -> int:
    from importlib import import_module

    return int(import_module(f"tui.{name}").run(arguments))


def _add_flag(group: argparse._ActionsContainer, flag: Flag) -> None:
    if flag.kind == "switch":
        _add_switch(group, flag)
    elif flag.kind == "choice":
        group.add_argument(
            f"--{flag.name}",
            dest=flag.key,
            choices=flag.choices,
            default=flag.choices[0],
            help=_(flag.help),
        )
    elif flag.kind == "list":
        group.add_argument(
            f"--{flag.name}",
            dest=flag.key,
            action="extend",
            type=_some_names if flag.filled else _names,
            metavar=flag.metavar,
            help=_(flag.help),
        )
    else:
        group.add_argument(
            *([f"-{flag.name}"] if len(flag.name) == 1 else []),
            f"--{flag.name}",
            dest=flag.key,
            type=_type(flag),
            metavar=flag.metavar,
            help=_(flag.help),
        )


INSTEAD = {
    "rootfs": "it isn't taken; copy this program into that folder and run it there by `chroot`",
    "vmodule": "it isn't taken; -v says how much is told, and there are no files to choose from",
}
"""What to do without the flags of kubeadm that aren't taken."""


def _type(flag: Flag) -> Callable[[str], object]:
    if flag.kind == "number":
        return int
    if flag.kind == "refused":
        return partial(_refused, flag.name)
    return _filled if flag.filled else str


def _add_switch(group: argparse._ActionsContainer, flag: Flag) -> None:
    """Alone or with one of Go's words behind an equals sign; the last one counts.

    One that sets a field may be left alone: then the configuration's own value stands.
    """
    default = None if flag in CONFIGURING else False
    group.add_argument(
        f"--{flag.name}", dest=flag.key, action="store_true", default=default, help=_(flag.help)
    )
    for words, value in ((TRUE, True), (FALSE, False)):
        group.add_argument(
            *(f"--{flag.name}={word}" for word in words),
            dest=flag.key,
            action="store_const",
            const=value,
            default=default,
            help=argparse.SUPPRESS,
        )


def _filled(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it needs a value, and there is none")
    return text


def _refused(name: str, text: str) -> str:
    """An empty value asks for nothing."""
    if text:
        raise argparse.ArgumentTypeError(INSTEAD[name])
    return text


def _some_names(text: str) -> list[str]:
    return _names(_filled(text))


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _top(arguments: argparse.Namespace) -> int:
    if arguments.version:
        from importlib import metadata

        print(f"kubeboot-tui {metadata.version('kubeboot-tui')}")  # noqa: T201
        return 0
    if arguments.plain:
        from tui.plain import plain

        return plain(arguments.config or "", arguments.language or "", arguments.preset or "")
    from tui.start import screens

    return screens(arguments)


def _init(arguments: argparse.Namespace) -> int:
    from tui.init import init

    return init(arguments)


def _join(arguments: argparse.Namespace) -> int:
    from tui.join import join

    return join(arguments)


def _config(arguments: argparse.Namespace) -> int:
    from tui import config

    return int(getattr(config, arguments.act)(arguments))


def _token(arguments: argparse.Namespace) -> int:
    from tui.token import create

    return create(arguments)


def _lacking_verb(_arguments: argparse.Namespace) -> int:
    raise ConfigurationError(
        "no-verb", "token needs a verb", remedy="Use `kubeboot-tui token create`"
    )


def _watch(arguments: argparse.Namespace) -> int:
    from tui.init import watch_latest

    return watch_latest(as_json=arguments.json, detail=arguments.v or 0)


def _phases(_arguments: argparse.Namespace) -> int:
    from phases.engine.plan import Selection, make_plan
    from phases.engine.registry import discover

    for planned in make_plan(discover(), "init", Selection()).phases:
        print(f"{planned.phase.name:<22}{said(planned.phase.title)}")  # noqa: T201
        for step in planned.phase.steps:
            print(f"  /{step}")  # noqa: T201
    return 0


def _engine(_arguments: argparse.Namespace) -> int:
    from phases.engine.process import main as engine

    return engine()


BARE = dict.fromkeys(("theme", "language", "config", "preset"))

INSIDE = {
    "engine": argparse.Namespace(run=_engine),
    "": argparse.Namespace(run=_top, version=False, plain=False, **BARE),
}
"""What is understood without a parser: what the verbs start by themselves, of which no user need know, and
the bare command, whose first page is not to wait for one."""
