"""The control plane's images: those that the runtime lacks are pulled, and what arrives is told as it goes.

kubeadm does this inside its preflight; `ImagePull` waives a failure here as it does there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.engine.phase import Phase
from phases.model.images import control_plane_images
from phases.system.ports import BlobFact, Runtime, RuntimeFailure

TRIES = 5
AT_ONCE = 4
LOOK = 0.5
"""Seconds between two looks at what has arrived."""

TELL = 1.0
"""Seconds between two words on it."""


def run(context: Context) -> None:
    """A runtime that can't even be asked counts as a failed pull, as for kubeadm, and can be waived so."""
    try:
        bring(context)
    except RuntimeFailure as failure:
        if not context.waived("ImagePull"):
            raise
        context.warn(f"ImagePull waived: {failure}")


def bring(context: Context) -> None:
    images = [str(image) for image in control_plane_images(context.configuration)]
    runtime = context.open_runtime()
    missing = tuple(lacking(context, runtime, images))
    failures = pull_all(context, runtime, missing)
    if failures and context.waived("ImagePull"):
        context.warn(f"ImagePull waived: {'; '.join(failures)}")
    elif failures:
        raise PhaseError(
            "ImagePull",
            f"{len(failures)} of {len(images)} images couldn't be pulled",
            where="images",
            why="\n".join(failures),
            remedy="Check that the registry can be reached, then run the same command again",
            tried=(f"each of them was tried {TRIES} times",),
        )


def lacking(context: Context, runtime: Runtime, images: Iterable[str]) -> Iterable[str]:
    """The images to pull, as the pull policy has it; those that are there are reported."""
    policy = context.configuration.init.node_registration.image_pull_policy or "IfNotPresent"
    sizes = {tag: image.size for image in runtime.images() for tag in image.tags}
    for image in images:
        if image in sizes and policy != "Always":
            context.report("image", image, state="present", size=sizes[image])
        elif policy == "Never":
            context.report("image", image, state="missing")
            context.warn(f"{image} is missing and imagePullPolicy is Never")
        else:
            context.report("image", image, state="waiting")
            yield image


def pull_all(context: Context, runtime: Runtime, images: tuple[str, ...]) -> list[str]:
    """Pulls images, one after the other unless imagePullSerial is false; returns what went wrong."""
    serial = context.configuration.init.node_registration.image_pull_serial is not False
    arrivals = Arrivals(context, runtime, images)
    with ThreadPoolExecutor(1 if serial else AT_ONCE) as pool:
        pulls = {image: pool.submit(pull, context, runtime, image) for image in images}
        while wait(pulls.values(), timeout=LOOK).not_done:
            arrivals.look(begun(pulls))
    failures = [failed for each in pulls.values() if (failed := each.result())]
    arrivals.look(begun(pulls), last=True)
    return failures


def begun(pulls: Mapping[str, Future[str]]) -> list[str]:
    return [image for image, one in pulls.items() if one.running() or one.done()]


def pull(context: Context, runtime: Runtime, image: str) -> str:
    """Pulls one image, with a few tries; returns why it could not, empty when it could."""
    began = context.clock.monotonic()
    since = context.clock.now().isoformat()
    for attempt in range(1, TRIES + 1):
        context.safe_point()
        context.report("image", image, state="pulling", attempt=attempt, since=since)
        try:
            size = runtime.pull(image).size
        except RuntimeFailure as failure:
            cause = str(failure)
            context.output(image, cause)
            context.pause(0.2 * 2**attempt if attempt < TRIES else 0)
        else:
            told = {"size": size} if size else {}
            seconds = round(context.clock.monotonic() - began, 1)
            context.report("image", image, state="pulled", seconds=seconds, **told)
            return ""
    context.report("image", image, state="failed", reason=cause)
    return f"{image}: {cause}"


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


PHASE = Phase(name="images", title="Images", after=("preflight",), aliases=("preflight",), run=run)
