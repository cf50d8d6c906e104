"""A bundle for a bug report: journal, engine log and ledger of a run in one archive, without any secret.

The handover is left out on purpose: it holds the join commands.
"""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

NEVER = "handover.json"


def contents(journal: Path) -> tuple[Path, ...]:
    """The files that go in, as far as they are there."""
    wanted = (journal, journal.parent / "engine.log", *_ledger(journal))
    return tuple(path for path in wanted if path.is_file() and path.name != NEVER)


def _ledger(journal: Path) -> tuple[Path, ...]:
    """The ledger lies in the state folder, two above the folder of the run."""
    return (journal.parents[2] / "ledger.jsonl",) if len(journal.parents) > 2 else ()


def place(journal: Path, folder: Path) -> Path:
    """Where the bundle goes: the folder that was asked for, or the run's own where that can't be written."""
    name = f"kubeboot-{journal.parent.name}.tar.gz"
    return (folder if os.access(folder, os.W_OK) else journal.parent) / name


def save(journal: Path, target: Path) -> Path:
    """Writes the bundle with mode 0600, in place of an older one of the same run. Raises OSError."""
    target.unlink(missing_ok=True)
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
        for path in contents(journal):
            archive.add(path, arcname=f"{journal.parent.name}/{path.name}")
    return target
