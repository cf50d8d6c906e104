"""Hosts that change nothing: reads see the machine through a folder, changes stay in that folder.

A rehearsal is of a fresh master: what the installer manages is never taken from the real machine.
A dry run is of this machine as it is.
"""

from __future__ import annotations

import errno
import os
import posixpath
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from urllib.parse import urlsplit

from phases.system.ports import CommandResult, FileFact, Host, HttpReply, Machine
from phases.system.real_host import RealHost
from phases.system.rehearsal_state import RehearsalState
from phases.system.units import reply

MANAGED = ("/etc/kubernetes", "/var/lib/kubelet", "/var/lib/etcd", "/var/lib/kubeboot")
"""What the installer makes and owns; on a fresh master there is nothing of it."""

HEALTH = frozenset({"/healthz", "/livez", "/readyz"})
MANIFESTS = "/etc/kubernetes/manifests"


class RehearsalHost:
    """`folder` mirrors the machine's tree; nothing is ever written outside it, no command is run.

    Modes are real, owners are those of whoever rehearses. Health endpoints answer once a kubelet
    has been 'started'.
    """

    def __init__(self, base: Host, folder: str, *, managed: tuple[str, ...] = MANAGED) -> None:
        self.folder = os.path.realpath(folder)
        if self.folder == "/":
            raise OSError(errno.EINVAL, "a rehearsal can't live in the root folder", folder)
        self._base = base
        self._managed = managed
        self._upper = RealHost()
        if self._upper.stat(self.folder) is None:
            self._upper.make_directory(self.folder, mode=0o700)
        self.state = RehearsalState(self.folder)

    def machine(self) -> Machine:
        return self._base.machine()

    def stat(self, path: str) -> FileFact | None:
        above = self._upper.stat(self._above(path))
        return above if above or self._hidden(path) else self._base.stat(path)

    def read(self, path: str) -> bytes:
        if self._upper.stat(self._above(path)) or self._hidden(path):
            return self._upper.read(self._above(path))
        return self._base.read(path)

    def list(self, path: str) -> tuple[str, ...]:
        below = () if self._hidden(path) else self._base.list(path)
        seen = (name for name in below if not self._hidden(posixpath.join(path, name)))
        return tuple(sorted({*seen, *self._upper.list(self._above(path))}))

    def probe(self, argv: Sequence[str], *, timeout: float = 10.0) -> CommandResult:
        """As on the machine, but for units that this rehearsal has started, stopped or enabled."""
        known = reply(self.state.commands, argv)
        if known is None:
            return self._base.probe(argv, timeout=timeout)
        return CommandResult(tuple(argv), known[0], known[1], "")

    def fetch(self, url: str, *, timeout: float = 5.0) -> HttpReply:
        if urlsplit(url).path not in HEALTH:
            return self._base.fetch(url, timeout=timeout)
        if not self.awaits_components:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "no kubelet rehearsed yet", url)
        return HttpReply(200, "ok")

    @property
    def awaits_components(self) -> bool:
        """Whether the kubelet, and with it the static pods, would be up or coming up by now."""
        return self.state.kubelet_started

    def get(self, url: str) -> bytes:
        return self._base.get(url)

    def download(self, url: str, path: str, *, mode: int, sha256: str) -> None:  # noqa: ARG002
        """Nothing is fetched: the file would be there, and is empty here."""
        self.write(path, b"", mode=mode)

    def can_bind(self, address: str, port: int) -> OSError | None:
        return self._base.can_bind(address, port)

    def answers(self, path: str) -> bool:
        return self._base.answers(path)

    def has_image(self, url: str, *, proxy: str = "", timeout: float = 3.0) -> int:
        return self._base.has_image(url, proxy=proxy, timeout=timeout)

    def fsync_latency(self, folder: str) -> tuple[float, ...]:  # noqa: ARG002  nothing is written
        return ()

    def write(
        self,
        path: str,
        content: bytes,
        *,
        mode: int,
        owner: tuple[int, int] | None = None,  # noqa: ARG002  see above
    ) -> None:
        self._copy_parents(path)
        self._refuse_link(path)
        self._upper.write(self._above(path), content, mode=mode)

    def make_directory(
        self,
        path: str,
        *,
        mode: int,
        owner: tuple[int, int] | None = None,  # noqa: ARG002  see above
    ) -> None:
        self._refuse_link(path)
        for parent in reversed(parents(path)):
            self._copy(parent, otherwise=0o755)
        self._upper.make_directory(self._above(path), mode=mode)

    def remove(self, path: str) -> None:
        if self.stat(path) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if self._upper.stat(self._above(path)):
            self._copy_parents(path)
            self._upper.remove(self._above(path))
        self.state.hide(posixpath.normpath(path))

    def move(self, path: str, to: str) -> None:
        """What is moved away is no longer seen; nobody looks for it where it went."""
        if self.stat(to) is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), to)
        self.remove(path)

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60.0,  # noqa: ARG002  nothing takes time here
        undo: Sequence[str] = (),  # noqa: ARG002  nothing is done
    ) -> CommandResult:
        self.state.ran(argv)
        return CommandResult(tuple(argv), 0, "", "")

    def _above(self, path: str) -> str:
        """Where the folder keeps what belongs at `path`."""
        if not path.startswith("/") or ".." in path.split("/"):
            raise OSError(errno.EINVAL, "not an absolute path without '..'", path)
        return self.folder + posixpath.normpath("/" + path.lstrip("/")).rstrip("/")

    def _hidden(self, path: str) -> bool:
        """Whether the real machine has no say in what lies at `path`."""
        lineage = {posixpath.normpath(path), *parents(path)}
        return not lineage.isdisjoint({*self._managed, *self.state.removed})

    def _copy_parents(self, path: str) -> None:
        for parent in reversed(parents(path)):
            self._copy(parent)

    def _copy(self, path: str, *, otherwise: int | None = None) -> None:
        """A folder of the machine, made in ours with its mode; `otherwise` makes a missing one."""
        found = self.stat(path)
        if found is None and otherwise is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if found and found.kind != "directory":
            raise NotADirectoryError(errno.ENOTDIR, "this parent is no folder", path)
        if self._upper.stat(self._above(path)) is None:
            mode = found.mode | 0o700 if found else otherwise or 0o755
            self._upper.make_directory(self._above(path), mode=mode)

    def _refuse_link(self, path: str) -> None:
        found = self.stat(path)
        if found and found.kind == "link":
            raise OSError(errno.ELOOP, "a symbolic link is in the way and won't be followed", path)


