"""A tree of files as values: from a tar of a sandbox, or from a rehearsal's folder."""

from __future__ import annotations

import io
import stat
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` is file, directory, link or other; `time` is that of the last change, in seconds."""

    kind: str
    mode: int
    owner: str
    time: float
    content: bytes = b""


Tree: TypeAlias = dict[str, Entry]
"""Entries by absolute path."""


def from_tar(path: Path) -> Tree:
    with tarfile.open(path) as archive:
        return {
            "/" + member.name.removeprefix(".").lstrip("/"): _entry(archive, member)
            for member in archive
        }


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    kind = (
        "file"
        if member.isreg()
        else "directory"
        if member.isdir()
        else "link"
        if member.issym()
        else "other"
    )
    source = archive.extractfile(member) if kind == "file" else None
    content = source.read() if source else member.linkname.encode()
    return Entry(
        kind, stat.S_IMODE(member.mode), f"{member.uid}:{member.gid}", member.mtime, content
    )


def from_folder(folder: Path, owner: str) -> Tree:
    """A rehearsal's folder; whoever rehearsed owns it all, so the owner is told."""
    tree = {}
    for path in sorted(folder.rglob("*")):
        fact = path.lstat()
        kind = (
            "file"
            if stat.S_ISREG(fact.st_mode)
            else "directory"
            if stat.S_ISDIR(fact.st_mode)
            else "other"
        )
        content = path.read_bytes() if kind == "file" else b""
        name = "/" + str(path.relative_to(folder))
        tree[name] = Entry(kind, stat.S_IMODE(fact.st_mode), owner, fact.st_mtime, content)
    return tree


def packed(files: dict[str, bytes], folders: tuple[str, ...] = ()) -> bytes:
    """A tar that puts these files and folders on a fresh machine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in folders:
            member = tarfile.TarInfo(name.lstrip("/"))
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(member)
        for name, content in files.items():
            member = tarfile.TarInfo(name.lstrip("/"))
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
