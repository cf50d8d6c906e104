"""Replacing a file at once and durably, or not at all. What goes into it is decided elsewhere.

The temporary file's name begins with a dot: the kubelet runs whatever else it finds in manifests/.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath

LINK = "a symbolic link is in the way and won't be followed"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def replace(path: str, content: bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Puts `content` at `path` with exactly this mode, whatever the umask, or raises an OSError."""
    place = PurePosixPath(path)
    with folder(str(place.parent)) as parent:
        refuse_foreign(parent, place)
        temporary = f".kb-{secrets.token_hex(8)}"
        descriptor = os.open(temporary, NEW, 0o600, dir_fd=parent)
        try:
            fill(descriptor, content, mode, owner)
            os.rename(temporary, place.name, src_dir_fd=parent, dst_dir_fd=parent)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=parent)
            raise
        os.fsync(parent)


@contextmanager
def folder(path: str) -> Iterator[int]:
    """The descriptor of a folder that is a folder and no link to one."""
    try:
        descriptor = os.open(path, FOLDER)
    except NotADirectoryError as error:
        if os.path.islink(path):  # noqa: PTH114
            raise OSError(errno.ELOOP, LINK, path) from error
        raise
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def refuse_foreign(parent: int, place: PurePosixPath) -> None:
    """An OSError when the name is taken by anything but a plain file."""
    try:
        there = os.stat(place.name, dir_fd=parent, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(there):
        raise OSError(errno.ELOOP, LINK, str(place))
    if not stat.S_ISREG(there):
        raise OSError(errno.EEXIST, "something that is no plain file is in the way", str(place))


def fill(descriptor: int, content: bytes, mode: int, owner: tuple[int, int] | None) -> None:
    """Makes a new file whole and puts it on the disk; owner and mode are final before the content."""
    try:
        if owner is not None or os.geteuid() == 0:
            os.fchown(descriptor, *(owner or (0, 0)))
        os.fchmod(descriptor, mode)
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