class DryRunHost(RehearsalHost):
    """This machine as it is, with changes that vanish when the object does.

    Health is what the machine answers. Where nothing answers, it is taken for granted once the dry
    run has done what would bring it about.
    """

    def __init__(self, base: Host) -> None:
        folder = tempfile.mkdtemp(prefix="kubeboot-dry-run-")
        super().__init__(base, folder, managed=())
        self._clean_up = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def fetch(self, url: str, *, timeout: float = 5.0) -> HttpReply:
        try:
            return self._base.fetch(url, timeout=timeout)
        except OSError:
            if urlsplit(url).path not in HEALTH or not self.awaits_components:
                raise
            return HttpReply(200, "ok")

    def fsync_latency(self, folder: str) -> tuple[float, ...]:
        """Measured here: the file has no name, and is gone when it is closed."""
        return self._base.fsync_latency(folder)

    @property
    def awaits_components(self) -> bool:
        """Also when a kubelet that runs already would start the static pods that were written."""
        if self.state.kubelet_started or not self._upper.list(self._above(MANIFESTS)):
            return self.state.kubelet_started
        return self.probe(["systemctl", "is-active", "--quiet", "kubelet"]).code == 0

    def close(self) -> None:
        """Removes the changes now."""
        self._clean_up()


def parents(path: str) -> tuple[str, ...]:
    """The folders above a path, nearest first, without the root."""
    found = []
    while (path := posixpath.dirname(posixpath.normpath(path))) not in ("/", ""):
        found.append(path)
    return tuple(found)
