"""The four ports: Host, Cluster, Runtime and Clock. A phase sees and changes the world only here.

Real, rehearsal and fake implementations live in their own modules; no phase knows which it got.
Paths are absolute paths of the machine being bootstrapped, as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from phases.model.registry_login import Login

Object = Mapping[str, Any]
"""A Kubernetes object as plain data, with apiVersion, kind and metadata."""


@dataclass(frozen=True, slots=True)
class FileFact:
    """What lies at a path, links not followed; `mode` holds the permission bits alone.

    `modified` is when its content last changed, in seconds since 1970; it doesn't count when facts
    are compared.
    """

    kind: Literal["file", "directory", "link", "other"]
    mode: int
    uid: int
    gid: int
    size: int
    modified: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended; one that could not be started has code 127, one that was killed after
    its time had run out 124, and stderr says why."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class HttpReply:
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts of the machine that defaults and checks are made from.

    `hostname` as the kernel has it; `addresses` of all interfaces; `default_address` the one that
    the default route would use (empty without one); `memory` in bytes. `in_step` is whether the kernel
    knows its clock to be kept by a time service, None where that can't be told.
    """

    hostname: str
    addresses: tuple[str, ...]
    default_address: str
    cpus: int
    memory: int
    euid: int
    in_step: bool | None = None


