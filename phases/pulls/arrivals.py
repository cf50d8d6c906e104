"""What has arrived of images that are being pulled: asked of the runtime, and told in bytes as it goes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from phases.engine.context import Context
from phases.system.ports import BlobFact, Runtime, RuntimeFailure

TELL = 1.0
"""Seconds between two words on it."""


class Arrivals:
    """How much of the images has arrived, part by part; what was there before doesn't count.

    Whatever the runtime can't or won't tell is left out: a pull never fails of being watched.
    """

    def __init__(self, context: Context, runtime: Runtime, images: tuple[str, ...]) -> None:
        self._context = context
        self._runtime = runtime
        self._images = images
        self._began = context.clock.now()
        self._parts: dict[str, tuple[str, ...]] = {}
        self._blobs: dict[str, BlobFact] = {}
        self._spoke = context.clock.monotonic() - TELL
        self._told: object = None
        self._mute = not images

    def look(self, begun: Iterable[str], *, last: bool = False) -> None:
        """Asks for the images whose pulls have begun, and tells what is new."""
        if self._mute:
            return
        with suppress(RuntimeFailure):
            coming = self._runtime.arriving()
            self._mute = coming is None
            for blob in coming or ():
                size = blob.size or self._blobs.get(blob.digest, blob).size
                self._blobs[blob.digest] = replace(blob, size=size)
            for image in () if self._mute else begun:
                self._learn(image)
        now = self._context.clock.monotonic()
        if last or now - self._spoke >= TELL:
            self._tell(now)

    def _learn(self, image: str) -> None:
        """What an image is made of; asked for until all of it is there."""
        if image in self._parts and all(self._blobs[each].arrived for each in self._parts[image]):
            return
        parts = self._runtime.parts(image)
        fresh = [part for part in parts if not part.arrived or part.arrived >= self._began]
        for part in fresh:
            coming = None if part.arrived else self._blobs.get(part.digest)
            self._blobs[part.digest] = replace(coming, size=part.size) if coming else part
        if parts:
            self._parts[image] = tuple(part.digest for part in fresh)

    def _tell(self, now: float) -> None:
        """Only what hasn't been told."""
        items = {image: self._sum(parts) for image, parts in self._parts.items()}
        known = {each for parts in self._parts.values() for each in parts}
        done, total = self._sum(self._blobs)
        complete = len(self._parts) == len(self._images) and known >= self._blobs.keys()
        told = (done, total if complete else 0, items)
        if self._blobs and told != self._told:
            self._told, self._spoke = told, now
            self._context.progress_of_all(done, told[1], "bytes", items)

    def _sum(self, digests: Iterable[str]) -> tuple[int, int]:
        found = [self._blobs[each] for each in digests]
        return sum(blob.done for blob in found), sum(blob.size for blob in found)
