"""Who the lab's internet is trusted by: a certificate authority of the lab's own, and a certificate for
all names it serves. The keys that sign package repositories are in repository.py."""

from __future__ import annotations

from pathlib import Path

from . import cache, command

DAYS = "3650"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def certificates(names: tuple[str, ...]) -> Path:
    """A folder with ca.crt, and server.crt and server.key for these names."""
    return cache.artefact("authority", (names, DAYS, KEY), lambda draft: _make(draft, names))


def trusted_as(certificate: Path) -> str:
    """The file name under which OpenSSL looks for a certificate in /etc/ssl/certs."""
    found = command.check("openssl", "x509", "-hash", "-noout", "-in", certificate)
    return f"{found.stdout.strip()}.0"


def authority(name: str, certificate: Path, key: Path) -> None:
    """Write a new certificate authority of this common name."""
    command.check(
        "openssl", "req", "-x509", *KEY, "-days", DAYS, "-subj", f"/CN={name}",
        "-addext", "keyUsage=critical,keyCertSign,digitalSignature,keyEncipherment",
        "-keyout", key, "-out", certificate,
    )  # fmt: skip


def _make(draft: Path, names: tuple[str, ...]) -> None:
    draft.mkdir()
    authority("kubeboot-tui's lab", draft / "ca.crt", draft / "ca.key")
    alternatives = ",".join(f"DNS:{name}" for name in names)
    command.check(
        "openssl", "req", "-x509", *KEY, "-days", DAYS, "-subj", f"/CN={names[0]}",
        "-CA", draft / "ca.crt", "-CAkey", draft / "ca.key",
        "-addext", f"subjectAltName={alternatives}",
        "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth",
        "-keyout", draft / "server.key", "-out", draft / "server.crt",
    )  # fmt: skip
