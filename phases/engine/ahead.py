"""What pulling images ahead of an init needs of its process: a place and a lock of its own.

It changes nothing but what images the runtime has, so an init may begin beside it: the runtime itself
sees to it that nothing is fetched twice. Its journal stays until images are pulled ahead again.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from phases.engine.errors import RunInProgress
from phases.engine.lock import Holder, Lock, holder
from phases.engine.workshop import Place, new_place

WORKFLOW = "images"


def open_place(state: Path) -> Place:
    """A folder beside the runs; what the last one left goes now. Raises RunInProgress."""
    home = state / WORKFLOW
    home.mkdir(mode=0o700, exist_ok=True)
    path = home / "lock"
    try:
        lock = Lock(path)
    except RunInProgress:
        raise _under_way(holder(path)) from None
    shutil.rmtree(home / "runs", ignore_errors=True)
    place = Place(state, new_place(home).run)
    lock.sign(Holder(os.getpid(), str(place.journal)))
    return place


def _under_way(who: Holder | None) -> RunInProgress:
    if who is None:
        what, remedy = "another kubeboot-tui pulls images already", "Wait until it has ended"
    else:
        what = f"another kubeboot-tui pulls images already (process {who.pid})"
        remedy = f"Wait until it has ended; `tail -f {who.journal}` shows it"
    return RunInProgress("pulling", what, remedy=remedy)
