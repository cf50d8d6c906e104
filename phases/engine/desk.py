"""What a desk needs of its process: a place of its own beside the runs, and a leash to its front end.

A desk changes nothing, so it takes no lock and several may be open; nobody reads its journal later,
so its folder goes when it ends. It lives as long as the pipe on its standard input: a front end that
dies, however it dies, closes that.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from phases.engine.errors import RunInProgress
from phases.engine.lock import Lock
from phases.engine.stop import Stop
from phases.engine.workshop import Place, new_place

WORKFLOW = "desk"
FRESH = 60.0
"""Seconds for which a folder without a lock may belong to a desk that is just opening."""


def open_place(state: Path) -> Place:
    """A folder for a desk, locked for as long as this process lives and gone with it.

    What dead ones left goes now."""
    home = state / WORKFLOW
    home.mkdir(mode=0o700, exist_ok=True)
    for other in home.glob("runs/*"):
        sweep(other)
    folder = new_place(home).run
    Lock(folder / "lock")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Place(folder, folder)


def sweep(folder: Path) -> None:
    """Removes the folder of a desk that has died."""
    with suppress(OSError, RunInProgress):
        if time.time() - folder.stat().st_mtime > FRESH:
            Lock(folder / "lock")
            shutil.rmtree(folder)


def end_with_front_end(stop: Stop) -> None:
    """Asks the desk to stop when the pipe on standard input has closed."""
    pipe = os.dup(0)

    def wait() -> None:
        while os.read(pipe, 4096):
            pass
        stop.ask(signal.SIGTERM)

    threading.Thread(target=wait, name="leash", daemon=True).start()
