"""Stand-ins for the four ports that live in memory, can be scripted, and fail when told to.

They keep the same contract as the real ports; tests/system holds them to it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from phases.model.registry_login import Login
from phases.system.objects import Objects
from phases.system.ports import (
    BlobFact,
    Cluster,
    ClusterError,
    CommandResult,
    ContainerFact,
    FileFact,
    HttpReply,
    ImageFact,
    Machine,
    Object,
    PodFact,
    Ports,
    Ref,
    Runtime,
    RuntimeFact,
    RuntimeFailure,
)
from phases.system.rehearsal_cluster import RehearsalCluster
from phases.system.rehearsal_runtime import image_id

MACHINE = Machine(
    hostname="master",
    addresses=("127.0.0.1", "192.0.2.10"),
    default_address="192.0.2.10",
    cpus=4,
    memory=8 << 30,
    euid=0,
    in_step=True,
)
FOLDERS = ("/", "/etc", "/etc/systemd/system", "/proc", "/run", "/usr/bin", "/var/lib")

Answer = CommandResult | Callable[[tuple[str, ...]], CommandResult]


@dataclass(frozen=True, slots=True)
class Effect:
    """One change that was asked for: the verb of the port, and a path or a command line."""

    verb: str
    target: str


@dataclass(slots=True)
class Entry:
    kind: str
    mode: int
    content: bytes = b""
    owner: tuple[int, int] = (0, 0)
    modified: float = 0.0


class FakeHost:
    """A machine in memory: `files` and `FOLDERS` are there, every command answers 0 and nothing.

    `effects` lists each change in order; `fail_at` breaks the k-th of them (from 1). Every registry
    has every image but for what `manifests` says of addresses that begin so; `latencies` are those
    of durable writes.
    """

    def __init__(
        self, files: Mapping[str, bytes | str] | None = None, *, machine: Machine = MACHINE
    ) -> None:
        self.facts = machine
        self.effects: list[Effect] = []
        self.probed: list[tuple[str, ...]] = []
        self.sought: list[tuple[str, str]] = []
        self.measured: list[str] = []
        self.taken: set[int] = set()
        self.listening: set[str] = set()
        self.web: dict[str, bytes] = {}
        self.latencies: tuple[float, ...] = (0.001,) * 100
        self.manifests: dict[str, int | OSError] = {}
        self._entries: dict[str, Entry] = {}
        self._commands: list[tuple[str | re.Pattern[str], Answer]] = []
        self._replies: list[tuple[str, list[HttpReply | OSError]]] = []
        self._faults: dict[int, tuple[BaseException, bool]] = {}
        for folder in FOLDERS:
            self._grow(folder)
        for path, content in (files or {}).items():
            self._grow(posixpath.dirname(path))
            raw = content.encode() if isinstance(content, str) else content
            self._entries[path] = Entry("file", 0o644, raw)

    # Scripting

    def answer(
        self,
        command: str | re.Pattern[str],
        *,
        code: int = 0,
        stdout: str = "",
        stderr: str = "",
        by: Callable[[tuple[str, ...]], CommandResult] | None = None,
    ) -> None:
        """Scripts commands whose line begins with `command` or matches it; the latest wins."""
        self._commands.append((command, by or CommandResult((), code, stdout, stderr)))

    def serve(self, url: str, *replies: HttpReply | OSError) -> None:
        """Scripts a GET of an address that begins with `url`; the last reply repeats."""
        self._replies.append((url, list(replies)))

    def fail_at(self, k: int, error: BaseException, *, after: bool = False) -> None:
        """The k-th effect raises: before it happens, or `after` it has happened."""
        self._faults[k] = (error, after)

    def was_run(self, command: str) -> bool:
        """Whether a command whose line begins with `command` has been run."""
        return any(line.startswith(command) for line in self.ran)

    @property
    def ran(self) -> tuple[str, ...]:
        return tuple(effect.target for effect in self.effects if effect.verb == "run")

    @property
    def files(self) -> dict[str, bytes]:
        """All files with their content, for comparisons."""
        return {path: entry.content for path, entry in self._entries.items() if is_file(entry)}

    def link(self, path: str) -> None:
        """Plants a symbolic link."""
        self._entries[path] = Entry("link", 0o777)

    def date(self, path: str, modified: datetime) -> None:
        """Says when a file was last changed; otherwise that was in 1970."""
        self._entries[path].modified = modified.timestamp()

    # The port

    def machine(self) -> Machine:
        return self.facts

    def stat(self, path: str) -> FileFact | None:
        found = self._entries.get(posixpath.normpath(path))
        if found is None:
            return None
        size = len(found.content)
        fact = (found.kind, found.mode, *found.owner, size, found.modified)
        return FileFact(*fact)  # type: ignore[arg-type]

    def read(self, path: str) -> bytes:
        found = self._entries.get(posixpath.normpath(path))
        if found is None:
            raise missing(path)
        if not is_file(found):
            raise OSError(errno.EINVAL, "not a plain file", path)
        return found.content

    def list(self, path: str) -> tuple[str, ...]:
        path = posixpath.normpath(path)
        found = self._entries.get(path)
        if found is not None and found.kind != "directory":
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        inside = (name for name in self._entries if name != "/" and posixpath.dirname(name) == path)
        return tuple(sorted(posixpath.basename(name) for name in inside))

    def probe(self, argv: Sequence[str], *, timeout: float = 10.0) -> CommandResult:
        self.probed.append(tuple(argv))
        return self._reply(tuple(argv))

    def fetch(self, url: str, *, timeout: float = 5.0) -> HttpReply:
        for prefix, replies in reversed(self._replies):
            if url.startswith(prefix):
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                if isinstance(reply, OSError):
                    raise reply
                return reply
        raise ConnectionRefusedError(errno.ECONNREFUSED, "nothing listens", url)

    def get(self, url: str) -> bytes:
        if url not in self.web:
            raise OSError(errno.EIO, "the server answered 404 Not Found", url)
        return self.web[url]

    def download(self, url: str, path: str, *, mode: int, sha256: str) -> None:
        content = self.get(url)
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise OSError(errno.EIO, f"its SHA-256 is {found}, not {sha256}", url)
        self.write(path, content, mode=mode)

    def can_bind(self, address: str, port: int) -> OSError | None:
        return OSError(errno.EADDRINUSE, "address in use") if port in self.taken else None

    def answers(self, path: str) -> bool:
        return path in self.listening

    def has_image(self, url: str, *, proxy: str = "", timeout: float = 3.0) -> int:
        self.sought.append((url, proxy))
        begins = sorted((begin for begin in self.manifests if url.startswith(begin)), key=len)
        answer = self.manifests[begins[-1]] if begins else 200
        if isinstance(answer, OSError):
            raise answer
        return answer

    def fsync_latency(self, folder: str) -> tuple[float, ...]:
        self.measured.append(folder)
        return self.latencies

    def write(
        self, path: str, content: bytes, *, mode: int, owner: tuple[int, int] | None = None
    ) -> None:
        path = posixpath.normpath(path)
        with self._effect("write", path):
            self._expect_folder(posixpath.dirname(path))
            self._refuse(path, "file")
            self._entries[path] = Entry("file", mode, content, owner or (0, 0))

    def make_directory(self, path: str, *, mode: int, owner: tuple[int, int] | None = None) -> None:
        path = posixpath.normpath(path)
        with self._effect("make_directory", path):
            self._refuse(path, "directory")
            self._grow(posixpath.dirname(path))
            before = self._entries.get(path)
            theirs = before.owner if before else owner or (0, 0)
            self._entries[path] = Entry("directory", mode, owner=theirs)

    def remove(self, path: str) -> None:
        path = posixpath.normpath(path)
        with self._effect("remove", path):
            if path not in self._entries:
                raise missing(path)
            for name in [name for name in self._entries if (name + "/").startswith(path + "/")]:
                del self._entries[name]

    def move(self, path: str, to: str) -> None:
        path, to = posixpath.normpath(path), posixpath.normpath(to)
        with self._effect("move", path):
            if path not in self._entries:
                raise missing(path)
            if to in self._entries:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), to)
            self._grow(posixpath.dirname(to))
            for name in [name for name in self._entries if (name + "/").startswith(path + "/")]:
                self._entries[to + name[len(path) :]] = self._entries.pop(name)

    def run(
        self, argv: Sequence[str], *, timeout: float = 60.0, undo: Sequence[str] = ()
    ) -> CommandResult:
        with self._effect("run", " ".join(argv)):
            return self._reply(tuple(argv))

    # Within

    @contextmanager
    def _effect(self, verb: str, target: str) -> Iterator[None]:
        self.effects.append(Effect(verb, target))
        error, after = self._faults.get(len(self.effects), (None, False))
        if error and not after:
            raise error
        yield
        if error:
            raise error

    def _reply(self, argv: tuple[str, ...]) -> CommandResult:
        line = " ".join(argv)
        for wanted, answer in reversed(self._commands):
            fits = line.startswith(wanted) if isinstance(wanted, str) else wanted.search(line)
            if fits:
                return answer(argv) if callable(answer) else replace(answer, argv=argv)
        return CommandResult(argv, 0, "", "")

    def _grow(self, folder: str) -> None:
        for path in (folder, *ancestors(folder)):
            self._entries.setdefault(path, Entry("directory", 0o755))

    def _expect_folder(self, path: str) -> None:
        found = self._entries.get(path)
        if found is None:
            raise missing(path)
        if found.kind != "directory":
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)

    def _refuse(self, path: str, wanted: str) -> None:
        found = self._entries.get(path)
        if found is not None and found.kind != wanted:
            number = errno.ELOOP if found.kind == "link" else errno.EEXIST
            raise OSError(number, f"a {found.kind} is in the way", path)


class FakeClock:
    """Waiting takes no time at all; `waits` remembers what was asked for."""

    def __init__(self, start: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0
        self.waits: list[float] = []
        self.on_wait: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._passed += seconds
        self.on_wait()


class FakeCluster(RehearsalCluster):
    """The rehearsal's cluster in memory; `errors` are raised by the next calls, one each.

    `writes` lists each change as 'verb Kind namespace/name'.
    """

    def __init__(self, clock: FakeClock | None = None, *, machine: Machine = MACHINE) -> None:
        clock = clock or FakeClock()
        self.up = True
        self.errors: list[ClusterError] = []
        self.writes: list[str] = []
        super().__init__(
            Objects("", clock.now),
            up=lambda: self.up,
            node=lambda: machine.hostname,
            machine=lambda: machine,
            now=clock.now,
        )

    def get(self, ref: Ref) -> Object | None:
        self._trip()
        return super().get(ref)

    def list(
        self, api_version: str, kind: str, *, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]:
        self._trip()
        return super().list(api_version, kind, namespace=namespace, selector=selector)

    def create(self, thing: Object) -> Object:
        self._trip("create", Ref.of(thing))
        return super().create(thing)

    def replace(self, thing: Object) -> Object:
        self._trip("replace", Ref.of(thing))
        return super().replace(thing)

    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        self._trip("patch", ref)
        return super().patch(ref, change)

    def delete(self, ref: Ref) -> None:
        self._trip("delete", ref)
        super().delete(ref)

    def fetch(self, path: str, *, timeout: float = 10.0) -> HttpReply:
        self._trip()
        return super().fetch(path, timeout=timeout)

    def _trip(self, verb: str = "", ref: Ref | None = None) -> None:
        if self.errors:
            raise self.errors.pop(0)
        if verb:
            self.writes.append(f"{verb} {ref}")


class FakeRuntime:
    """A runtime that pulls anything but what is in `failures`; `coming` is what arrives meanwhile.

    `refusals` of an image are raised first, one each; `archives` are those that there are, with their names.
    """

    def __init__(self, *images: str) -> None:
        self.fact = RuntimeFact(
            "containerd", "2.4.0", True, "registry.k8s.io/pause:3.10", "systemd"
        )
        self.failures: dict[str, str] = {}
        self.pulled: list[str] = []
        self.running: tuple[ContainerFact, ...] = ()
        self.sandboxes: tuple[PodFact, ...] = ()
        self.down = ""
        self.refusals: dict[str, list[RuntimeFailure]] = {}
        self.logins: dict[str, Login | None] = {}
        self.archives: dict[str, tuple[str, ...]] = {}
        self.coming: tuple[BlobFact, ...] | None = None
        self.made_of: dict[str, tuple[BlobFact, ...]] = {}
        self._images = list(images)

    def about(self) -> RuntimeFact:
        self._trip()
        return self.fact

    def images(self) -> tuple[ImageFact, ...]:
        self._trip()
        return tuple(ImageFact((name,), image_id(name), 1) for name in self._images)

    def image(self, name: str) -> ImageFact | None:
        return next((one for one in self.images() if name in one.tags), None)

    def archived(self, archive: str) -> tuple[str, ...]:
        self._trip()
        if archive not in self.archives:
            raise RuntimeFailure(f"the image archive {archive} can't be used: no such file")
        return self.archives[archive]

    def load(self, archive: str, tell: Callable[[int, int], None]) -> None:
        names = self.archived(archive)
        for done, name in enumerate(names, 1):
            self._images.append(name)
            tell(done, len(names))

    def pull(self, image: str, login: Login | None = None) -> ImageFact:
        self._trip()
        self.pulled.append(image)
        self.logins[image] = login
        if waiting := self.refusals.get(image):
            raise waiting.pop(0)
        if image in self.failures:
            raise RuntimeFailure(self.failures[image])
        self._images.append(image)
        return ImageFact((image,), image_id(image), 1)

    def arriving(self) -> tuple[BlobFact, ...] | None:
        self._trip()
        return self.coming

    def parts(self, image: str) -> tuple[BlobFact, ...]:
        self._trip()
        return self.made_of.get(image, ())

    def containers(self, *, namespace: str = "kube-system") -> tuple[ContainerFact, ...]:
        self._trip()
        return self.running

    def pods(self) -> tuple[PodFact, ...]:
        self._trip()
        return self.sandboxes

    def remove_pod(self, pod: PodFact) -> None:
        self._trip()
        self.sandboxes = tuple(each for each in self.sandboxes if each != pod)

    def remove_image(self, image: str) -> None:
        self._trip()
        if image in self._images:
            self._images.remove(image)

    def _trip(self) -> None:
        if self.down:
            raise RuntimeFailure(self.down)


@dataclass(frozen=True, slots=True)
class Fakes:
    """One of each, and the Ports made of them."""

    host: FakeHost
    clock: FakeClock
    cluster: FakeCluster
    runtime: FakeRuntime

    @property
    def ports(self) -> Ports:
        def cluster(_kubeconfig: bytes, _server: str) -> Cluster:
            return self.cluster

        def runtime(_socket: str) -> Runtime:
            return self.runtime

        return Ports(self.host, self.clock, cluster, runtime, rehearsal=False)


def fakes(files: Mapping[str, bytes | str] | None = None, *, machine: Machine = MACHINE) -> Fakes:
    """A fresh master with a cluster that answers."""
    clock = FakeClock()
    host = FakeHost(files, machine=machine)
    return Fakes(host, clock, FakeCluster(clock, machine=machine), FakeRuntime())


def ancestors(path: str) -> tuple[str, ...]:
    found = []
    while path != "/":
        path = posixpath.dirname(path)
        found.append(path)
    return tuple(found)


def is_file(entry: Entry) -> bool:
    return entry.kind == "file"


def missing(path: str) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
