"""Where the lab keeps things, and how an artefact gets there. Not what the artefacts are.

An artefact is a file or folder under a name that holds a hash of everything it was made from, so
whoever changes a version, a flag or a recipe gets another name, and nothing is ever stale.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

HASH = 12  # hexadecimal digits
UNUSED_DAYS = 3


def home() -> Path:
    """The lab's own folder, outside every checkout."""
    named = os.environ.get("KUBEBOOT_LAB")
    return Path(named) if named else Path.home() / ".cache" / "kubeboot-tui-lab"


def lock_file(name: str) -> Path:
    """A file to lock, the same for every session of this machine wherever its cache is."""
    path = Path("/run/kubeboot-tui-lab") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def log(name: str) -> Path:
    return home() / "log" / f"{name}.log"


def digest(*recipe: object) -> str:
    """A short hash of what an artefact is made from; modules count with their source text."""
    text = json.dumps(recipe, sort_keys=True, default=_text)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH]


def artefact(name: str, recipe: object, make: Callable[[Path], None], *, said: bool = True) -> Path:
    """The finished artefact's path; `make` is called with a path to fill if there is none yet.

    What takes long says so while it is being made.
    """
    target = home() / "store" / f"{name}-{digest(recipe)}"
    if not target.exists():
        with locked(target.name):
            if not target.exists():
                _build(name, target, make, say if said else _nothing)
                _prune(name, target)
    os.utime(target)
    return target


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock of the whole machine for a while."""
    with lock_file(name).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Progress, for whoever waits; kept off stdout, which belongs to results."""
    sys.stderr.write(f"lab: {text}\n")
    sys.stderr.flush()


def _build(
    name: str, target: Path, make: Callable[[Path], None], tell: Callable[[str], None]
) -> None:
    draft = home() / "draft" / target.name
    _forget(draft)
    draft.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    tell(f"making {name}")
    start = time.monotonic()
    make(draft)
    draft.rename(target)
    tell(f"made {name} in {time.monotonic() - start:.1f} s")


def _nothing(text: str) -> None:
    """Says nothing."""


def _prune(name: str, newest: Path) -> None:
    """Remove what was made under this name before and nobody has used for days."""
    for path in newest.parent.glob(f"{name}-{'?' * HASH}"):
        if time.time() - path.stat().st_mtime > UNUSED_DAYS * 86400:
            _forget(path)


def _forget(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _text(part: object) -> str:
    if isinstance(part, ModuleType):
        return inspect.getsource(part)
    return str(part)
