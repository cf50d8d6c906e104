"""The Host port on the machine itself. How files are replaced and commands run lives next door."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from phases.model.plain_file import open_plain
from phases.system import atomic, commands, download, durability, http_get, registries
from phases.system.machine import this_machine
from phases.system.ports import CommandResult, FileFact, HttpReply, Machine

Kind = Literal["file", "directory", "link", "other"]
KINDS: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}
DIAL_TIMEOUT = 1.0
CARRY_TIMEOUT = 600.0


class RealHost:
    """Reads follow links (resolv.conf is one); whatever changes something refuses them."""

    def machine(self) -> Machine:
        return this_machine()

    def stat(self, path: str) -> FileFact | None:
        try:
            found = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        kind = KINDS.get(stat.S_IFMT(found.st_mode), "other")
        mode = stat.S_IMODE(found.st_mode)
        owner = found.st_uid, found.st_gid
        return FileFact(kind, mode, *owner, found.st_size, found.st_mtime)

    def read(self, path: str) -> bytes:
        """A pipe or a device is refused rather than waited for."""
        with open_plain(path) as file:
            return file.read()

    def list(self, path: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(child.name for child in Path(path).iterdir()))
        except FileNotFoundError:
            return ()

    def probe(self, argv: Sequence[str], *, timeout: float = 10.0) -> CommandResult:
        return commands.run(argv, timeout)

    def fetch(self, url: str, *, timeout: float = 5.0) -> HttpReply:
        return http_get.get(url, timeout)

    def get(self, url: str) -> bytes:
        with from_the_web(url):
            return download.fetched(url, download.SECONDS)

    def download(self, url: str, path: str, *, mode: int, sha256: str) -> None:
        with from_the_web(url):
            download.save(url, Path(path), mode=mode, digest=sha256)

    def can_bind(self, address: str, port: int) -> OSError | None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            if address:
                listen(family, address, port)
            else:
                listen_everywhere(port)
        except OSError as error:
            return error
        return None

    def answers(self, path: str) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.settimeout(DIAL_TIMEOUT)
            return caller.connect_ex(path) == 0

    def has_image(self, url: str, *, proxy: str = "", timeout: float = 3.0) -> int:
        return registries.status(url, proxy, timeout)

    def fsync_latency(self, folder: str) -> tuple[float, ...]:
        return durability.sample(folder)

    def write(
        self, path: str, content: bytes, *, mode: int, owner: tuple[int, int] | None = None
    ) -> None:
        atomic.replace(path, content, mode, owner)

    def make_directory(self, path: str, *, mode: int, owner: tuple[int, int] | None = None) -> None:
        for parent in reversed(Path(path).parents):
            if not parent.exists():
                settle(str(parent), 0o755)
        settle(path, mode, owner)

    def remove(self, path: str) -> None:
        name = Path(path).name
        with atomic.folder(str(Path(path).parent)) as parent:
            if stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                shutil.rmtree(name, dir_fd=parent)
            else:
                os.unlink(name, dir_fd=parent)
            os.fsync(parent)

    def move(self, path: str, to: str) -> None:
        """By a rename, or a copy with everything that belongs to it where that can't be."""
        if os.path.lexists(to):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), to)
        Path(to).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            Path(path).rename(to)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EBUSY):
                raise
            self._carry(path, to)

    def _carry(self, path: str, to: str) -> None:
        """To another file system; nothing is removed before all of it is there."""
        copied = commands.run(("cp", "--archive", "--no-target-directory", path, to), CARRY_TIMEOUT)
        if copied.code:
            shutil.rmtree(to, ignore_errors=True)
            raise OSError(errno.EIO, copied.stderr.strip(), path)
        os.sync()
        self.remove(path)

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,
        undo: Sequence[str] = (),  # noqa: ARG002  for whoever records it
    ) -> CommandResult:
        return commands.run(argv, timeout)


@contextmanager
def from_the_web(url: str) -> Iterator[None]:
    """What a download is refused for becomes the system's error, as every failure of a host is."""
    try:
        yield
    except download.DownloadError as error:
        raise OSError(errno.EIO, str(error), url) from error


def settle(path: str, mode: int, owner: tuple[int, int] | None = None) -> None:
    """A folder, no link to one, with exactly this mode; one that is right isn't touched."""
    place = Path(path)
    with suppress(FileExistsError), atomic.folder(str(place.parent)) as parent:
        os.mkdir(place.name, 0o700, dir_fd=parent)
        if owner is not None:
            os.chown(place.name, *owner, dir_fd=parent, follow_symlinks=False)
        os.fsync(parent)
    with atomic.folder(path) as descriptor:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
            os.fchmod(descriptor, mode)


def listen_everywhere(port: int) -> None:
    """On all addresses of both families, or of IPv4 alone where the kernel has no IPv6."""
    try:
        listen(socket.AF_INET6, "::", port)
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        listen(socket.AF_INET, "0.0.0.0", port)  # noqa: S104  (that is the question)


def listen(family: socket.AddressFamily, address: str, port: int) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address != "::")
        server.bind((address, port))
        server.listen(1)
