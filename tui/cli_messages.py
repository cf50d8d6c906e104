"""What a command without a screen refuses, as messages for the catalogues; `engine_messages` gathers them.

argparse's sentences are its own, of Python 3.11 to 3.14, but for those that `cli` gives it.
"""

from __future__ import annotations

from tui.text import mark

COMMAND_LINE: tuple[str, ...] = (
    mark("{count} problems:"),
    mark("unrecognized arguments: {words}"),
    mark("argument {flag}: {sentence}"),
    mark("expected one argument"),
    mark("invalid int value: {value}"),
    mark("is true or false, not {value}"),
    mark("invalid choice: {value} (choose from {names})"),
    mark("the following arguments are required: {names}"),
    mark("it needs a value, and there is none"),
    mark("it isn't taken; copy this program into that folder and run it there by `chroot`"),
    mark("it isn't taken; -v says how much is told, and there are no files to choose from"),
    mark("token needs a verb"),
    mark("Use `kubeboot-tui token create`"),
    mark("--rehearse and --dry-run contradict each other"),
    mark(
        "a rehearsal makes everything in a folder, a dry run makes nothing and looks at this machine"
    ),
    mark("Leave one of them out"),
    mark("--network-sha256 stands without --network-manifest"),
    mark("the network manifest {source} can't be used"),
    mark("Nothing was changed; give a file, or an https address with what it should hold"),
    mark("this machine has no user {name}"),
    mark("{user} has no home: there is no folder {path}"),
    mark("there has been no run on this machine"),
    mark("only root can see the runs of this machine"),
    mark("{path}: permission denied"),
    mark("Use sudo"),
    mark("a run is under way"),
    mark("--plain asks questions, and there is no terminal to ask at"),
    mark("Use `kubeboot-tui init --config FILE --yes`"),
    mark("a terminal of type {kind} can't show screens"),
    mark("Use `kubeboot-tui --plain`, or set TERM to what this terminal is"),
    mark("there is no {kind} {value}"),
    mark("There are {names}"),
    mark("the output can't be written"),
    mark("The run goes on without it; its journal is {path}"),
    mark("another kubeboot-tui is at work{detail}"),
    mark("{path} can be read by others than root (mode {mode})"),
    mark("the system refused a change{place}"),
)
