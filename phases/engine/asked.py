"""What a run was asked, kept beside its journal until a run has come to a good end.

So whoever comes back to a run that failed, or opens it on another terminal, can try again and mend the
configuration. It may hold secrets: its file is for its owner alone, and it goes when nothing is to be
resumed. The logins of registries aren't kept at all.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from phases.engine.errors import ConfigurationError
from phases.engine.request import NO_LOGINS, Request

NAME = "request.json"


def keep(request: Request, run: Path) -> None:
    """Writes it into the folder of its run; of a dry run, or of what is no init, nothing is kept."""
    if not _is_kept(request):
        return
    folder = str(Path(request.folder).resolve()) if request.folder else ""
    fd = os.open(run / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(replace(request, folder=folder, registry_auth=NO_LOGINS).to_json())


def read(journal: Path) -> Request | None:
    """What the run of a journal was asked; None where it isn't kept, or not for these eyes."""
    try:
        return Request.from_json((journal.parent / NAME).read_text())
    except (OSError, ValueError, ConfigurationError):
        return None


def forget(request: Request, state: Path) -> None:
    """After a good end: what was asked of any run goes, unless only a part of the way was."""
    if request.only or request.csr_only or not _is_kept(request):
        return
    for kept in state.glob(f"runs/*/{NAME}"):
        with suppress(OSError):
            kept.unlink()


def _is_kept(request: Request) -> bool:
    return request.workflow == "init" and request.mode != "dry-run"