class Host(Protocol):
    """The machine's files, commands and local endpoints. Every failure is an OSError."""

    def machine(self) -> Machine: ...
    def stat(self, path: str) -> FileFact | None: ...
    def read(self, path: str) -> bytes: ...
    def list(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted; empty when there is no such folder."""
        ...

    def probe(self, argv: Sequence[str], *, timeout: float = 10.0) -> CommandResult:
        """A command that only reads; it runs in a rehearsal too."""
        ...

    def fetch(self, url: str, *, timeout: float = 5.0) -> HttpReply:
        """A GET of a local health endpoint, certificate unverified; OSError without an answer."""
        ...

    def get(self, url: str) -> bytes:
        """A small file from the web, over https with the server verified. It runs in a rehearsal too."""
        ...

    def download(self, url: str, path: str, *, mode: int, sha256: str) -> None:
        """Puts a large file from the web at a path, whole and with this digest or not at all."""
        ...

    def can_bind(self, address: str, port: int) -> OSError | None:
        """Whether a TCP port could be listened on (address empty: on all); the error when not."""
        ...

    def answers(self, path: str) -> bool:
        """Whether somebody listens on a Unix socket; a socket file that was left behind doesn't."""
        ...

    def has_image(self, url: str, *, proxy: str = "", timeout: float = 3.0) -> int:
        """What a registry answers when asked for a manifest: an HTTP status, 200 where it has it.

        The certificate is verified; OSError without an answer.
        """
        ...

    def fsync_latency(self, folder: str) -> tuple[float, ...]:
        """Seconds that each of some small durable writes in a folder took; none in a rehearsal.

        A bounded sample (see `durability`) in a file without a name, of which nothing stays behind.
        """
        ...

    def write(
        self, path: str, content: bytes, *, mode: int, owner: tuple[int, int] | None = None
    ) -> None:
        """Replaces a file at once and durably, or not at all; missing parents are an error.

        `owner` is a user's and a group's number, None the one who writes; a rehearsal passes it over.
        """
        ...

    def make_directory(self, path: str, *, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Makes one folder or sets the mode of one that is there; missing parents are made 0755.

        `owner` is that of the folder if it is made now.
        """
        ...

    def remove(self, path: str) -> None:
        """Removes a file, or a folder with all that is in it."""
        ...

    def move(self, path: str, to: str) -> None:
        """Moves a file or a folder with all that is in it, owners and links too, to where nothing is.

        Missing parents of `to` are made, for their owner alone.
        """
        ...

    def run(
        self, argv: Sequence[str], *, timeout: float = 60.0, undo: Sequence[str] = ()
    ) -> CommandResult:
        """A command that changes the machine; recorded, and not run in a rehearsal.

        `undo` is the command that takes it back, recorded beside it; empty where there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ref:
    """The name of one object; `namespace` empty for those that have none."""

    api_version: str
    kind: str
    name: str
    namespace: str = ""

    @classmethod
    def of(cls, thing: Object) -> Ref:
        meta = thing["metadata"]
        return cls(thing["apiVersion"], thing["kind"], meta["name"], meta.get("namespace", ""))

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"


class ClusterError(Exception):
    """The API server refused or could not be reached; `status` 0 when no whole answer came.

    `reason` is the server's own (NotFound, AlreadyExists, Conflict, Forbidden). With status 0 it is
    Unreachable, Timeout or Garbled, which may pass, or Untrusted or Kubeconfig, which won't.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message


class Cluster(Protocol):
    """One API server, spoken to with one kubeconfig. Failures are ClusterErrors."""

    def get(self, ref: Ref) -> Object | None: ...
    def list(
        self, api_version: str, kind: str, *, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]: ...
    def create(self, thing: Object) -> Object: ...
    def replace(self, thing: Object) -> Object: ...
    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        """A JSON merge patch (RFC 7386)."""
        ...

    def delete(self, ref: Ref) -> None: ...
    def is_namespaced(self, api_version: str, kind: str) -> bool:
        """Whether objects of a kind live in namespaces; status 404 for a kind that isn't served."""
        ...

    def fetch(self, path: str, *, timeout: float = 10.0) -> HttpReply:
        """A GET of a plain path such as /livez, with this kubeconfig's credentials."""
        ...


@dataclass(frozen=True, slots=True)
class ImageFact:
    """An image that the runtime has: its tags, its id, its size in bytes, and its names by digest."""

    tags: tuple[str, ...]
    id: str
    size: int
    digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlobFact:
    """A part of an image: how many of its `size` bytes the runtime has; size 0 where it isn't known.

    `arrived` is when it was whole, None while it isn't.
    """

    digest: str
    done: int
    size: int
    arrived: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuntimeFact:
    """What the runtime says of itself; `cgroup_driver` empty where it has no call to tell it."""

    name: str
    version: str
    ready: bool
    sandbox_image: str
    cgroup_driver: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ContainerFact:
    """A container of a pod; `state` in CRI's words, lower case; `log_path` empty if not known."""

    id: str
    name: str
    pod: str
    state: Literal["created", "running", "exited", "unknown"]
    attempt: int
    exit_code: int
    reason: str
    log_path: str


@dataclass(frozen=True, slots=True)
class PodFact:
    """A pod's sandbox."""

    id: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"pod {self.namespace}/{self.name}"


class RuntimeFailure(Exception):
    """The container runtime refused or could not be reached; `code` is gRPC's, 0 without an answer."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class Runtime(Protocol):
    """A container runtime behind its CRI socket. Failures are RuntimeFailures."""

    def about(self) -> RuntimeFact: ...
    def images(self) -> tuple[ImageFact, ...]: ...
    def image(self, name: str) -> ImageFact | None:
        """What the runtime has under a name, None where it has nothing."""
        ...

    def pull(self, image: str, login: Login | None = None) -> ImageFact:
        """Pulls an image; its size is 0 where the runtime didn't tell it afterwards."""
        ...

    def archived(self, archive: str) -> tuple[str, ...]:
        """The full names of the images in an archive that can be imported."""
        ...

    def load(self, archive: str, tell: Callable[[int, int], None]) -> None:
        """Imports an archive; `tell` hears how many bytes of how many are there, often."""
        ...

    def arriving(self) -> tuple[BlobFact, ...] | None:
        """What the runtime is fetching now, for whichever image; None where it has no way to tell."""
        ...

    def parts(self, image: str) -> tuple[BlobFact, ...]:
        """What an image is made of that is being pulled, or was; empty while that isn't certain.

        A part that is on its way is told as missing here: `arriving` has what is there of it.
        """
        ...

    def containers(self, *, namespace: str = "kube-system") -> tuple[ContainerFact, ...]: ...
    def pods(self) -> tuple[PodFact, ...]:
        """The sandboxes of all pods, whether they run or not."""
        ...

    def remove_pod(self, pod: PodFact) -> None:
        """Stops and removes a sandbox and its containers."""
        ...

    def remove_image(self, image: str) -> None:
        """Removes an image; one that isn't there is no failure."""
        ...


class Clock(Protocol):
    """Time of day (UTC), a monotonic second counter, and the one way to wait."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def wait(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What a run is given. `cluster` takes a kubeconfig's bytes and a server address that
    replaces the file's own where it isn't empty; `runtime` takes a CRI socket."""

    host: Host
    clock: Clock
    cluster: Callable[[bytes, str], Cluster]
    runtime: Callable[[str], Runtime]
    rehearsal: bool
