"""How long it takes to read a configuration, the worst ones too: `python -m tests.bench.configurations`.

It ends red past its limit. What is measured is processor time, of the command line for a usual file and of
the model for every file of the corpus, for those of the fault matrix and for the largest ones.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import process_time

from phases.model import checking
from phases.model.load import read
from phases.model.migration.migrate import migrate
from phases.model.problem import Problems
from phases.model.yaml_source import decode_text
from tests.model.corpus_files import cases
from tests.model.faults import FAULTS, HEAD
from tests.model.test_fuzz import LARGE

LIMIT = 1.0
"""Seconds that no single file may take."""

COMMAND_LIMIT = 0.25
"""Seconds of processor time for `config validate` of a usual file, Python's start included."""


def contents() -> Iterator[tuple[str, bytes]]:
    yield from ((f"corpus {case}", case.text.encode()) for case in cases())
    yield from ((f"fault {fault}", fault.content) for fault in FAULTS)
    yield from ((name, text.encode()) for name, text in LARGE.items())


def seconds(content: bytes) -> float:
    """What the longest of the verbs takes for a file."""
    return max(_timed(act, content) for act in (_migrate, _validate))


def _migrate(content: bytes) -> None:
    migrate(decode_text(content, name="k"), name="k")


def _validate(content: bytes) -> None:
    checking.init(read(decode_text(content, name="k"), name="k"), {})


def _timed(act: Callable[[bytes], None], content: bytes) -> float:
    began = process_time()
    with suppress(Problems):
        act(content)
    return process_time() - began


def of_the_command() -> float:
    """The least of a few runs: what the program needs, whatever else the machine does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kubeadm.yaml"
        path.write_text(HEAD)
        words = [sys.executable, "-m", "tui", "config", "validate", "--config", str(path)]
        return min(_spent(words) for _ in range(5))


def _spent(words: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    measured = sorted(((seconds(content), name) for name, content in contents()), reverse=True)
    for spent, name in measured[:5]:
        print(f"{spent:7.3f} s  {name}")  # noqa: T201
    command = of_the_command()
    print(f"{command:7.3f} s  config validate, the whole command")  # noqa: T201
    return int(measured[0][0] > LIMIT or command > COMMAND_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
