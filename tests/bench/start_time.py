"""How quick dist/kubeboot-tui starts: the first time, when it unpacks itself, and from then on.

python -m tests.bench.start_time [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.lab.program import DIST

MOST = 0.3
"""Seconds that `--version` may take from the second start on."""


def start(cache: Path) -> float:
    """Seconds from the shell's first line to the end of `--version`."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "KUBEBOOT_CACHE": str(cache)}
    began = time.monotonic()
    subprocess.run([DIST, "--version"], env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def pair() -> tuple[float, float]:
    """A first start and a later one (the one between still compiles)."""
    with tempfile.TemporaryDirectory() as folder:
        first, _, warm = (start(Path(folder)) for _run in range(3))
    return first, warm


def main(runs: int) -> int:
    first, warm = map(statistics.median, zip(*(pair() for _run in range(runs)), strict=True))
    print(f"the one file: first start {first:.2f} s, later {warm:.2f} s")  # noqa: T201
    return int(warm > MOST)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
