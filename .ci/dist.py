"""Makes `dist/kubeboot-tui`: one executable file for every Python and machine that `layers` knows.

Usage: dist.py LOCK PROGRAM OUTPUT, where PROGRAM is a folder with the installed program alone; the layers
are kept beside it. The same files give the same bytes: order, times, owners and modes are fixed. What the
file does when it starts is in `launcher.sh`, its first lines, and in `launcher.py`.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import layers

HERE = Path(__file__).parent


def main() -> None:
    """Packs a program and its locked dependencies into one file, with its checksum beside it."""
    lock, program, output = map(Path, sys.argv[1:4])
    others = layers.made(lock, program.with_name("layers"))
    archive = archived(contents(program, others))
    data = script(len(archive)) + archive
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(data)
    output.chmod(0o755)
    checksum = f"{hashlib.sha256(data).hexdigest()}  {output.name}\n"
    output.with_name(f"{output.name}.sha256").write_text(checksum)


def script(behind: int) -> bytes:
    """The shell's part of the file, before so many bytes: it knows the size of the whole."""
    names = " ".join(f"python{python}" for python in layers.PYTHONS)
    text = (HERE / "launcher.sh").read_bytes().replace(b"@PYTHONS@", names.encode())
    # the size is as long as what it replaces
    return text.replace(b"@SIZE@@@@@", b"%-10d" % (len(text) + behind))


def contents(program: Path, others: Path) -> Mapping[str, bytes]:
    """What the archive holds, by name; the digest is of all that is ever unpacked."""
    held = {path.name: path.read_bytes() for path in sorted(others.iterdir())}
    held["program"] = layers.packed(layers.wanted(program))
    digest = hashlib.sha256()
    for name, data in held.items():
        digest.update(f"{name} {len(data)}\n".encode() + data)
    launcher = {
        "__main__.py": (HERE / "launcher.py").read_bytes(),
        "digest": digest.hexdigest()[:16].encode(),
    }
    return launcher | held


def archived(held: Mapping[str, bytes]) -> bytes:
    """A zip archive that Python can run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in held.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
