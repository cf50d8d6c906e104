"""Who the lab's internet is trusted by: a certificate authority of the lab's own, the same for all sessions
of this machine. The keys that sign package repositories are in repository.py."""

from __future__ import annotations

from functools import cache as once
from pathlib import Path

from . import cache, command

NAME = "kubeboot-tui's lab"
DAYS = "3650"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@once
def authority() -> Path:
    """A folder with the lab's own authority, as ca.crt and ca.key."""
    return cache.artefact("authority", (NAME, DAYS, KEY), lambda draft: make(draft, NAME))


def certificate(names: tuple[str, ...]) -> Path:
    """A folder with server.crt and server.key for these names."""
    recipe = (authority(), names, DAYS, KEY)
    return cache.artefact("certificate", recipe, lambda draft: _certify(draft, names))


def make(folder: Path, name: str) -> None:
    """Make a folder with ca.crt and ca.key of a new authority of this common name."""
    folder.mkdir()
    command.check(
        "openssl", "req", "-x509", *KEY, "-days", DAYS, "-subj", f"/CN={name}",
        "-addext", "keyUsage=critical,keyCertSign,digitalSignature,keyEncipherment",
        "-keyout", folder / "ca.key", "-out", folder / "ca.crt",
    )  # fmt: skip


def trusted_as(path: Path) -> str:
    """The file name under which OpenSSL looks for a certificate in /etc/ssl/certs."""
    return command.check("openssl", "x509", "-hash", "-noout", "-in", path).stdout.strip() + ".0"


def _certify(draft: Path, names: tuple[str, ...]) -> None:
    draft.mkdir()
    command.check(
        "openssl", "req", "-x509", *KEY, "-days", DAYS, "-subj", f"/CN={names[0]}",
        "-CA", authority() / "ca.crt", "-CAkey", authority() / "ca.key",
        "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names),
        "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth",
        "-keyout", draft / "server.key", "-out", draft / "server.crt",
    )  # fmt: skip
