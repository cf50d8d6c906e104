"""The root file system of a bare node: a Debian with nothing of Kubernetes in it, and the little that the
lab has to lay over it."""

from __future__ import annotations

from functools import cache as once
from pathlib import Path

from . import authority, cache, debian, repository, rootfs, versions

ARCHIVE_KEY = "usr/share/keyrings/lab-archive-keyring.asc"
SOURCES = f"""Types: deb
URIs: http://debian.example/debian
Suites: {versions.DEBIAN}
Components: main
Signed-By: /{ARCHIVE_KEY}
"""
DPKG = "etc/dpkg/dpkg.cfg.d/lab"
QUICK = "force-unsafe-io\n"
"""dpkg waits for no disk: a node lives for minutes, and others write beside it."""

UNIT = "writable-cgroups.service"


@once
def layers() -> tuple[Path, ...]:
    """The folders that a bare node's root is made of, the uppermost first."""
    return layer(), debian.bare() / "root"


@once
def layer() -> Path:
    """What a bare node has above Debian: whom it trusts, where it gets packages, no useless units."""
    unit = (rootfs.UNITS / UNIT).read_text()
    trusted = (repository.public_key("debian"), authority.authority())
    recipe = (debian.bare(), trusted, unit, rootfs.MASKED, SOURCES, QUICK)
    return cache.artefact("bare-layer", recipe, lambda draft: _lay(draft, unit))


def _lay(draft: Path, unit: str) -> None:
    rootfs.write(draft / "etc/apt/sources.list.d/debian.sources", SOURCES)
    rootfs.write(draft / DPKG, QUICK)
    rootfs.write(draft / ARCHIVE_KEY, repository.public_key("debian").decode())
    rootfs.write(draft / "usr/lib/systemd/system" / UNIT, unit)
    rootfs.enable(draft, UNIT, "sysinit.target")
    rootfs.mask(draft)
    _trust(draft, authority.authority() / "ca.crt")


def _trust(draft: Path, certificate: Path) -> None:
    """As update-ca-certificates leaves it."""
    rootfs.write(draft / "usr/local/share/ca-certificates/lab.crt", certificate.read_text())
    folder = draft / "etc/ssl/certs"
    bundle = (debian.bare() / "root/etc/ssl/certs/ca-certificates.crt").read_text()
    rootfs.write(folder / "ca-certificates.crt", bundle + certificate.read_text())
    (folder / "lab.pem").symlink_to("/usr/local/share/ca-certificates/lab.crt")
    (folder / authority.trusted_as(certificate)).symlink_to("lab.pem")
