"""The standard streams as a program may find them: closed, full, or with nobody reading any more."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from phases.engine.errors import InstallerError

STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


class Unshown(InstallerError):
    """What there is to tell can't be shown: no fault of the run, if there is one."""

    exit_code = 1


def mend() -> bool:
    """Opens what was closed before we began onto nothing, so that no file of ours gets its number.

    Returns whether there is an output to show anything on.
    """
    closed = [(name, mode) for name, mode in STREAMS if getattr(sys, name) is None]
    for name, mode in closed:
        setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    return ("stdout", "w") not in closed


def complain(text: str) -> None:
    """A sentence on standard error, where that can be written."""
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        give_up(sys.stderr)


def give_up(stream: TextIO) -> None:
    """What waits to be written there goes nowhere, lest it fail once more when Python ends."""
    with suppress(OSError):  # no file behind it, as in a test
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def unwritable(error: OSError) -> Unshown:
    """What the system refused a front end, in words: a file by its name, else the output."""
    what = f"{error.filename} can't be used" if error.filename else "the output can't be written"
    return Unshown("unshown", what, why=error.strerror or str(error))
