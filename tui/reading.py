"""How a verb without a screen gets a configuration's text, and how it tells what is wrong with one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from phases.model.problem import Problems

STDIN = "standard input"


def text_of(path: str) -> str:
    """The text of a file, or of standard input for `-`. A ConfigurationError for what can't be read."""
    from phases.model.yaml_source import MAX_BYTES, decode_text, read_text

    with located_error():
        if path == "-":
            return decode_text(sys.stdin.buffer.read(MAX_BYTES + 1), name=STDIN)
        return read_text(path)


def name_of(path: str) -> str:
    """What messages call it."""
    return STDIN if path == "-" else path


@contextmanager
def located_error() -> Iterator[None]:
    """Problems become the one error that the command line tells, a line each."""
    try:
        yield
    except Problems as problems:
        from phases.engine.resolve import as_error

        raise as_error(problems.problems) from problems
