"""Opening a plain file without waiting: a pipe, a device or a folder is refused, and left closed.

How much of it is read, and what it means, is its reader's business.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

LOOK = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK


class NotPlainFile(OSError):
    """There is something at that path, but neither a plain file nor a folder."""


def open_plain(path: str) -> BinaryIO:
    """The file for reading. Raises NotPlainFile for a pipe or a device, else the system's own error."""
    descriptor = os.open(path, LOOK)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise NotPlainFile(errno.EINVAL, "not a plain file", path)
