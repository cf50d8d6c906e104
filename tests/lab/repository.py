"""Package repositories for apt, as folders: the indexes over their packages, and the signatures. What is
in them is in packages.py.

The keys are the same for all sessions of this machine, so that a node trusts what is served, whichever
session serves it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache as once
from pathlib import Path
from tempfile import TemporaryDirectory

from . import cache, command
from .deb import ARCHITECTURE

OWNERS = {
    "community": "isv:kubernetes OBS Project",
    "debian": "The lab's Debian archive",
    "stranger": "Somebody else",
}
KIND = ("ed25519", "sign", "never")
FIELD = "APT::FTPArchive::Release::{name}={value}"


def public_key(owner: str) -> bytes:
    """The key by which a repository of this owner is trusted, in ASCII armour."""
    return (_keys() / f"{owner}.asc").read_bytes()


def fingerprint(owner: str) -> str:
    """The fingerprint of that key, in capital hex."""
    with _gpg() as gpg:
        listed = command.check(
            *gpg, "--with-colons", "--show-keys", _keys() / f"{owner}.asc"
        ).stdout
    return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))


def index(root: Path, pool: str, place: str) -> None:
    """Write Packages and Packages.gz under `place` for what lies under `pool`, both seen from `root`."""
    packages = command.check("apt-ftparchive", "packages", pool, cwd=root).stdout.encode()
    (root / place).mkdir(parents=True, exist_ok=True)
    (root / place / "Packages").write_bytes(packages)
    (root / place / "Packages.gz").write_bytes(gzip.compress(packages, mtime=0))


def release(folder: Path, fields: Mapping[str, str], owner: str) -> None:
    """Write the Release of a folder, signed."""
    settings = {"Architectures": ARCHITECTURE, **fields}
    words = [FIELD.format(name=name, value=value) for name, value in settings.items()]
    options = [word for setting in words for word in ("-o", setting)]
    written = command.check("apt-ftparchive", *options, "release", ".", cwd=folder).stdout
    (folder / "Release").write_text(written)
    sign(folder, owner)


def sign(folder: Path, owner: str) -> None:
    """Sign the Release of a folder, in the place of whoever signed it before."""
    with _gpg() as gpg:
        command.check(*gpg, "--import", _keys() / f"{owner}.secret")
        for name, how in (("InRelease", "--clear-sign"), ("Release.gpg", "--detach-sign")):
            (folder / name).unlink(missing_ok=True)
            command.check(*gpg, "--armor", how, "--output", name, "Release", cwd=folder)


@once
def _keys() -> Path:
    """A folder with OWNER.asc and OWNER.secret for each owner."""
    return cache.artefact("archive-keys", (OWNERS, KIND), _make_keys)


def _make_keys(draft: Path) -> None:
    draft.mkdir()
    for owner, name in OWNERS.items():
        with _gpg() as gpg:
            command.check(*gpg, "--quick-generate-key", name, *KIND)
            for suffix, how in (("asc", "--export"), ("secret", "--export-secret-keys")):
                command.check(*gpg, "--armor", "--output", draft / f"{owner}.{suffix}", how)


@contextmanager
def _gpg() -> Iterator[tuple[str, ...]]:
    """The gpg command line with an empty keyring of its own."""
    with TemporaryDirectory(prefix="kbt-") as home:
        try:
            yield ("gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "")
        finally:
            command.run("gpgconf", "--homedir", home, "--kill", "all")
