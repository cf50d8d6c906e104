"""Archives of images as files: opened, read piece by piece, and each way to be unusable in words.

What a tar must hold to be one lives in `image_layouts`, the way into a store in `image_store`.
"""

from __future__ import annotations

import gzip
import lzma
import sys
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from phases.model.plain_file import open_plain
from phases.system.image_layouts import ArchivedImage, Blob, Shelf, images_of
from phases.system.ports import RuntimeFailure

ZSTD = b"\x28\xb5\x2f\xfd"
BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError)


class ArchiveError(RuntimeFailure):
    """A file that can't be used as an archive of images; the sentence names it and says why."""

    def __init__(self, path: str, why: object) -> None:
        super().__init__(f"the image archive {path} can't be used: {why}")


def read(path: str) -> tuple[ArchivedImage, ...]:
    """The images of an archive that this machine can run. Raises ArchiveError."""
    with opened(path) as tar:
        found = tuple(images_of(Shelf(tar)))
        if not found:
            raise ValueError("it names no image: save images by their names")
    return found


def names(images: Iterable[ArchivedImage]) -> tuple[str, ...]:
    return tuple(name for image in images for name in image.names)


def contents(path: str, wanted: Mapping[str, Blob]) -> Iterator[tuple[Blob, Content]]:
    """The wanted contents by their members' names, in the order in which they lie in the archive."""
    with opened(path) as tar:
        for entry in tar:
            blob = wanted.get(entry.name)
            if blob and entry.isfile() and (stream := tar.extractfile(entry)):
                yield blob, Content(path, stream)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one member, read piece by piece."""

    path: str
    stream: IO[bytes]

    def skip(self, size: int) -> None:
        with _in_words(self.path):
            self.stream.seek(size)

    def piece(self, size: int) -> bytes:
        """The next bytes, at least one."""
        with _in_words(self.path):
            if found := self.stream.read(size):
                return found
            raise ValueError("it is no whole tar: it ends too early")


@contextmanager
def opened(path: str) -> Iterator[tarfile.TarFile]:
    """The tar, whichever way it is packed. What is wrong with it is an ArchiveError."""
    with _in_words(path):
        with open_plain(path) as file:
            begins = file.read(len(ZSTD))
        if begins == ZSTD and sys.version_info < (3, 14):
            raise ValueError(f"it is packed by zstd: unpack it first, `zstd -d {path}`")
        with tarfile.open(path) as tar:
            yield tar


@contextmanager
def _in_words(path: str) -> Iterator[None]:
    """Whatever is wrong with an archive, as the one error for it."""
    try:
        yield
    except BROKEN as error:
        raise ArchiveError(path, f"it is no whole tar: {error}") from error
    except OSError as error:
        raise ArchiveError(path, error.strerror or error) from error
    except ValueError as error:
        raise ArchiveError(path, error) from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ArchiveError(path, f"what it says of its images can't be read: {error!r}") from error
