"""Ports that record: each change is entered in the ledger, made, and told to the journal.

They wrap whatever ports a run was given, so that neither phases nor ports know of ledger or journal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from phases.engine.convergence import differ
from phases.engine.events import Effect, Event, Verb
from phases.engine.ledger import Entry, Ledger
from phases.model.registry_login import Login
from phases.system.ports import (
    BlobFact,
    Cluster,
    CommandResult,
    FileFact,
    Host,
    HttpReply,
    ImageFact,
    Machine,
    Object,
    PodFact,
    Ref,
    Runtime,
    RuntimeFact,
)
from phases.system.ports import ContainerFact as ContainerFact


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where the changes of one phase are written down."""

    run: str
    phase: str
    ledger: Ledger
    emit: Any
    step: str = ""

    def change(
        self,
        verb: Verb,
        target: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        undo: Sequence[str] = (),
    ) -> None:
        """To be called ahead of a change."""
        entry = Entry(self.run, self.phase, verb, target, before, after, self.step, tuple(undo))
        self.ledger.enter(entry)

    def done(self, verb: Verb, target: str, detail: str = "") -> None:
        """To be called when the change has been made."""
        event: Event = Effect(self.phase, verb, target, detail, self.step)
        self.emit(event)


class RecordedHost:
    """A Host whose changes are recorded; what it reads passes through."""

    def __init__(self, inner: Host, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    def machine(self) -> Machine:
        return self._inner.machine()

    def stat(self, path: str) -> FileFact | None:
        return self._inner.stat(path)

    def read(self, path: str) -> bytes:
        return self._inner.read(path)

    def list(self, path: str) -> tuple[str, ...]:
        return self._inner.list(path)

    def probe(self, argv: Sequence[str], *, timeout: float = 10.0) -> CommandResult:
        return self._inner.probe(argv, timeout=timeout)

    def fetch(self, url: str, *, timeout: float = 5.0) -> HttpReply:
        return self._inner.fetch(url, timeout=timeout)

    def get(self, url: str) -> bytes:
        return self._inner.get(url)

    def download(self, url: str, path: str, *, mode: int, sha256: str) -> None:
        after = {"kind": "file", "sha256": sha256, "mode": mode}
        self._recorder.change("write", path, before=self._before(path), after=after)
        self._inner.download(url, path, mode=mode, sha256=sha256)
        self._recorder.done("write", path, f"from {url}")

    def can_bind(self, address: str, port: int) -> OSError | None:
        return self._inner.can_bind(address, port)

    def answers(self, path: str) -> bool:
        return self._inner.answers(path)

    def has_image(self, url: str, *, proxy: str = "", timeout: float = 3.0) -> int:
        return self._inner.has_image(url, proxy=proxy, timeout=timeout)

    def fsync_latency(self, folder: str) -> tuple[float, ...]:
        return self._inner.fsync_latency(folder)

    def write(
        self, path: str, content: bytes, *, mode: int, owner: tuple[int, int] | None = None
    ) -> None:
        after = {"kind": "file", "sha256": sha256(content).hexdigest(), "mode": mode}
        self._recorder.change("write", path, before=self._before(path), after=after)
        self._inner.write(path, content, mode=mode, owner=owner)
        self._recorder.done("write", path, f"{len(content)} bytes, mode {mode:04o}")

    def make_directory(self, path: str, *, mode: int, owner: tuple[int, int] | None = None) -> None:
        after = {"kind": "directory", "mode": mode}
        for parent in self._missing(path):
            self._recorder.change("make", parent, after=after)
        self._recorder.change("make", path, before=self._before(path), after=after)
        self._inner.make_directory(path, mode=mode, owner=owner)
        self._recorder.done("make", path, f"folder, mode {mode:04o}")

    def remove(self, path: str) -> None:
        self._recorder.change("remove", path, before=self._before(path))
        self._inner.remove(path)
        self._recorder.done("remove", path)

    def move(self, path: str, to: str) -> None:
        after = {"kind": "moved", "path": to}
        self._recorder.change("move", path, before=self._before(path), after=after)
        self._inner.move(path, to)
        self._recorder.done("move", path, to)

    def run(
        self, argv: Sequence[str], *, timeout: float = 60.0, undo: Sequence[str] = ()
    ) -> CommandResult:
        target = " ".join(argv)
        self._recorder.change("run", target, undo=undo)
        result = self._inner.run(argv, timeout=timeout)
        self._recorder.done("run", target, f"exit {result.code}")
        return result

    def _missing(self, path: str) -> tuple[str, ...]:
        """The folders above a path that will be made with it, the uppermost first."""
        above = (str(parent) for parent in Path(path).parents)
        return tuple(parent for parent in above if self._inner.stat(parent) is None)[::-1]

    def of_step(self, step: str) -> RecordedHost:
        """The same host, for a step of the phase."""
        return RecordedHost(self._inner, replace(self._recorder, step=step))

    def _before(self, path: str) -> Mapping[str, Any] | None:
        fact = self._inner.stat(path)
        if fact is None:
            return None
        kept = self._recorder.ledger.keep(self._inner.read(path)) if fact.kind == "file" else ""
        return {**_shape(fact), "sha256": kept, "above": self._above(path)}

    def _above(self, path: str) -> Mapping[str, Any]:
        """The folders above a path, for when they have gone with somebody else's files."""
        facts = {str(each): self._inner.stat(str(each)) for each in Path(path).parents}
        return {folder: _shape(fact) for folder, fact in facts.items() if fact and folder != "/"}


def _shape(fact: FileFact) -> Mapping[str, Any]:
    return {"kind": fact.kind, "mode": fact.mode, "uid": fact.uid, "gid": fact.gid}


class RecordedCluster:
    """A Cluster whose changes are recorded."""

    def __init__(self, inner: Cluster, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    def get(self, ref: Ref) -> Object | None:
        return self._inner.get(ref)

    def list(
        self, api_version: str, kind: str, *, namespace: str = "", selector: str = ""
    ) -> tuple[Object, ...]:
        return self._inner.list(api_version, kind, namespace=namespace, selector=selector)

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        return self._inner.is_namespaced(api_version, kind)

    def fetch(self, path: str, *, timeout: float = 10.0) -> HttpReply:
        return self._inner.fetch(path, timeout=timeout)

    def create(self, thing: Object) -> Object:
        target = str(Ref.of(thing))
        self._recorder.change("create", target)
        made = self._inner.create(thing)
        self._recorder.done("create", target)
        return made

    def replace(self, thing: Object) -> Object:
        ref = Ref.of(thing)
        self._recorder.change("update", str(ref), before=self._before(ref))
        changed = self._inner.replace(thing)
        if differ(thing, changed):
            self._recorder.done("update", str(ref))
        return changed

    def patch(self, ref: Ref, change: Mapping[str, Any]) -> Object:
        self._recorder.change("update", str(ref), before=self._before(ref))
        changed = self._inner.patch(ref, change)
        self._recorder.done("update", str(ref), ", ".join(sorted(change)))
        return changed

    def delete(self, ref: Ref) -> None:
        self._recorder.change("delete", str(ref), before=self._before(ref))
        self._inner.delete(ref)
        self._recorder.done("delete", str(ref))

    def _before(self, ref: Ref) -> Mapping[str, Any] | None:
        live = self._inner.get(ref)
        if live is None:
            return None
        return {"sha256": self._recorder.ledger.keep(json.dumps(live, sort_keys=True).encode())}


class RecordedRuntime:
    """A Runtime whose pulls and imports are recorded."""

    def __init__(self, inner: Runtime, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    def about(self) -> RuntimeFact:
        return self._inner.about()

    def images(self) -> tuple[ImageFact, ...]:
        return self._inner.images()

    def containers(self, *, namespace: str = "kube-system") -> tuple[ContainerFact, ...]:
        return self._inner.containers(namespace=namespace)

    def arriving(self) -> tuple[BlobFact, ...] | None:
        return self._inner.arriving()

    def parts(self, image: str) -> tuple[BlobFact, ...]:
        return self._inner.parts(image)

    def pods(self) -> tuple[PodFact, ...]:
        return self._inner.pods()

    def remove_pod(self, pod: PodFact) -> None:
        self._recorder.change("remove", str(pod))
        self._inner.remove_pod(pod)
        self._recorder.done("remove", str(pod))

    def remove_image(self, image: str) -> None:
        self._recorder.change("remove", image)
        self._inner.remove_image(image)
        self._recorder.done("remove", image)

    def image(self, name: str) -> ImageFact | None:
        return self._inner.image(name)

    def archived(self, archive: str) -> tuple[str, ...]:
        return self._inner.archived(archive)

    def load(self, archive: str, tell: Callable[[int, int], None]) -> None:
        """Only what wasn't there under its name is a change."""
        names = self._inner.archived(archive)
        fresh = [name for name in names if self._inner.image(name) is None]
        for name in fresh:
            self._recorder.change("import", name)
        self._inner.load(archive, tell)
        for name in fresh:
            self._recorder.done("import", name)

    def pull(self, image: str, login: Login | None = None) -> ImageFact:
        self._recorder.change("pull", image)
        found = self._inner.pull(image, login)
        self._recorder.done("pull", image)
        return found
