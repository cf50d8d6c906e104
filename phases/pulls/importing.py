"""Imports archives of images into the runtime, and says what they lack."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from phases.engine.context import Context
from phases.engine.errors import PhaseError
from phases.model.images import full_name, lacking, repository_of
from phases.pulls.arrivals import TELL
from phases.system.ports import Runtime, RuntimeFailure

SETTLED = 20.0
"""Seconds that a runtime is given to see what was put into its store."""


def import_archives(
    context: Context, runtime: Runtime, archives: Iterable[str], images: Iterable[str]
) -> frozenset[str]:
    """Imports them all; those of the `images` that came so. Raises PhaseError."""
    images = tuple(images)
    brought = {name for path in archives for name in import_one(context, runtime, path)}
    if not brought:
        return frozenset()
    lacked = lacking(brought, images)
    came = frozenset(images) - frozenset(lacked)
    context.wait_for(lambda: all(map(runtime.image, came)), seconds=SETTLED)
    if lacked:
        context.warn(words_on(lacked, brought))
    return came


def import_one(context: Context, runtime: Runtime, path: str) -> tuple[str, ...]:
    context.safe_point()
    began = context.clock.monotonic()
    try:
        names = runtime.archived(path)
        context.report("image", path, state="importing", images=len(names))
        tell = Told(context, path)
        runtime.load(path, tell)
    except RuntimeFailure as failure:
        context.safe_point()
        context.report("image", path, state="failed", reason=str(failure))
        raise PhaseError(
            "ImageArchive",
            "an image archive can't be imported",
            where="images",
            why=str(failure),
            remedy="Mend that, or leave the archive out, and run the same command again",
        ) from failure
    seconds = round(context.clock.monotonic() - began, 1)
    context.report(
        "image", path, state="imported", images=len(names), size=tell.total, seconds=seconds
    )
    return names


class Told:
    """Tells how far an import is, no more than once in a while."""

    def __init__(self, context: Context, path: str) -> None:
        self.total = 0
        self._path = path
        self._spoke = context.clock.monotonic() - TELL
        self._now = context.clock.monotonic
        self._say = partial(context.progress_of_all, unit="bytes")

    def __call__(self, done: int, total: int) -> None:
        self.total = total
        if self._now() - self._spoke >= TELL or done == total:
            self._spoke = self._now()
            self._say(done, total, items={self._path: (done, total)})


def words_on(lacked: Iterable[str], brought: Iterable[str]) -> str:
    """What the archives lack; where they have it under another repository's name, that is said."""
    lacked = tuple(lacked)
    images = ", ".join(lacked)
    ends = {full_name(one).rpartition("/")[2] for one in lacked}
    others = sorted({repository_of(one) for one in brought if one.rpartition("/")[2] in ends})
    if not others:
        return f"not in the image archives: {images}"
    repositories = ", ".join(others)
    return (
        f"not in the image archives: {images}; "
        f"they hold images of {repositories}: is imageRepository that one?"
    )
