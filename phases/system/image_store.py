"""An image archive goes into containerd's own stores: contents piece by piece, then the images' names.

CRI has no call for it; containerd serves these at the same socket. What was written is kept from
being cleared away by a lease until a name stands for it. Layers are unpacked by the runtime when a first
container needs them. Names and numbers are those of containerd's services.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from phases.system import image_archive
from phases.system.calls import Caller, Talk
from phases.system.content import NAMESPACE, PACKAGE
from phases.system.cri import TEXT, Call
from phases.system.image_archive import Content
from phases.system.image_layouts import ArchivedImage, Blob
from phases.system.ports import RuntimeFailure
from phases.system.wire import Field, Message

STAT, WRITING, COMMIT = 0, 1, 2
ALREADY_EXISTS = 6
PIECE = 1 << 20
PATIENCE = 1800.0
"""Seconds that one content may take."""

LEASE_LASTS = timedelta(hours=2)
"""How long a lease outlives an engine that was killed."""

DESCRIPTOR: Message = {
    "media_type": Field(1, TEXT),
    "digest": Field(2, TEXT),
    "size": Field(3, "int"),
}
IMAGE: Message = {"name": Field(1, TEXT), "target": Field(3, DESCRIPTOR)}
NAMED: Message = {"image": Field(1, IMAGE)}
IMAGES, LEASES = "containerd.services.images.v1", "containerd.services.leases.v1"

CREATE = Call("Images", "Create", NAMED, {}, IMAGES)
UPDATE = Call("Images", "Update", NAMED, {}, IMAGES)
LEASE = Call("Leases", "Create", {"id": Field(1, TEXT), "labels": Field(3, "map")}, {}, LEASES)
KEEP = Call(
    "Leases",
    "AddResource",
    {"id": Field(1, TEXT), "resource": Field(2, {"id": Field(1, TEXT), "type": Field(2, TEXT)})},
    {},
    LEASES,
)
RELEASE = Call("Leases", "Delete", {"id": Field(1, TEXT)}, {}, LEASES)
WRITE = Call(
    "Content",
    "Write",
    {
        "action": Field(1, "int"),
        "ref": Field(2, TEXT),
        "total": Field(3, "int"),
        "expected": Field(4, TEXT),
        "offset": Field(5, "int"),
        "data": Field(6, "bytes"),
        "labels": Field(7, "map"),
    },
    {"offset": Field(4, "int"), "digest": Field(6, TEXT)},
    PACKAGE,
    streams=True,
)

Tell = Callable[[int, int], None]
"""Hears how many bytes of how many are in the store."""


class ImageStore:
    """containerd's stores behind a caller; setting `stop` cancels what is being written."""

    def __init__(self, caller: Caller, stop: threading.Event | None) -> None:
        self._caller = caller
        self._stop = stop

    def load(self, path: str, images: Sequence[ArchivedImage], tell: Tell) -> None:
        """Puts an archive's images there. Raises RuntimeFailure."""
        blobs = {blob.digest: blob for image in images for blob in image.blobs}
        meter = Meter(sum(blob.size for blob in blobs.values()), tell)
        with self._lease() as lease:
            members = {blob.member: blob for blob in blobs.values() if blob.member}
            for blob, stream in image_archive.contents(path, members):
                self._put(blob, stream, lease, meter)
            for blob in blobs.values():
                if blob.made:
                    self._put(blob, None, lease, meter)
            for image in images:
                self._name(image, lease)

    @contextmanager
    def _lease(self) -> Iterator[str]:
        """The name of a lease that ends with the block, or by itself should nobody come to that."""
        name = f"kubeboot-{uuid4()}"
        ends = datetime.now(UTC) + LEASE_LASTS
        labels = {"containerd.io/gc.expire": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}
        self._ask(LEASE, {"id": name, "labels": labels})
        try:
            yield name
        finally:
            self._ask(RELEASE, {"id": name})

    def _put(self, blob: Blob, stream: Content | None, lease: str, meter: Meter) -> None:
        """Writes one content, unless it is there; the store itself checks that it is what it should be."""
        begun = meter.done
        headers = {**NAMESPACE, "containerd-lease": lease}
        try:
            with self._caller.talk(
                WRITE, timeout=PATIENCE, stop=self._stop, headers=headers
            ) as talk:
                self._write(talk, blob, stream, meter)
        except RuntimeFailure as failure:
            if failure.code != ALREADY_EXISTS:
                raise
            self._ask(KEEP, {"id": lease, "resource": {"id": blob.digest, "type": "content"}})
        meter.reach(begun + blob.size)

    def _write(self, talk: Talk, blob: Blob, stream: Content | None, meter: Meter) -> None:
        what = {"ref": f"import-{blob.digest}", "total": blob.size, "expected": blob.digest}
        begun, at = meter.done, talk.say({"action": STAT, **what})["offset"]
        if stream is not None:
            stream.skip(at)
        while at < blob.size:
            piece = blob.made[at:] if stream is None else stream.piece(PIECE)
            at = talk.say({"action": WRITING, "offset": at, "data": piece})["offset"]
            meter.reach(begun + at)
        end = {"total": blob.size, "expected": blob.digest, "offset": at, "labels": blob.labels}
        talk.say({"action": COMMIT, **end})

    def _name(self, image: ArchivedImage, lease: str) -> None:
        target = image.target
        stands_for = {
            "media_type": image.media_type,
            "digest": target.digest,
            "size": target.size,
        }
        for name in image.names:
            named = {"image": {"name": name, "target": stands_for}}
            try:
                self._ask(CREATE, named, lease)
            except RuntimeFailure as failure:
                if failure.code != ALREADY_EXISTS:
                    raise
                self._ask(UPDATE, named, lease)

    def _ask(self, call: Call, values: Mapping[str, Any], lease: str = "") -> None:
        held = {"containerd-lease": lease} if lease else {}
        self._caller.ask(call, values, headers={**NAMESPACE, **held})


class Meter:
    """How much is in the store; never less than was told before."""

    def __init__(self, total: int, tell: Tell) -> None:
        self.done = 0
        self._total = total
        self._tell = tell

    def reach(self, done: int) -> None:
        self.done = done
        self._tell(done, self._total)
