"""Package repositories for apt, as folders: the indexes over their packages, and the signatures. What is
in them is in packages.py."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from . import command
from .deb import ARCHITECTURE

ALGORITHM, USAGE, EXPIRES = "ed25519", "sign", "never"
FIELD = "APT::FTPArchive::Release::{name}={value}"


def index(root: Path, pool: str, place: str) -> None:
    """Write Packages and Packages.gz under `place` for what lies under `pool`, both seen from `root`."""
    packages = command.check("apt-ftparchive", "packages", pool, cwd=root).stdout.encode()
    (root / place).mkdir(parents=True, exist_ok=True)
    (root / place / "Packages").write_bytes(packages)
    (root / place / "Packages.gz").write_bytes(gzip.compress(packages, mtime=0))


def release(folder: Path, fields: Mapping[str, str], owner: str) -> bytes:
    """Write the Release of a folder, signed with a new key of `owner`; the key, in ASCII armour."""
    fields = {"Architectures": ARCHITECTURE, **fields}
    words = [
        word
        for name, value in fields.items()
        for word in ("-o", FIELD.format(name=name, value=value))
    ]
    written = command.check("apt-ftparchive", *words, "release", ".", cwd=folder).stdout
    (folder / "Release").write_text(written)
    return sign(folder, owner)


def sign(folder: Path, owner: str) -> bytes:
    """Sign the Release of a folder anew, with a new key that nobody has afterwards."""
    for name in ("InRelease", "Release.gpg"):
        (folder / name).unlink(missing_ok=True)
    with _keyring(owner) as gpg:
        command.check(*gpg, "--clear-sign", "--output", "InRelease", "Release", cwd=folder)
        detached = ("--armor", "--detach-sign", "--output", "Release.gpg", "Release")
        command.check(*gpg, *detached, cwd=folder)
        return command.check(*gpg, "--armor", "--export").stdout.encode()


@contextmanager
def _keyring(owner: str) -> Iterator[tuple[str, ...]]:
    """The gpg command line with a new key in a home of its own."""
    with TemporaryDirectory(prefix="kbt-") as home:
        gpg = ("gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "")
        try:
            command.check(*gpg, "--quick-generate-key", owner, ALGORITHM, USAGE, EXPIRES)
            yield gpg
        finally:
            command.run("gpgconf", "--homedir", home, "--kill", "all")


def link_tree(source: Path, target: Path) -> None:
    """A copy of a folder whose files are hard links; whoever changes one unlinks it first."""
    command.check("cp", "--archive", "--link", source, target)
