"""Makes `dist/kubeboot-tui`: one executable file from a folder of installed packages.

Usage: dist.py SITE OUTPUT. The same files give the same bytes: order, times, owners and modes are
fixed here. What the file does when it starts is in `launcher`.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

SHEBANG = b"#!/usr/bin/env -S python3 -I\n"
LAUNCHER = Path(__file__).with_name("launcher.py")
# 1980 is the first year that a zip archive can tell
EPOCH = max(315532800, int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))
# what an installer writes about this machine, and what no running program reads
LEFT_OUT = ("bin", "__pycache__", "RECORD", "REQUESTED", "direct_url.json")
LEFT_OUT_ENDINGS = (".pyc", ".pyi", ".pyx", ".pxd", ".c", ".h", "_test.py")


def main() -> None:
    """Packs the folder given first into the file given second, with its checksum beside it."""
    site, output = map(Path, sys.argv[1:3])
    payload = packed(site)
    data = SHEBANG + archived(payload)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(data)
    output.chmod(0o755)
    checksum = f"{hashlib.sha256(data).hexdigest()}  {output.name}\n"
    output.with_name(f"{output.name}.sha256").write_text(checksum)


def packed(site: Path) -> bytes:
    """The files of a folder as an xz-compressed tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz", preset=3, format=tarfile.PAX_FORMAT) as archive:
        for path in wanted(site):
            entry = tarfile.TarInfo(path.relative_to(site).as_posix())
            entry.size, entry.mtime, entry.mode = path.stat().st_size, EPOCH, 0o644
            with path.open("rb") as file:
                archive.addfile(entry, file)
    return buffer.getvalue()


def wanted(site: Path) -> Iterator[Path]:
    """The files to ship, alike ones side by side: that compresses best."""
    files = (path for path in site.rglob("*") if path.is_file() and not left_out(path, site))
    return iter(sorted(files, key=lambda path: (path.suffix, path.relative_to(site).as_posix())))


def left_out(path: Path, site: Path) -> bool:
    """Whether no running program needs the file."""
    parts = path.relative_to(site).parts
    return path.name.endswith(LEFT_OUT_ENDINGS) or not set(LEFT_OUT).isdisjoint(parts)


def made_for() -> str:
    """The machine and the Python whose compiled modules are in the folder: this one's."""
    return f"{os.uname().machine} {sys.version_info.major}.{sys.version_info.minor}"


def archived(payload: bytes) -> bytes:
    """A zip archive that Python can run."""
    buffer = io.BytesIO()
    digest = hashlib.sha256(payload).hexdigest()[:16].encode()
    entries = {
        "__main__.py": LAUNCHER.read_bytes(),
        "digest": digest,
        "made-for": made_for().encode(),
        "site.tar.xz": payload,
    }
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
