"""How quick the screens are: the lag of the event loop while a long run replays, and the first frame.

Not a test: run it with `python -m tests.tui.bench`, on a machine that does nothing else. It prints
milliseconds and ends with 1 where a limit is passed.
"""

from __future__ import annotations

import asyncio
import json
import os
import pty
import select
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from tests.tui.program import ROOT
from tests.tui.stage import RECORDINGS, make_app, until
from tui.screens.run import Run

MOST_LAG = 20.0
"""Milliseconds by which 99 of 100 beats may come late."""
MOST_TIMES = 1.3
"""How many times the first frame of an empty Textual app ours may take."""
LINES = 20_000
BEAT = 0.002
RUNS = 7
EMPTY = "from textual.app import App\nApp().run()"
OURS = "import sys; sys.argv = ['kubeboot-tui']\nfrom tui.cli import main\nraise SystemExit(main())"
FRAME = b"\x1b[?1049h"
"""A frame is there when the alternate screen was opened and something was painted on it."""


def long_journal(folder: Path) -> Path:
    """The good run with so many lines of output in the middle of its wait."""
    lines = (RECORDINGS / "good.jsonl").read_text().splitlines()
    middle = next(n for n, line in enumerate(lines) if '"topic":"container"' in line)
    at = datetime.fromisoformat(json.loads(lines[middle])["at"])
    journal = folder / "journal.jsonl"
    with journal.open("w") as file:
        file.writelines(f"{line}\n" for line in lines[:middle])
        for number in range(LINES):
            record = {
                "seq": middle + number,
                "at": (at + timedelta(milliseconds=number / 10)).isoformat(),
                "event": "Output",
                "phase": "wait-control-plane",
                "source": "kube-apiserver",
                "line": f"I1123 15:15:12.0{number:05} controller.go:{number % 900}] line {number} of many",
            }
            file.write(json.dumps(record) + "\n")
        for number, line in enumerate(lines[middle:]):
            file.write(json.dumps(json.loads(line) | {"seq": middle + LINES + number}) + "\n")
    return journal


async def lag(journal: Path) -> list[float]:
    """By how many milliseconds each beat of the loop came late while the journal replayed."""
    late: list[float] = []
    app = make_app(journal.parent)
    async with app.run_test(size=(120, 40)) as pilot:
        beating = True

        async def beat() -> None:
            while beating:
                before = time.perf_counter()
                await asyncio.sleep(BEAT)
                late.append((time.perf_counter() - before - BEAT) * 1000)

        app.journal = None
        app.go_to("run")
        await until(pilot, lambda: isinstance(app.screen, Run))
        await pilot.pause(0.5)
        heart = asyncio.create_task(beat())
        began = time.perf_counter()
        app.journal = journal
        assert isinstance(app.screen, Run)
        app.screen.watch_journal()
        await until(
            pilot,
            lambda: isinstance(app.screen, Run) and app.screen.story.state.finished is not None,
            seconds=60,
        )
        print(f"replayed in {time.perf_counter() - began:.2f} s")  # noqa: T201
        beating = False
        await heart
    return late


def first_frame(script: str) -> float:
    """Milliseconds from the start of Python to the first paint on a terminal."""
    began = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        terminal = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "COLUMNS": "120", "LINES": "40"}
        clean = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir()} | terminal
        os.execve(sys.executable, [sys.executable, "-c", script], clean)  # noqa: S606
    written = b""
    while FRAME not in written or len(written.split(FRAME)[1]) < 2000:
        if select.select([fd], [], [], 0.001)[0]:
            written += os.read(fd, 1 << 16)
        if time.perf_counter() - began > 20:
            break
    took = (time.perf_counter() - began) * 1000
    os.write(fd, b"\x11\x03")
    os.close(fd)
    os.waitpid(pid, 0)
    return took


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        late = sorted(asyncio.run(lag(long_journal(Path(folder)))))
    p99, worst = late[int(len(late) * 0.99)], late[-1]
    print(f"loop lag over {len(late)} beats: p99 {p99:.1f} ms, worst {worst:.1f} ms")  # noqa: T201
    pairs = [(first_frame(EMPTY), first_frame(OURS)) for _run in range(RUNS)]
    empty, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"first frame: empty {empty:.0f} ms, ours {ours:.0f} ms, {ours / empty:.2f} times")  # noqa: T201
    return int(p99 > MOST_LAG or ours / empty > MOST_TIMES)


if __name__ == "__main__":
    raise SystemExit(main())
