"""Debian's own Python of any release, for x86_64 or aarch64, to start the one file under.

It is unpacked beside everything else and run by qemu's user mode: nothing of it is installed here, and
another processor's works as this one's. What it is tried with is in test_one_file.
"""

from __future__ import annotations

import re
from pathlib import Path

from . import cache, command
from .errors import LabError
from .rootfs import package_sources

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Machines, and what Debian calls them."""
STARTER = """\
#!/bin/sh
here=${0%/*}
exec qemu-MACHINE-static -L "$here/.." -0 "$0" "$here/../usr/bin/python3" "$@"
"""
"""A Python that takes this script for itself, so that its children are run by qemu too."""


def folder(release: str, machine: str) -> Path:
    """What to put on the PATH: a folder with a `python3`."""
    starter = STARTER.replace("MACHINE", machine)
    recipe = (release, machine, starter)
    root = cache.artefact(
        f"python-{release}-{machine}", recipe, lambda draft: _make(draft, release, machine, starter)
    )
    return root / "qemu"


def _make(draft: Path, release: str, machine: str, starter: str) -> None:
    # a mirror's index is good enough for this when it is old, as long as it is signed
    command.logged(
        [
            "mmdebstrap", "--variant=extract", f"--architectures={ARCHITECTURES[machine]}",
            '--aptopt=Acquire::Check-Valid-Until "false"', "--include=python3",
            release, str(draft), _mirror(),
        ],
        cache.log(draft.name), {}, Path("/"),
    )  # fmt: skip
    for name in ("lib", "lib64"):
        if not (draft / name).exists():
            (draft / name).symlink_to(f"usr/{name}")
    python = draft / "qemu" / "python3"
    python.parent.mkdir()
    python.write_text(starter)
    python.chmod(0o755)


def _mirror() -> str:
    """Where this machine gets Debian's packages."""
    for path in package_sources():
        if found := re.search(r"^(?:URIs:|deb)\s+(http\S+)", Path(path).read_text(), re.MULTILINE):
            return found[1]
    raise LabError("no package source of this machine is an http address")
